import { parseGoJson } from '../core/go-json.js';
import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../core/json.js';
import { jenkinsJobAnnotation } from '../core/well-known-keys.js';
import { annotation, label, type KubeObject } from '../core/kube-object.js';
import { fnv64a } from '../core/fnv.js';
import { fill } from './fill.js';
import { courseKey, jenkinsfileKey, pipelineLabel, runCreatorKey, runIdKey } from './keys.js';
import { planOf, type Plan } from './plan.js';
import { timelineOf, type Answer, type Timeline } from './timeline.js';

/** Why and when a run began, and what happened to it since; kept with it. Moments are milliseconds since 1970. */
export interface Course {
  readonly queuedAt: number;
  /** Why it was started, such as `Started by user admin`. */
  readonly cause: string;
  readonly answers: ReadonlyMap<string, Answer>;
  readonly stoppedAt: number | undefined;
  /** Number of the run it has to wait for, of a pipeline that runs one at a time; absent: none. */
  readonly heldBy?: string;
  /** When it had waited long enough for that. */
  readonly releasedAt?: number;
}

/** A run of a pipeline, as far as it will ever go if nobody interferes. */
export interface Run {
  readonly object: KubeObject;
  /** Its number, from 1 on for every branch. */
  readonly id: string;
  /** Name of the pipeline in Jenkins. */
  readonly pipeline: string;
  /** Empty for pipelines without. */
  readonly branch: string;
  readonly creator: string;
  readonly course: Course;
  /** Infinite while nobody knows. */
  readonly startsAt: number;
  readonly plan: Plan;
  readonly timeline: Timeline;
}

const known = new WeakMap<KubeObject, Run>();

/** How far a run is. */
export type RunState = 'QUEUED' | 'RUNNING' | 'PAUSED' | 'FINISHED';

/** The run an object stands for; `undefined` as long as it has no number. */
export function runOf(object: KubeObject, seed: string): Run | undefined {
  const id = annotation(object, runIdKey);
  if (id === undefined) return undefined;
  let run = known.get(object);
  if (run === undefined) known.set(object, (run = readRun(object, id, seed)));
  return run;
}

/** How far a run is at a moment. */
export function stateOf({ startsAt, course, timeline }: Run, now: number): RunState {
  if (course.stoppedAt !== undefined && now >= course.stoppedAt) return 'FINISHED';
  if (now < startsAt) return 'QUEUED';
  const { end } = timeline.whole;
  if (end !== undefined && now >= end) return 'FINISHED';
  return isWaiting(timeline, now) ? 'PAUSED' : 'RUNNING';
}

/** When a run ends, as far as anybody knows. */
export function endOf({ course, timeline }: Run): number | undefined {
  const { stoppedAt } = course;
  const { end } = timeline.whole;
  return stoppedAt === undefined ? end : Math.min(stoppedAt, end ?? stoppedAt);
}

/** When a run starts, or was stopped before it could. */
export function startOf(run: Run): number {
  return Math.min(run.startsAt, endOf(run) ?? run.startsAt);
}

/** Whether a run waits for another one to end. */
export function isHeld({ course }: Run): boolean {
  return course.heldBy !== undefined && course.releasedAt === undefined;
}

function isWaiting({ spans }: Timeline, now: number): boolean {
  for (const { start, end } of spans.values()) if (end === undefined && start <= now) return true;
  return false;
}

/** Moments at which something about a run changes by itself. */
export function momentsOf({ startsAt, timeline }: Run): readonly number[] {
  const moments = new Set<number>([startsAt]);
  for (const { start, end } of [timeline.whole, ...timeline.spans.values()]) {
    moments.add(start);
    if (end !== undefined) moments.add(end);
  }
  return [...moments].filter(Number.isFinite).sort((a, b) => a - b);
}

