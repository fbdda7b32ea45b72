import type { Json, JsonObject } from '../../core/json.js';
import { allSteps } from '../items.js';
import { endOf, isHeld, startOf, stateOf, type Run } from '../run.js';
import { branchPlace, link, linksBelow, moment } from './links.js';

const causeClass = 'io.jenkins.blueocean.service.embedded.rest.AbstractRunImpl$BlueCauseImpl';

/** Where a run stands among those of its pipeline and branch. */
export interface Neighbours {
  readonly previous: Run | undefined;
  readonly next: Run | undefined;
  /** Milliseconds; -1 when nobody knows. */
  readonly estimate: number;
}

/** A run as Blue Ocean shows it at a moment. */
export function blueRun(project: string, run: Run, neighbours: Neighbours, now: number): JsonObject {
  const state = stateOf(run, now);
  if (state === 'QUEUED') return queuedRun(project, run);
  const end = state === 'FINISHED' ? endOf(run) : undefined;
  const result = resultOf(run, now);
  const { id, pipeline, branch } = run;
  const parent = branchPlace(project, pipeline, branch);
  const place = `${parent}runs/${id}/`;
  const neighbour = (one: Run | undefined, name: string): JsonObject =>
    one === undefined ? {} : { [name]: link(`${parent}runs/${one.id}/`) };
  const below = linksBelow(place, [
    'tests',
    'nodes',
    'log',
    'self',
    'blueTestSummary',
    'actions',
    'steps',
    'artifacts',
  ]);
  const hasArtifacts =
    state === 'FINISHED' && allSteps(run.plan).some(({ artifacts }) => artifacts.length > 0);
  const job = [project, pipeline, branch]
    .filter((part) => part !== '')
    .map((part) => `/job/${encodeURIComponent(part)}`);
  const start = startOf(run);
  return {
    _class: 'io.jenkins.blueocean.rest.impl.pipeline.PipelineRunImpl',
    _links: {
      ...neighbour(neighbours.previous, 'prevRun'),
      parent: link(parent),
      ...below,
      ...neighbour(neighbours.next, 'nextRun'),
    },
    actions: [],
    artifactsZipFile: hasArtifacts ? `${job.join('')}/${id}/artifact/*zip*/archive.zip` : null,
    causeOfBlockage: null,
    causes: causesOf(run),
    changeSet: [],
    description: null,
    durationInMillis: (end ?? now) - start,
    enQueueTime: moment(run.course.queuedAt),
    endTime: end === undefined ? null : moment(end),
    estimatedDurationInMillis: neighbours.estimate,
    id,
    name: null,
    organization: 'jenkins',
    pipeline: branch === '' ? pipeline : encodeURIComponent(branch),
    replayable: true,
    result,
    runSummary: summaryOf(result, neighbours.previous, now),
    startTime: moment(start),
    state,
    type: 'WorkflowRun',
    branch: branch === '' ? null : { isPrimary: isPrimary(branch), issues: [], url: '' },
    commitId: null,
    commitUrl: null,
    pullRequest: null,
  };
}

/** A run that waits for somebody to run it. */
export function queuedRun(project: string, run: Run): JsonObject {
  const { id, pipeline, branch } = run;
  const parent = branchPlace(project, pipeline, branch);
  const place = `${parent}runs/${id}/`;
  return {
    _class: 'io.jenkins.blueocean.service.embedded.rest.QueuedBlueRun',
    _links: {
      parent: link(parent),
      ...linksBelow(place, ['tests', 'log', 'self', 'blueTestSummary', 'actions', 'artifacts']),
    },
    actions: [],
    artifactsZipFile: null,
    causeOfBlockage: isHeld(run)
      ? `Build #${run.course.heldBy ?? ''} is already in progress (ETA: N/A)`
      : 'Finished waiting',
    causes: causesOf(run),
    changeSet: [],
    description: null,
    durationInMillis: null,
    enQueueTime: null,
    endTime: null,
    estimatedDurationInMillis: null,
    id,
    name: null,
    organization: 'jenkins',
    pipeline: branch === '' ? pipeline : encodeURIComponent(branch),
    replayable: true,
    result: 'UNKNOWN',
    runSummary: null,
    startTime: null,
    state: 'QUEUED',
    type: 'QUEUED',
    queueId: String(Math.floor(run.course.queuedAt / 1000) % 100_000),
  };
}

/** What a run has come to at a moment; `UNKNOWN` before its end. */
export function resultOf(run: Run, now: number): string {
  if (stateOf(run, now) !== 'FINISHED') return 'UNKNOWN';
  const { stoppedAt } = run.course;
  const end = run.timeline.whole.end ?? Number.POSITIVE_INFINITY;
  return stoppedAt !== undefined && stoppedAt < end ? 'ABORTED' : run.timeline.whole.result;
}

/** Whether a branch is the one others come from. */
export function isPrimary(branch: string): boolean {
  return branch === 'master' || branch === 'main';
}

function causesOf({ course, creator }: Run): Json[] {
  const cause = { _class: causeClass, shortDescription: course.cause };
  return [
    course.cause.startsWith('Started by user') ? { ...cause, userId: creator, userName: creator } : cause,
  ];
}

function summaryOf(result: string, previous: Run | undefined, now: number): string {
  switch (result) {
    case 'SUCCESS':
      return previous !== undefined && resultOf(previous, now) === 'FAILURE' ? 'back to normal' : 'stable';
    case 'FAILURE':
      return previous !== undefined && resultOf(previous, now) === 'FAILURE'
        ? 'broken for a long time'
        : 'broken since this build';
    case 'UNKNOWN':
      return '?';
    default:
      return result.toLowerCase();
  }
}
