import { isDeepStrictEqual } from 'node:util';
import { digObject, digString, encodeCompact, type JsonObject } from '../../core/json.js';
import { annotation, label, type KubeObject } from '../../core/kube-object.js';
import { inRange } from '../../core/release.js';
import { blueNode, blueStep, stagesAt, stepsAt } from '../../pipelines/blue/nodes.js';
import { blueRun, resultOf } from '../../pipelines/blue/run.js';
import {
  pipelineLabel,
  runCreatorKey,
  runIdKey,
  runStatusKey,
  stagesStatusKey,
} from '../../pipelines/keys.js';
import {
  endOf,
  momentsOf,
  newCourse,
  runOf,
  startOf,
  stateOf,
  withCourse,
  type Run,
} from '../../pipelines/run.js';
import type { WriteContext } from '../../registry/contract.js';
import { formatTimestamp } from '../../state/clock.js';
import { currentOf, isDeleting, writeBack, type Controller } from '../controller.js';
import { lookAgainAt } from '../later.js';
import { discardRuns, oldAt, releaseNext } from './discard-runs.js';
import { runsOfPipeline } from './start-run.js';
import { writeStatus } from '../workloads/write-status.js';

const controllerName = 'pipelinerun';
const runs = { group: 'devops.kubesphere.io', plural: 'pipelineruns' };

/**
 * Numbers runs that somebody made by hand, and writes down how far each has got: its phase, and from 3.3 on what Jenkins says
 * of it and its stages.
 *
 * Differs from KubeSphere: it looks when something happens, not every few seconds.
 *
 * @see kubesphere/ks-devops controllers/jenkins/pipelinerun
 */
export const pipelineRunController: Controller = {
  name: controllerName,
  until: 'v3.4',
  watches: ['pipelineruns.devops.kubesphere.io'],
  reconcile: (context, change) => {
    const object = currentOf(context, change);
    const pipeline = pipelineOf(context, object ?? change.stored.object);
    if (object === undefined && pipeline !== undefined) releaseNext(context, pipeline);
    if (object === undefined || isDeleting(object)) return;
    const run = runOf(object, context.world.random.seed);
    if (run === undefined) {
      writeBack(context, context.catalog.get(runs.group, runs.plural), numbered(context, object));
      return;
    }
    if (!describe(context, run)) return;
    const now = context.world.clock.now();
    const isOver = stateOf(run, now) === 'FINISHED';
    const moments = isOver && pipeline !== undefined ? [oldAt(pipeline, run) ?? 0] : momentsOf(run);
    lookAgainAt(
      context,
      controllerName,
      runs,
      object,
      moments.find((moment) => moment > now),
    );
    if (!isOver || pipeline === undefined) return;
    releaseNext(context, pipeline);
    discardRuns(context, pipeline);
  },
};

const pipelines = { group: 'devops.kubesphere.io', plural: 'pipelines' };

function pipelineOf({ cluster }: WriteContext, run: KubeObject): KubeObject | undefined {
  const name = label(run, pipelineLabel) ?? digString(run, 'spec', 'pipelineRef', 'name');
  return cluster.store.find(pipelines, run.metadata.namespace, name)?.object;
}

function numbered(context: WriteContext, object: KubeObject): KubeObject {
  const { world, cluster } = context;
  const branch = digString(object, 'spec', 'scm', 'refName');
  const pipeline = label(object, pipelineLabel) ?? digString(object, 'spec', 'pipelineRef', 'name');
  const taken = cluster.store.list(runs, object.metadata.namespace ?? '').flatMap(({ object: other }) => {
    const isSibling =
      label(other, pipelineLabel) === pipeline && digString(other, 'spec', 'scm', 'refName') === branch;
    return isSibling ? [Number(annotation(other, runIdKey) ?? 0)] : [];
  });
  const creator = annotation(object, runCreatorKey) ?? '';
  const metadata = {
    ...object.metadata,
    labels: { ...object.metadata.labels, [pipelineLabel]: pipeline },
    annotations: { ...object.metadata.annotations, [runIdKey]: String(1 + Math.max(0, ...taken)) },
  };
  const cause = creator === '' ? 'Started by an SCM change' : `Started by user ${creator}`;
  const owner = pipelineOf(context, object);
  const others = owner === undefined ? [] : runsOfPipeline(context, owner);
  const spec = digObject(owner, 'spec');
  return withCourse({ ...object, metadata }, newCourse(spec, others, cause, world.clock.now()));
}

/** Writes down how far a run is; false when that was a write, after which it is looked at again. */
function describe(context: WriteContext, run: Run): boolean {
  const { world, catalog } = context;
  // As it was when something happened last, so that looking again changes nothing.
  const now = lastMoment(run, world.clock.now());
  const { object } = run;
  const told = inRange(world.release.name, { since: 'v3.3' }) ? toldByJenkins(run, now) : {};
  const isNews = Object.entries(told).some(([key, text]) => annotation(object, key) !== text);
  const annotations = { ...object.metadata.annotations, ...told };
  const described = isNews ? { ...object, metadata: { ...object.metadata, annotations } } : object;
  const status = statusOf(run, now);
  const resource = catalog.get(runs.group, runs.plural);
  if (isNews && isDeepStrictEqual(object['status'], status)) {
    writeBack(context, resource, described);
    return false;
  }
  return !writeStatus(context, resource, described, status);
}

function toldByJenkins(run: Run, now: number): Readonly<Record<string, string>> {
  const project = run.object.metadata.namespace ?? '';
  const neighbours = { previous: undefined, next: undefined, estimate: -1 };
  const stages = stagesAt(run, now, false).map((stage) => ({
    ...blueNode(project, run, stage, now),
    steps: stepsAt(run, stage, now).map((step) => blueStep(project, run, stage.stage.id, step, now)),
  }));
  return {
    [runStatusKey]: encodeCompact(blueRun(project, run, neighbours, now)),
    [stagesStatusKey]: encodeCompact(stages),
  };
}

/** The last moment at which something about a run changed. */
function lastMoment(run: Run, now: number): number {
  const { queuedAt, stoppedAt, answers } = run.course;
  const moments = [queuedAt, stoppedAt ?? 0, ...[...answers.values()].map(({ at }) => at), ...momentsOf(run)];
  return Math.max(...moments.filter((moment) => moment <= now));
}

/** Phases by states and results. */
const phases: Readonly<Record<string, readonly [phase: string, succeeded: string]>> = {
  QUEUED: ['Pending', 'Unknown'],
  RUNNING: ['Running', 'Unknown'],
  PAUSED: ['Pending', 'Unknown'],
  SUCCESS: ['Succeeded', 'True'],
  UNSTABLE: ['Failed', 'False'],
  FAILURE: ['Failed', 'False'],
  ABORTED: ['Failed', 'False'],
};

function statusOf(run: Run, now: number): JsonObject {
  const state = stateOf(run, now);
  const end = state === 'FINISHED' ? endOf(run) : undefined;
  const reason = state === 'FINISHED' ? resultOf(run, now) : state;
  const [phase, status] = phases[reason] ?? ['Unknown', 'Unknown'];
  const moment = formatTimestamp(now);
  return {
    ...(state !== 'QUEUED' && { startTime: formatTimestamp(startOf(run)) }),
    ...(end !== undefined && { completionTime: formatTimestamp(end) }),
    updateTime: moment,
    conditions: [{ type: 'Succeeded', status, lastProbeTime: moment, lastTransitionTime: moment, reason }],
    phase,
  };
}
