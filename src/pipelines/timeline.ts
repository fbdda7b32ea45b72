import type { Item, Plan, Stage, Step } from './plan.js';

/** Results of Blue Ocean. */
export type Result = 'SUCCESS' | 'UNSTABLE' | 'FAILURE' | 'ABORTED' | 'NOT_BUILT';

/** When something ran, in milliseconds since 1970. */
export interface Span {
  readonly start: number;
  /** Absent while nobody knows: something in it waits for an answer. */
  readonly end: number | undefined;
  readonly result: Result;
  /** True for stages whose conditions do not hold, or that come after a failure. */
  readonly isSkipped: boolean;
}

/** What somebody said to a question. */
export interface Answer {
  readonly at: number;
  readonly isAbort: boolean;
  readonly by: string;
}

/** A run as it goes, from its start to an end that may lie ahead. */
export interface Timeline {
  readonly whole: Span;
  /** By ids of stages and steps; what is not there is never reached. */
  readonly spans: ReadonlyMap<string, Span>;
}

/** What happens to a run from outside. */
export interface Course {
  readonly start: number;
  /** By ids of steps. */
  readonly answers: ReadonlyMap<string, Answer>;
  readonly stoppedAt: number | undefined;
}

/** Follows a plan. */
export function timelineOf(plan: Plan, course: Course): Timeline {
  const follower = new Follower(course);
  if (plan.problem !== undefined)
    return { whole: span(course.start, course.start, 'FAILURE'), spans: new Map<string, Span>() };
  const whole = follower.follow(plan.items, plan.post, course.start);
  return { whole, spans: follower.spans };
}

function span(start: number, end: number | undefined, result: Result, isSkipped = false): Span {
  return { start, end, result, isSkipped };
}

const severity: readonly Result[] = ['NOT_BUILT', 'SUCCESS', 'UNSTABLE', 'FAILURE', 'ABORTED'];

function worse(a: Result, b: Result): Result {
  return severity.indexOf(a) >= severity.indexOf(b) ? a : b;
}

function isOver(result: Result): boolean {
  return result === 'FAILURE' || result === 'ABORTED';
}

class Follower {
  readonly spans = new Map<string, Span>();
  readonly #course: Course;

  constructor(course: Course) {
    this.#course = course;
  }

  /** Runs items one after the other, then what is due afterwards. */
  follow(items: readonly Item[], post: Stage['post'], from: number): Span {
    let at: number | undefined = from;
    let result: Result = 'SUCCESS';
    for (const item of items) {
      if (at === undefined) break;
      if (isOver(result) || this.#isStopped(at)) {
        if (!this.#isStopped(at)) this.#skip(item, at);
        continue;
      }
      const ran = this.#run(item, at);
      at = ran.end;
      result = worse(result, ran.result);
    }
    if (at !== undefined && this.#isStopped(at)) result = 'ABORTED';
    for (const [condition, after] of post) {
      if (at === undefined || !isDue(condition, result)) continue;
      for (const item of after) {
        const ran: Span = this.#run(item, at);
        at = ran.end ?? at;
        result = worse(result, ran.result);
      }
    }
    return span(from, at, result);
  }

  #isStopped(at: number): boolean {
    const { stoppedAt } = this.#course;
    return stoppedAt !== undefined && at >= stoppedAt;
  }

  #run(item: Item, at: number): Span {
    if (item.kind === 'parallel') return this.#side(item.branches, at);
    const ran = item.kind === 'step' ? this.#step(item, at) : this.#stage(item, at);
    this.spans.set(item.id, ran);
    return ran;
  }

  #stage(stage: Stage, at: number): Span {
    if (!stage.isWanted) return span(at, at, 'NOT_BUILT', true);
    return this.follow(stage.items, stage.post, at);
  }

  #side(branches: readonly Stage[], at: number): Span {
    const ran = branches.map((branch) => this.#run(branch, at));
    const ends = ran.map(({ end }) => end ?? Number.POSITIVE_INFINITY);
    const last = Math.max(at, ...ends);
    const result = ran.reduce((worst: Result, one) => worse(worst, one.result), 'SUCCESS');
    return span(at, Number.isFinite(last) ? last : undefined, result);
  }

  #step(step: Step, at: number): Span {
    const { stoppedAt, answers } = this.#course;
    const answer = answers.get(step.id);
    const end = step.question === undefined ? at + step.duration : answer && Math.max(at, answer.at);
    if (stoppedAt !== undefined && (end === undefined || end > stoppedAt))
      return span(at, stoppedAt, 'ABORTED');
    return span(at, end, answer?.isAbort === true ? 'ABORTED' : step.result);
  }

  #skip(item: Item, at: number): void {
    if (item.kind === 'stage') this.spans.set(item.id, span(at, at, 'NOT_BUILT', true));
  }
}

/** Tells whether what follows a stage is run. */
function isDue(condition: string, result: Result): boolean {
  switch (condition) {
    case 'always':
    case 'cleanup':
      return true;
    case 'success':
      return result === 'SUCCESS';
    case 'failure':
      return result === 'FAILURE';
    case 'unstable':
      return result === 'UNSTABLE';
    case 'aborted':
      return result === 'ABORTED';
    case 'unsuccessful':
      return result !== 'SUCCESS';
    default:
      return false;
  }
}
