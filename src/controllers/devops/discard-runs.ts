import { dig, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { resultOf } from '../../pipelines/blue/run.js';
import { isHeld, startOf, stateOf, withCourse, type Run } from '../../pipelines/run.js';
import type { WriteContext } from '../../registry/contract.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { isDeleting, keyOf, writeBack } from '../controller.js';
import { runsOfPipeline } from './start-run.js';

const runs = { group: 'devops.kubesphere.io', plural: 'pipelineruns' };
const day = 86_400_000;

/**
 * Deletes runs of a pipeline that are more, or older, than it keeps: those that have ended, but for the last one, the last
 * that was stable and the last that was no failure.
 *
 * Differs from Jenkins: the last run stays however old it is, as numbers go on from it.
 *
 * @see jenkinsci/jenkins core tasks/LogRotator.java
 */
export function discardRuns(context: WriteContext, pipeline: KubeObject): void {
  const [most, days] = ['num_to_keep', 'days_to_keep'].map((key) => limitOf(pipeline, key));
  if (most === undefined && days === undefined) return;
  const now = context.world.clock.now();
  const all = runsOfPipeline(context, pipeline).sort((a, b) => Number(b.id) - Number(a.id));
  const first = (...results: readonly string[]): Run | undefined =>
    all.find((run) => results.includes(resultOf(run, now)));
  const kept = new Set([all[0], first('SUCCESS'), first('SUCCESS', 'UNSTABLE')]);
  for (const [at, run] of all.entries()) {
    const isTooMany = most !== undefined && at >= most;
    const isTooOld = days !== undefined && startOf(run) < now - days * day;
    if (
      !(isTooMany || isTooOld) ||
      kept.has(run) ||
      stateOf(run, now) !== 'FINISHED' ||
      isDeleting(run.object)
    )
      continue;
    deleteObject(context, context.catalog.get(runs.group, runs.plural), keyOf(run.object));
  }
}

/** When a run that has ended gets too old, in milliseconds since 1970; `undefined`: never. */
export function oldAt(pipeline: KubeObject, run: Run): number | undefined {
  const days = limitOf(pipeline, 'days_to_keep');
  return days === undefined ? undefined : startOf(run) + days * day + 1;
}

function limitOf(pipeline: KubeObject, key: string): number | undefined {
  // Of pipelines with branches this says how long branches are kept that are gone.
  const limit = Number(digString(pipeline, 'spec', 'pipeline', 'discarder', key) || '-1');
  return Number.isSafeInteger(limit) && limit > 0 ? limit : undefined;
}

/** Has the run go on that has waited longest, of a pipeline that runs one at a time, unless another one is running. */
export function releaseNext(context: WriteContext, pipeline: KubeObject): void {
  const now = context.world.clock.now();
  const open = runsOfPipeline(context, pipeline).filter((run) => stateOf(run, now) !== 'FINISHED');
  const next = open.findLast(isHeld);
  if (next === undefined || isDeleting(next.object)) return;
  const isAlone = dig(pipeline, 'spec', 'pipeline', 'disable_concurrent') === true;
  if (isAlone && !open.every(isHeld)) return;
  const released = withCourse(next.object, { ...next.course, releasedAt: now });
  writeBack(context, context.catalog.get(runs.group, runs.plural), released);
}
