import { dig, digArray, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { KindList, SortKey } from './kind-list.js';

function count(object: KubeObject, ...path: string[]): number {
  const found = dig(object, ...path);
  return typeof found === 'number' ? found : 0;
}

function deploymentStatus(object: KubeObject): string {
  const ready = count(object, 'status', 'readyReplicas');
  const replicas = count(object, 'status', 'replicas');
  if (ready === 0 && replicas === 0) return 'stopped';
  return ready === replicas ? 'running' : 'updating';
}

function daemonSetStatus(object: KubeObject): string {
  const desired = count(object, 'status', 'desiredNumberScheduled');
  const ready = count(object, 'status', 'numberReady');
  if (desired === 0 && ready === 0) return 'stopped';
  return desired === ready ? 'running' : 'updating';
}

function statefulSetStatus(object: KubeObject): string {
  const replicas = dig(object, 'spec', 'replicas');
  if (typeof replicas !== 'number') return 'stopped';
  const ready = count(object, 'status', 'readyReplicas');
  if (replicas === 0 && ready === 0) return 'stopped';
  return replicas === ready ? 'running' : 'updating';
}

function jobStatus(object: KubeObject): string {
  for (const condition of digArray(object, 'status', 'conditions')) {
    if (digString(condition, 'status') !== 'True') continue;
    const type = digString(condition, 'type');
    if (type === 'Complete') return 'completed';
    if (type === 'Failed') return 'failed';
  }
  return 'running';
}

/** The latest moment a condition of the object changed, as text that sorts. */
const lastUpdate: SortKey = (object) => {
  let latest = '';
  for (const condition of digArray(object, 'status', 'conditions')) {
    const at = digString(condition, 'lastUpdateTime');
    if (at > latest) latest = at;
  }
  return latest === '' ? (object.metadata.creationTimestamp ?? '') : latest;
};

/** The latest transition of a job, its creation when there was none. */
const jobUpdate: SortKey = (job) =>
  digArray(job, 'status', 'conditions')
    .map((condition) => digString(condition, 'lastTransitionTime'))
    .reduce((latest, time) => (time > latest ? time : latest), job.metadata.creationTimestamp ?? '');

function withStatus(statusOf: (object: KubeObject) => string): KindList {
  return { filters: { status: (object, value) => statusOf(object) === value } };
}

/** Lists of workloads, by `plural.group`. @see kubesphere/kubesphere pkg/models/resources/v1alpha3 */
export const workloadLists: Readonly<Record<string, KindList>> = {
  'deployments.apps': {
    ...withStatus(deploymentStatus),
    sorts: { updateTime: lastUpdate, lastUpdateTimestamp: lastUpdate },
  },
  'daemonsets.apps': withStatus(daemonSetStatus),
  'statefulsets.apps': withStatus(statefulSetStatus),
  'jobs.batch': {
    ...withStatus(jobStatus),
    sorts: { updateTime: jobUpdate, lastUpdateTimestamp: jobUpdate, status: jobStatus },
  },
  'cronjobs.batch': withStatus((object) => (dig(object, 'spec', 'suspend') === true ? 'paused' : 'running')),
  'horizontalpodautoscalers.autoscaling': {
    filters: {
      targetKind: (object, value) => digString(object, 'spec', 'scaleTargetRef', 'kind') === value,
      targetName: (object, value) => digString(object, 'spec', 'scaleTargetRef', 'name') === value,
    },
  },
};
