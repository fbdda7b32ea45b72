import { dig, digArray, digString, type Json, type JsonObject } from '../../../core/json.js';
import { jenkinsJobAnnotation } from '../../../core/well-known-keys.js';
import { annotation, controllerReference, label, type KubeObject } from '../../../core/kube-object.js';
import { jenkinsfileKey, pipelineLabel, runCreatorKey, runIdKey } from '../../../pipelines/keys.js';
import type { Neighbours } from '../../../pipelines/blue/run.js';
import { endOf, runOf, stateOf, withCourse, type Course, type Run } from '../../../pipelines/run.js';
import type { RequestContext, Resource } from '../../../registry/contract.js';
import { createObject } from '../../../registry/verbs/create.js';
import { updateObject } from '../../../registry/verbs/update.js';
import { noRun } from './failures.js';
import { branchesOf, isJenkinsAlone, type Job } from './jobs.js';

/** What a run is asked for. */
export interface RunRequest {
  /** Empty for pipelines without branches. */
  readonly branch: string;
  readonly parameters: readonly JsonObject[];
  readonly cause: string;
  readonly creator: string;
  /** A Jenkinsfile of its own: that of the run it replays. */
  readonly like?: Run;
}

function kindOf({ catalog }: RequestContext): Resource {
  return catalog.get('devops.kubesphere.io', 'pipelineruns');
}

/** The runs of a pipeline, or of one of its branches, the latest first. */
export function runsOf(context: RequestContext, job: Job, branch?: string): readonly Run[] {
  const { seed } = context.world.random;
  const found = context.cluster.store.list(kindOf(context), job.namespace).flatMap(({ object }): Run[] => {
    if (label(object, pipelineLabel) !== job.object.metadata.name) return [];
    const run = runOf(object, seed);
    return run === undefined || (branch !== undefined && run.branch !== branch) ? [] : [run];
  });
  return found.sort((a, b) => b.course.queuedAt - a.course.queuedAt || Number(b.id) - Number(a.id));
}

/** The branch a URL names, however its slashes are written; empty where it names none. */
export function branchIn({ params }: RequestContext): string {
  const { branch = '' } = params;
  return branch.replace(/%2F/gi, '/');
}

/** The run a URL names. @throws ApiError 404 */
export function runIn(context: RequestContext, job: Job): Run {
  const { run: id = '' } = context.params;
  const branch = branchIn(context);
  const found = runsOf(context, job, branch).find((one) => one.id === id);
  if (found === undefined) throw noRun(id, branch === '' ? job.name : branch);
  return found;
}

/** Runs before and after a run, and how long it should take. */
export function neighboursOf(context: RequestContext, job: Job, run: Run): Neighbours {
  const all = runsOf(context, job, run.branch);
  const at = all.findIndex(({ id }) => id === run.id);
  return { previous: all[at + 1], next: all[at - 1], estimate: estimateOf(context, all) };
}

/** The mean duration of the last runs that came to an end, in milliseconds; -1 without any. */
export function estimateOf({ world }: RequestContext, runs: readonly Run[]): number {
  const now = world.clock.now();
  const durations = runs
    .filter((run) => stateOf(run, now) === 'FINISHED' && run.course.stoppedAt === undefined)
    .slice(0, 3)
    .map((run) => (endOf(run) ?? run.startsAt) - run.startsAt);
  if (durations.length === 0) return -1;
  return Math.floor(durations.reduce((sum, one) => sum + one, 0) / durations.length);
}

/** Starts a run. */
export function startRun(context: RequestContext, job: Job, request: RunRequest): Run {
  const { world } = context;
  const { branch, parameters, cause, creator, like } = request;
  const id = 1 + Math.max(0, ...runsOf(context, job, branch).map((one) => Number(one.id)));
  const { object } = job;
  const script = annotation(like?.object ?? object, jenkinsfileKey);
  const course: Course = { queuedAt: world.clock.now(), cause, answers: new Map(), stoppedAt: undefined };
  const bare: KubeObject = {
    apiVersion: 'devops.kubesphere.io/v1alpha3',
    kind: 'PipelineRun',
    metadata: {
      name: '',
      generateName: `${object.metadata.name}-`,
      namespace: job.namespace,
      labels: { [pipelineLabel]: object.metadata.name },
      annotations: {
        [runCreatorKey]: creator,
        [runIdKey]: String(id),
        ...(script !== undefined && { [jenkinsfileKey]: script }),
        ...(isJenkinsAlone(context) && { [jenkinsJobAnnotation]: `${job.project}/${job.name}` }),
      },
      ownerReferences: [controllerReference(object)],
    },
    spec: {
      pipelineRef: { kind: 'Pipeline', name: object.metadata.name, namespace: job.namespace },
      pipelineSpec:
        dig(like?.object ?? object, ...(like === undefined ? ['spec'] : ['spec', 'pipelineSpec'])) ?? {},
      ...(parameters.length > 0 && { parameters }),
      ...(branch !== '' && { scm: { refName: branch, refType: '' } }),
    },
  };
  const created = createObject(context, kindOf(context), withCourse(bare, course), {
    namespace: job.namespace,
  });
  return refreshed(context, created.object);
}

/** Notes down what happened to a run. */
export function changeCourse(context: RequestContext, run: Run, changes: Partial<Course>): Run {
  const changed = withCourse(run.object, { ...run.course, ...changes });
  const updated = updateObject(context, kindOf(context), changed, { unconditional: true });
  return refreshed(context, updated.object);
}

function refreshed(context: RequestContext, object: KubeObject): Run {
  const run = runOf(object, context.world.random.seed);
  if (run === undefined) throw new Error('a run that was written has a number');
  return run;
}

/** Parameters as runs keep them: every value as text. */
export function parametersIn(sent: Json): readonly JsonObject[] {
  return digArray(sent, 'parameters').flatMap((one): JsonObject[] => {
    const name = digString(one, 'name');
    const value = dig(one, 'value');
    if (name === '') return [];
    return [{ name, value: typeof value === 'string' ? value : JSON.stringify(value ?? '') }];
  });
}

/** Whether a pipeline has such a branch. */
export function hasBranch(job: Job, branch: string): boolean {
  return branchesOf(job).some(({ name }) => name === branch);
}
