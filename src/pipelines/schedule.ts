import { nextRunIn, parseCron, type CronSchedule } from '../core/cron-schedule.js';
import { chanceOf } from './run.js';

const ranges: readonly (readonly [least: number, most: number])[] = [
  [0, 59],
  [0, 23],
  [1, 28],
  [1, 12],
  [0, 6],
];

/**
 * When Jenkins runs a job by itself: one schedule a line, lines that begin with `#` left out, every `H` a number of the
 * job's own; what is wrong with it where it cannot be read.
 *
 * @param job Project and pipeline, such as `ship/web`.
 * @see jenkinsci/jenkins core scheduler/CronTabList.java
 */
export function readSchedules(text: string, job: string): readonly CronSchedule[] | string {
  const found: CronSchedule[] = [];
  for (const line of text.split(/\r?\n/).map((one) => one.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const read = parseCron(withoutHash(line, job), { lastWeekday: 7 });
    if (typeof read === 'string') return read;
    found.push(read);
  }
  return found;
}

/** The first moment of any of some schedules after another; both in milliseconds since 1970. */
export function nextOf(schedules: readonly CronSchedule[], after: number): number | undefined {
  const moments = schedules.flatMap((one) => nextRunIn(one, after, '') ?? []);
  return moments.length === 0 ? undefined : Math.min(...moments);
}

/** A schedule with numbers of its job's own in place of every `H`. */
function withoutHash(text: string, job: string): string {
  return text
    .split(/\s+/)
    .map((field, at) => {
      const [least, most] = ranges[at] ?? [0, 59];
      return field.replace(
        /\bH(?:\((\d+)-(\d+)\))?(?:\/(\d+))?/g,
        (_whole, from?: string, to?: string, every?: string) => {
          const [low, high] = [Number(from ?? least), Number(to ?? most)];
          const chance = chanceOf(`${job} ${String(at)}`);
          if (every === undefined) return String(low + Math.floor(chance * (high - low + 1)));
          return `${String(low + Math.floor(chance * Math.min(Number(every), high - low + 1)))}-${String(high)}/${every}`;
        },
      );
    })
    .join(' ');
}
