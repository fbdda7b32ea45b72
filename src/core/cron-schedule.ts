import { zoneOffset } from './zone-offset.js';

/** When a CronJob runs: the values each of its five fields allows. */
export interface CronSchedule {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** True when a day must only satisfy one of days and weekdays: neither is `*`. */
  readonly eitherDay: boolean;
}

const macros: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** What a schedule may hold besides what Kubernetes reads. */
interface Dialect {
  /** The last day of a week: Jenkins counts up to 7, a second Sunday. */
  readonly lastWeekday?: 6 | 7;
}

/**
 * Reads the five fields of a schedule, or a descriptor such as `@daily`; what is wrong with it, in the words of the real
 * parser, when it is none.
 *
 * @see robfig/cron v3 parser.go
 */
export function parseCron(text: string, { lastWeekday = 6 }: Dialect = {}): CronSchedule | string {
  if (text.startsWith('@') && !macros.has(text)) return `unrecognized descriptor: ${text}`;
  const fields = (macros.get(text) ?? text).split(/\s+/).filter((part) => part !== '');
  if (fields.length !== 5)
    return `expected exactly 5 fields, found ${String(fields.length)}: [${fields.join(' ')}]`;
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  const sets = [
    readField(minute, 0, 59),
    readField(hour, 0, 23),
    readField(day, 1, 31),
    readField(month, 1, 12, months),
    readField(weekday, 0, lastWeekday, weekdays),
  ];
  for (const set of sets) if (typeof set === 'string') return set;
  const [m, h, d, mo, w] = sets as ReadonlySet<number>[];
  if (!m || !h || !d || !mo || !w) return `failed to parse ${text}`;
  return {
    minutes: m,
    hours: h,
    days: d,
    months: mo,
    weekdays: new Set([...w].map((value) => value % 7)),
    eitherDay: !isStar(day) && !isStar(weekday),
  };
}

function isStar(field: string): boolean {
  return field.startsWith('*') || field === '?';
}

function readField(
  field: string,
  min: number,
  max: number,
  names: readonly string[] = [],
): ReadonlySet<number> | string {
  const values = new Set<number>();
  for (const part of field.split(',').filter((one) => one !== '')) {
    const range = readRange(part, min, max, names);
    if (typeof range === 'string') return range;
    for (let value = range.low; value <= range.high; value += range.step) values.add(value);
  }
  return values;
}

interface Range {
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

function readRange(part: string, min: number, max: number, names: readonly string[]): Range | string {
  const [span = '', every, ...slashes] = part.split('/');
  const [from = '', to, ...hyphens] = span.split('-');
  const read = (text: string): number | string => {
    const named = names.indexOf(text.toLowerCase());
    return named === -1 ? readNumber(text) : named + (min === 1 ? 1 : 0);
  };
  const isOpen = from === '*' || from === '?';
  const low = isOpen ? min : read(from);
  if (typeof low === 'string') return low;
  if (!isOpen && hyphens.length > 0) return `too many hyphens: ${part}`;
  const given = isOpen ? max : to === undefined ? low : read(to);
  if (typeof given === 'string') return given;
  if (slashes.length > 0) return `too many slashes: ${part}`;
  const step = every === undefined ? 1 : readNumber(every);
  if (typeof step === 'string') return step;
  const high = every !== undefined && to === undefined ? max : given;
  if (low < min) return `beginning of range (${String(low)}) below minimum (${String(min)}): ${part}`;
  if (high > max) return `end of range (${String(high)}) above maximum (${String(max)}): ${part}`;
  if (low > high) return `beginning of range (${String(low)}) beyond end of range (${String(high)}): ${part}`;
  return step === 0 ? `step of range should be a positive number: ${part}` : { low, high, step };
}

function readNumber(text: string): number | string {
  return /^\+?\d+$/.test(text)
    ? Number(text)
    : `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
}

const minute = 60_000;
/** Four years and a day: a schedule that has no moment within them never has one. */
const horizon = 1462 * 24 * 60 * minute;

/** The first moment after another at which a schedule runs, in UTC; both in milliseconds since 1970. */
function nextRun(schedule: CronSchedule, after: number): number | undefined {
  let at = Math.floor(after / minute) * minute + minute;
  const end = after + horizon;
  while (at <= end) {
    const date = new Date(at);
    if (!isDay(schedule, date)) {
      at = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 1);
    } else if (!schedule.hours.has(date.getUTCHours())) {
      at += 60 * minute - (at % (60 * minute));
    } else if (!schedule.minutes.has(date.getUTCMinutes())) {
      at += minute;
    } else {
      return at;
    }
  }
  return undefined;
}

/** Clocks of a zone nobody knows show UTC. */
function offsetOf(zone: string, at: number): number {
  return zoneOffset(zone, at) ?? 0;
}

/**
 * The first moment after another at which the clocks of a time zone show one of a schedule's; both in milliseconds since
 * 1970. A moment that clocks skip in spring is left out.
 *
 * @param zone IANA name; empty: UTC.
 */
export function nextRunIn(schedule: CronSchedule, after: number, zone: string): number | undefined {
  if (zone === '') return nextRun(schedule, after);
  let shown = after + offsetOf(zone, after);
  // Moments that clocks skip or show twice need another try; each is at least a minute on.
  for (let tries = 0; tries < 1000; tries += 1) {
    const next = nextRun(schedule, shown);
    if (next === undefined) return undefined;
    const guess = next - offsetOf(zone, next);
    const moment = next - offsetOf(zone, guess);
    if (moment > after && moment + offsetOf(zone, moment) === next) return moment;
    shown = next;
  }
  return undefined;
}

function isDay({ days, weekdays: week, months: year, eitherDay }: CronSchedule, date: Date): boolean {
  if (!year.has(date.getUTCMonth() + 1)) return false;
  const [inMonth, inWeek] = [days.has(date.getUTCDate()), week.has(date.getUTCDay())];
  return eitherDay ? inMonth || inWeek : inMonth && inWeek;
}
