import { dig, digArray, digString, type Json, type JsonObject } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import type { Neighbours } from '../../../pipelines/blue/run.js';
import { endOf, runOf, stateOf, withCourse, type Course, type Run } from '../../../pipelines/run.js';
import { runsOfPipeline } from '../../../controllers/devops/start-run.js';
import type { RequestContext, Resource } from '../../../registry/contract.js';
import { updateObject } from '../../../registry/verbs/update.js';
import { noRun } from './failures.js';
import { branchesOf, type Job } from './jobs.js';

function kindOf({ catalog }: RequestContext): Resource {
  return catalog.get('devops.kubesphere.io', 'pipelineruns');
}

/** The runs of a pipeline, or of one of its branches, the latest first. */
export function runsOf(context: RequestContext, job: Job, branch?: string): readonly Run[] {
  return runsOfPipeline(context, job.object, branch);
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
