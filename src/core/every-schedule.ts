import { quote } from './api-error.js';
import { parseGoDuration } from './go-duration.js';

const start = '@every ';
const second = 1000;

/**
 * How long there is between two moments of an `@every 5m` schedule, in milliseconds and at least a second; what is wrong
 * with it, in the words of the real parser; `undefined` for schedules of other kinds.
 *
 * @see robfig/cron v3 parser.go parseDescriptor
 */
export function readEvery(schedule: string): number | string | undefined {
  if (!schedule.startsWith(start)) return undefined;
  const text = schedule.slice(start.length);
  const duration = parseGoDuration(text);
  if (duration !== undefined) return Math.max(second, Math.floor(duration / second) * second);
  return `failed to parse duration ${schedule}: ${durationProblem(text)}`;
}

/** What Go's `time.ParseDuration` says of a text that is none. */
function durationProblem(text: string): string {
  let rest = text.replace(/^[+-]/, '');
  const shown = quote(text);
  while (rest !== '') {
    const [all, number = '', unit = ''] = /^(\d*\.?\d*)([^\d.]*)/.exec(rest) ?? ['', '', ''];
    if (!/\d/.test(number)) break;
    if (unit === '') return `time: missing unit in duration ${shown}`;
    if (parseGoDuration(`1${unit}`) === undefined)
      return `time: unknown unit ${quote(unit)} in duration ${shown}`;
    rest = rest.slice(all.length);
  }
  return `time: invalid duration ${shown}`;
}
