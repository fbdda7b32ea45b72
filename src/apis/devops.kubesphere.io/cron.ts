import type { CronSchedule } from '../../core/cron-schedule.js';
import { digString } from '../../core/json.js';
import { inRange } from '../../core/release.js';
import { nextOf, readSchedules } from '../../pipelines/schedule.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { readBodyObject } from '../../registry/read-json-body.js';
import { json } from '../../registry/reply.js';

const minute = 60_000;
/** How far back the last moment of a schedule is looked for, the nearest first. */
const spans = [60, 24 * 60, 31 * 24 * 60, 366 * 24 * 60, 4 * 366 * 24 * 60].map(
  (minutes) => minutes * minute,
);
/**
 * `POST …/checkCron`: whether Jenkins could read a schedule, and when it would last have run and will next; with `H`, Jenkins
 * spreads pipelines over time.
 *
 * @see jenkinsci/jenkins core TimerTrigger.java doCheckSpec
 */
export function checkCron(context: RequestContext): Reply {
  const sent = readBodyObject(context, 'devops.CronData');
  const text = digString(sent, 'cron').trim();
  const job = `${context.params['devops'] ?? ''}/${digString(sent, 'pipelineName')}`;
  if (text === '') return json({ result: 'warning', message: 'No schedules so will never run' });
  const read = readSchedules(text, job);
  if (typeof read === 'string')
    return json({ result: 'error', message: `Invalid input: "${text}": ${read}` });
  const now = context.world.clock.now();
  const [last, next] = [lastRun(read, now), nextOf(read, now)];
  if (last === undefined || next === undefined)
    return json({ result: 'warning', message: 'No schedules so will never run' });
  const message = `Would last have run at ${inFull(last)}; would next run at ${inFull(next)}.`;
  return json({
    result: 'ok',
    message,
    ...(inRange(context.release.name, { since: 'v3.0' }) && {
      lastTime: seconds(last),
      nextTime: seconds(next),
    }),
  });
}

/** The last moment of a schedule up to another. */
function lastRun(schedules: readonly CronSchedule[], now: number): number | undefined {
  for (const span of spans) {
    let found: number | undefined;
    for (let at = nextOf(schedules, now - span); at !== undefined && at <= now; at = nextOf(schedules, at))
      found = at;
    if (found !== undefined) return found;
  }
  return undefined;
}

function seconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** A moment as Java writes it in full: `Wednesday, September 11, 2019 12:06:00 AM UTC`. */
function inFull(milliseconds: number): string {
  const date = new Date(milliseconds);
  const text = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', ...options }).format(date);
  const day = text({ weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' });
  const hour = date.getUTCHours() % 12 === 0 ? 12 : date.getUTCHours() % 12;
  const two = (value: number): string => String(value).padStart(2, '0');
  const half = date.getUTCHours() < 12 ? 'AM' : 'PM';
  return `${day} ${String(hour)}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} ${half} UTC`;
}
