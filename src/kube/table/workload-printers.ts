import { dig, digArray, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { ageColumn, containerColumns, digNumber, nameColumn, none, selectorColumn, textOr } from './cells.js';
import { column, integer, wide, type Printer } from './column.js';
import { age, humanDuration } from './human-duration.js';
import { podStatus, restartsText } from './pod-status.js';

const template = ['spec', 'template', 'spec'];

function desired(object: KubeObject): number {
  const replicas = dig(object, 'spec', 'replicas');
  return typeof replicas === 'number' ? replicas : 1;
}

function readyOf(object: KubeObject): string {
  return `${String(digNumber(object, 'status', 'readyReplicas'))}/${String(desired(object))}`;
}

const pods: Printer = {
  columns: [
    nameColumn,
    column('Ready', (pod) => `${String(podStatus(pod).ready)}/${String(podStatus(pod).total)}`),
    column('Status', (pod) => podStatus(pod).status),
    column('Restarts', (pod, now) => restartsText(podStatus(pod), now)),
    ageColumn,
    wide('IP', (pod) => textOr(pod, none, 'status', 'podIP')),
    wide('Node', (pod) => textOr(pod, none, 'spec', 'nodeName')),
    wide('Nominated Node', (pod) => textOr(pod, none, 'status', 'nominatedNodeName')),
    wide('Readiness Gates', (pod) => {
      const gates = digArray(pod, 'spec', 'readinessGates').map((gate) => digString(gate, 'conditionType'));
      const met = digArray(pod, 'status', 'conditions').filter(
        (condition) =>
          gates.includes(digString(condition, 'type')) && digString(condition, 'status') === 'True',
      );
      return gates.length === 0 ? none : `${String(met.length)}/${String(gates.length)}`;
    }),
  ],
  conditions: (pod) => {
    const phase = digString(pod, 'status', 'phase');
    if (phase !== 'Succeeded' && phase !== 'Failed') return undefined;
    return [{ type: 'Completed', status: 'True', reason: phase, message: 'The pod has completed.' }];
  },
};

const deployments: Printer = {
  columns: [
    nameColumn,
    column('Ready', readyOf),
    column('Up-to-date', (object) => digNumber(object, 'status', 'updatedReplicas')),
    column('Available', (object) => digNumber(object, 'status', 'availableReplicas')),
    ageColumn,
    ...containerColumns(...template),
    selectorColumn('spec', 'selector'),
  ],
};

const replicaSets: Printer = {
  columns: [
    nameColumn,
    integer('Desired', desired),
    integer('Current', (object) => digNumber(object, 'status', 'replicas')),
    integer('Ready', (object) => digNumber(object, 'status', 'readyReplicas')),
    ageColumn,
    ...containerColumns(...template),
    selectorColumn('spec', 'selector'),
  ],
};

const statefulSets: Printer = {
  columns: [nameColumn, column('Ready', readyOf), ageColumn, ...containerColumns(...template)],
};

const daemonSets: Printer = {
  columns: [
    nameColumn,
    integer('Desired', (object) => digNumber(object, 'status', 'desiredNumberScheduled')),
    integer('Current', (object) => digNumber(object, 'status', 'currentNumberScheduled')),
    integer('Ready', (object) => digNumber(object, 'status', 'numberReady')),
    integer('Up-to-date', (object) => digNumber(object, 'status', 'updatedNumberScheduled')),
    integer('Available', (object) => digNumber(object, 'status', 'numberAvailable')),
    { ...selectorColumn('spec', 'template', 'spec', 'nodeSelector'), name: 'Node Selector', wide: false },
    ageColumn,
    ...containerColumns(...template),
    selectorColumn('spec', 'selector'),
  ],
};

const jobConditions: readonly (readonly [type: string, shown: string])[] = [
  ['Complete', 'Complete'],
  ['Failed', 'Failed'],
  ['Suspended', 'Suspended'],
  ['FailureTarget', 'FailureTarget'],
];

function jobStatus(job: KubeObject): string {
  const holds = (type: string): boolean =>
    digArray(job, 'status', 'conditions').some(
      (condition) => digString(condition, 'type') === type && digString(condition, 'status') === 'True',
    );
  const ended = jobConditions.slice(0, 2).find(([type]) => holds(type));
  if (ended !== undefined) return ended[1];
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  return jobConditions.find(([type]) => holds(type))?.[1] ?? 'Running';
}

function jobCompletions(job: KubeObject): string {
  const succeeded = String(digNumber(job, 'status', 'succeeded'));
  const completions = dig(job, 'spec', 'completions');
  if (typeof completions === 'number') return `${succeeded}/${String(completions)}`;
  const parallelism = digNumber(job, 'spec', 'parallelism');
  return parallelism > 1 ? `${succeeded}/1 of ${String(parallelism)}` : `${succeeded}/1`;
}

function jobDuration(job: KubeObject, now: number): string {
  const started = Date.parse(digString(job, 'status', 'startTime'));
  if (Number.isNaN(started)) return '';
  const completed = Date.parse(digString(job, 'status', 'completionTime'));
  return humanDuration((Number.isNaN(completed) ? now : completed) - started);
}

const jobs: Printer = {
  columns: [
    nameColumn,
    column('Status', jobStatus),
    column('Completions', jobCompletions),
    column('Duration', jobDuration),
    ageColumn,
    ...containerColumns(...template),
    selectorColumn('spec', 'selector'),
  ],
};

const cronJobs: Printer = {
  columns: [
    nameColumn,
    column('Schedule', (object) => digString(object, 'spec', 'schedule')),
    column('Timezone', (object) => textOr(object, none, 'spec', 'timeZone')),
    {
      name: 'Suspend',
      type: 'boolean',
      cell: (object) => (dig(object, 'spec', 'suspend') === true ? 'True' : 'False'),
    },
    integer('Active', (object) => digArray(object, 'status', 'active').length),
    column('Last Schedule', (object, now) => {
      const at = digString(object, 'status', 'lastScheduleTime');
      return at === '' ? none : age(at, now);
    }),
    ageColumn,
    ...containerColumns('spec', 'jobTemplate', 'spec', 'template', 'spec'),
    selectorColumn('spec', 'jobTemplate', 'spec', 'selector'),
  ],
};

/** How workloads are shown, by `plural.group`. */
export const workloadPrinters: Readonly<Record<string, Printer>> = {
  pods,
  replicationcontrollers: replicaSets,
  'deployments.apps': deployments,
  'replicasets.apps': replicaSets,
  'statefulsets.apps': statefulSets,
  'daemonsets.apps': daemonSets,
  'jobs.batch': jobs,
  'cronjobs.batch': cronJobs,
};
