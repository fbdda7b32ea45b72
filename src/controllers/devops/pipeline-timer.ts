import { digString } from '../../core/json.js';
import { annotation, type KubeObject } from '../../core/kube-object.js';
import { jenkinsJobAnnotation } from '../../core/well-known-keys.js';
import { nameIn } from '../../pipelines/run.js';
import { nextOf, readSchedules } from '../../pipelines/schedule.js';
import type { ObjectStore } from '../../state/object-store.js';
import { currentOf, isDeleting, type Controller } from '../controller.js';
import { lookAgainAt } from '../later.js';
import { startRun } from './start-run.js';
import { digObject } from '../../core/json.js';

const controllerName = 'pipeline-timer';
const pipelines = { group: 'devops.kubesphere.io', plural: 'pipelines' };
/** Moments at the end of a jump of the clock that each get a run; those before them are passed over. */
const runsInAJump = 20;
const year = 366 * 86_400_000;

interface Armed {
  readonly text: string;
  readonly due: number;
}

/** When pipelines are to run next, by uid. */
const armed = new WeakMap<ObjectStore, Map<string, Armed>>();

/**
 * Runs pipelines without branches when the schedule of their timer trigger says so.
 *
 * Pipelines a world was loaded with run once they have been written to.
 *
 * @see jenkinsci/jenkins core triggers/TimerTrigger.java
 */
export const pipelineTimerController: Controller = {
  name: controllerName,
  until: 'v3.4',
  watches: ['pipelines.devops.kubesphere.io'],
  reconcile: (context, change) => {
    const { store } = context.cluster;
    const known = armed.get(store) ?? new Map<string, Armed>();
    armed.set(store, known);
    const pipeline = currentOf(context, change);
    const { uid = '' } = change.stored.object.metadata;
    const was = known.get(uid);
    const text = pipeline === undefined || isDeleting(pipeline) ? '' : cronOf(pipeline);
    const schedules = pipeline === undefined || text === '' ? [] : readSchedules(text, jobOf(pipeline));
    if (pipeline === undefined || typeof schedules === 'string' || schedules.length === 0) {
      if (was !== undefined) lookAgainAt(context, controllerName, pipelines, change.stored.object, undefined);
      known.delete(uid);
      return;
    }
    const now = context.world.clock.now();
    const next = nextOf(schedules, now);
    if (next === undefined) known.delete(uid);
    else known.set(uid, { text, due: next });
    lookAgainAt(context, controllerName, pipelines, pipeline, next, (due, end) =>
      lastOf(schedules, due, end),
    );
    if (was?.text === text && now >= was.due)
      startRun(
        context,
        { object: pipeline },
        { branch: '', parameters: [], cause: 'Started by timer', creator: '' },
      );
  },
};

function cronOf(pipeline: KubeObject): string {
  if (digString(pipeline, 'spec', 'type') === 'multi-branch-pipeline') return '';
  return digString(pipeline, 'spec', 'pipeline', 'timer_trigger', 'cron');
}

/** What `H` in schedules depends on. */
function jobOf(pipeline: KubeObject): string {
  const name = nameIn(digObject(pipeline, 'spec')) || pipeline.metadata.name;
  return annotation(pipeline, jenkinsJobAnnotation) ?? `${pipeline.metadata.namespace ?? ''}/${name}`;
}

/** The moment from which on there are no more than so many up to the end of a jump. */
function lastOf(schedules: Parameters<typeof nextOf>[0], due: number, end: number): number {
  for (let span = runsInAJump * 60_000; ; span *= 4) {
    const found: number[] = [];
    const from = Math.max(due - 1, end - span);
    for (let at = nextOf(schedules, from); at !== undefined && at <= end; at = nextOf(schedules, at))
      found.push(at);
    if (found.length >= runsInAJump || span > year || from < due)
      return Math.max(due, found.at(-runsInAJump) ?? due);
  }
}