/** A run's object after something happened to it. */
export function withCourse(object: KubeObject, course: Course): KubeObject {
  const { queuedAt, cause, answers, stoppedAt, heldBy, releasedAt } = course;
  const text = JSON.stringify({
    queuedAt,
    cause,
    ...(answers.size > 0 && { answers: Object.fromEntries(answers) }),
    ...(stoppedAt !== undefined && { stoppedAt }),
    ...(heldBy !== undefined && { heldBy }),
    ...(releasedAt !== undefined && { releasedAt }),
  });
  const annotations = { ...object.metadata.annotations, [courseKey]: text };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function readRun(object: KubeObject, id: string, seed: string): Run {
  const course = courseOf(object);
  const branch = digString(object, 'spec', 'scm', 'refName');
  const spec = digObject(object, 'spec', 'pipelineSpec');
  const pipeline = nameIn(spec) || (label(object, pipelineLabel) ?? '');
  const chance = (text: string): number => chanceOf(`${seed} ${object.metadata.uid ?? ''} ${text}`);
  const project =
    (annotation(object, jenkinsJobAnnotation) ?? '').split('/')[0] || (object.metadata.namespace ?? '');
  const job = [project, pipeline, branch].filter((part) => part !== '').join('/');
  const plan = planOf({
    script: scriptOf(object),
    branch,
    chance,
    variables: variablesOf(object, job, id, branch),
  });
  const isHeldUp = course.heldBy !== undefined && course.releasedAt === undefined;
  const freeAt = isHeldUp ? Number.POSITIVE_INFINITY : (course.releasedAt ?? course.queuedAt);
  const startsAt = freeAt + 1000 + Math.floor(chance('queue') * 2000);
  const timeline = timelineOf(plan, {
    start: startsAt,
    answers: course.answers,
    stoppedAt: course.stoppedAt,
  });
  const creator = annotation(object, runCreatorKey) ?? '';
  return { object, id, pipeline, branch, creator, course, startsAt, plan, timeline };
}

/**
 * How a run begins: at once, or after the last one of a pipeline that runs one at a time.
 *
 * @param spec Of its Pipeline.
 * @param others Runs of the same pipeline.
 */
export function newCourse(spec: JsonObject, others: readonly Run[], cause: string, now: number): Course {
  const course: Course = { queuedAt: now, cause, answers: new Map(), stoppedAt: undefined };
  if (dig(spec, 'pipeline', 'disable_concurrent') !== true) return course;
  const running = others.filter((one) => stateOf(one, now) !== 'FINISHED');
  if (running.length === 0) return course;
  return { ...course, heldBy: String(Math.max(...running.map(({ id }) => Number(id)))) };
}

/** What a pipeline is called by those who made it. */
export function nameIn(spec: JsonObject): string {
  return digString(spec, 'pipeline', 'name') || digString(spec, 'multi_branch_pipeline', 'name');
}

/** A number from 0 up to but not including 1, always the same for the same text. */
export function chanceOf(text: string): number {
  return Number(BigInt(`0x${fnv64a(text)}`) >> 11n) / 2 ** 53;
}

/** What runs of a pipeline with branches do where nobody says what the Jenkinsfile of its repository holds. */
const unknownScript = `pipeline {
  agent any
  stages {
    stage('checkout scm') {
      steps {
        checkout scm
      }
    }
    stage('build') {
      steps {
        sh 'make'
      }
    }
  }
}`;

function scriptOf(object: KubeObject): string {
  const written = annotation(object, jenkinsfileKey);
  if (written !== undefined) return written;
  const spec = digObject(object, 'spec', 'pipelineSpec');
  if (digString(spec, 'type') === 'multi-branch-pipeline') return unknownScript;
  return digString(spec, 'pipeline', 'jenkinsfile');
}

function variablesOf(
  object: KubeObject,
  job: string,
  id: string,
  branch: string,
): ReadonlyMap<string, string> {
  const found = new Map([
    ['BUILD_NUMBER', id],
    ['BUILD_ID', id],
    ['JOB_NAME', job],
    ...(branch === '' ? [] : [['BRANCH_NAME', branch] as const]),
  ]);
  const declared = digArray(object, 'spec', 'pipelineSpec', 'pipeline', 'parameters');
  for (const one of declared) {
    const value = digString(one, 'default_value');
    found.set(
      digString(one, 'name'),
      digString(one, 'type') === 'choice' ? (value.split('\n')[0] ?? '') : value,
    );
  }
  for (const one of digArray(object, 'spec', 'parameters'))
    found.set(digString(one, 'name'), fill(digString(one, 'value'), found));
  return found;
}

function courseOf(object: KubeObject): Course {
  const kept = parsed(annotation(object, courseKey) ?? '');
  const queued = dig(kept, 'queuedAt');
  const stopped = dig(kept, 'stoppedAt');
  const answers = Object.entries(digObject(kept, 'answers')).flatMap(([step, one]): [string, Answer][] => {
    const at = dig(one, 'at');
    if (typeof at !== 'number') return [];
    return [[step, { at, isAbort: dig(one, 'isAbort') === true, by: digString(one, 'by') }]];
  });
  const heldBy = digString(kept, 'heldBy');
  const released = dig(kept, 'releasedAt');
  const created = Date.parse(object.metadata.creationTimestamp ?? '');
  return {
    queuedAt: typeof queued === 'number' ? queued : Number.isNaN(created) ? 0 : created,
    cause: digString(kept, 'cause'),
    answers: new Map(answers),
    stoppedAt: typeof stopped === 'number' ? stopped : undefined,
    ...(heldBy !== '' && { heldBy }),
    ...(typeof released === 'number' && { releasedAt: released }),
  };
}

function parsed(text: string): Json {
  try {
    const value = parseGoJson(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
