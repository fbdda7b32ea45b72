import { nextRunIn, parseCron } from '../../core/cron-schedule.js';
import { readEvery } from '../../core/every-schedule.js';
import { dig, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';

/** The moments of a schedule, in milliseconds since 1970. */
export interface Moments {
  /** The first one after a moment. */
  readonly next: (after: number) => number | undefined;
  /** The last ones up to a moment, the earliest first: at least so many, unless the schedule is rarer than once a year. */
  readonly last: (until: number, count: number) => readonly number[];
}

const year = 366 * 86_400_000;
/** Moments that may be missed before it is told that there are too many. */
const mostMissed = 100;

/** When a CronJob is to run; `undefined` when its schedule is none. */
export function momentsOf(cronJob: KubeObject): Moments | undefined {
  const text = digString(cronJob, 'spec', 'schedule');
  const every = readEvery(text);
  if (typeof every === 'number') return spacedFrom(beginOf(cronJob), every);
  const schedule = parseCron(text);
  if (typeof schedule === 'string') return undefined;
  const zone = digString(cronJob, 'spec', 'timeZone');
  const next = (after: number): number | undefined => nextRunIn(schedule, after, zone);
  return { next, last: (until, count) => lastOnes(next, until, count) };
}

/** The moment a CronJob's next ones are counted from: that of its last Job, or of its making. */
function beginOf(cronJob: KubeObject): number {
  const last = Date.parse(digString(cronJob, 'status', 'lastScheduleTime'));
  return Number.isNaN(last) ? Date.parse(String(cronJob.metadata.creationTimestamp)) : last;
}

/** Moments that are all as far from each other, the first so long after a beginning. */
function spacedFrom(begin: number, every: number): Moments {
  const past = (until: number): number => Math.max(0, Math.floor((until - begin) / every));
  const at = (index: number): number => begin + index * every;
  return {
    next: (after) => at(past(after) + 1),
    last: (until, count) => {
      const newest = past(until);
      return Array.from({ length: Math.min(count, newest) }, (_, back) => at(newest - back)).reverse();
    },
  };
}

/** Looks back in steps that grow, so that a long time without anybody looking costs no more than a short one. */
function lastOnes(next: Moments['next'], until: number, count: number): readonly number[] {
  for (let span = count * 60_000; ; span *= 4) {
    const found: number[] = [];
    for (let at = next(until - span); at !== undefined && at <= until; at = next(at)) found.push(at);
    if (found.length >= count || span > year) return found.slice(-count);
  }
}

/** The moment a Job is still to be made for, if there is one. */
export interface Missed {
  readonly at?: number;
  /** Its deadline is over. */
  readonly tooLate: boolean;
  /** So many were missed that something must be wrong. */
  readonly tooMany: boolean;
}

/**
 * The latest moment since a CronJob's last Job, or since it was made, up to now.
 *
 * @see kubernetes/kubernetes pkg/controller/cronjob/utils.go mostRecentScheduleTime
 */
export function missedMoment(cronJob: KubeObject, moments: Moments, now: number): Missed {
  const seconds = dig(cronJob, 'spec', 'startingDeadlineSeconds');
  const begin = beginOf(cronJob);
  const first = moments.next(begin);
  if (first === undefined || first > now) return { tooLate: false, tooMany: false };
  const earliest = typeof seconds === 'number' ? Math.max(begin, now - seconds * 1000) : begin;
  const found = moments.last(now, mostMissed + 1).filter((at) => at > begin);
  const at = found.at(-1);
  if (at === undefined) return { tooLate: false, tooMany: false };
  const inTime = found.filter((moment) => moment >= earliest);
  return { at, tooLate: inTime.length === 0, tooMany: inTime.length > mostMissed };
}
