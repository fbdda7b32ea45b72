import { zoneOffset } from '../../../core/zone-offset.js';
import { CelError, CelTimestamp } from './value.js';

const nanosPerMilli = 1_000_000n;
const nanosPerSecond = 1_000_000_000n;
const least = -62_135_596_800n * nanosPerSecond;
const most = 253_402_300_800n * nanosPerSecond - 1n;

/** A point in time. @throws CelError for one outside the years 1 to 9999 */
export function timestampOf(nanos: bigint): CelTimestamp {
  if (nanos < least || nanos > most) throw new CelError('timestamp overflow');
  return new CelTimestamp(nanos);
}

const pattern = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?(Z|[+-]\d{2}:\d{2})?)?$/;

/** Reads a time of RFC 3339; `undefined` for what is none. */
export function parseTimestamp(text: string): CelTimestamp | undefined {
  const [, , , , hours, , , , zone] = pattern.exec(text) ?? [];
  return hours === undefined || zone === undefined ? undefined : parse(text);
}

/** Reads a day: its start. */
export function parseDay(text: string): CelTimestamp | undefined {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? parse(text) : undefined;
}

/** Reads a text of the format `date-time`. @see k8s.io/kube-openapi strfmt.ParseDateTime */
export function parseDateTime(text: string): CelTimestamp | undefined {
  if (text === '') return new CelTimestamp(0n);
  const [, , , , hours] = pattern.exec(text) ?? [];
  return hours === undefined ? undefined : parse(text);
}

function parse(text: string): CelTimestamp | undefined {
  const [
    ,
    year = '',
    month = '',
    day = '',
    hours = '00',
    minutes = '00',
    seconds = '00',
    part = '',
    zone = 'Z',
  ] = pattern.exec(text) ?? [];
  const plain = `${year}-${month}-${day}T${hours.padStart(2, '0')}:${minutes}:${seconds}Z`;
  const millis = Date.parse(plain);
  if (Number.isNaN(millis) || new Date(millis).toISOString() !== plain.replace('Z', '.000Z'))
    return undefined;
  const [, sign = '+', zoneHours = '0', zoneMinutes = '0'] = /^([+-])(\d{2}):(\d{2})$/.exec(zone) ?? [];
  if (Number(zoneHours) > 24 || Number(zoneMinutes) > 59) return undefined;
  const offset = BigInt(Number(zoneHours) * 60 + Number(zoneMinutes)) * 60n * nanosPerSecond;
  const nanos = BigInt(millis) * nanosPerMilli + BigInt(part.slice(0, 9).padEnd(9, '0'));
  return new CelTimestamp(sign === '-' ? nanos + offset : nanos - offset);
}

/** A time as `string()` gives it. */
export function timestampText({ nanos }: CelTimestamp): string {
  const part = ((nanos % nanosPerSecond) + nanosPerSecond) % nanosPerSecond;
  const seconds = (nanos - part) / nanosPerSecond;
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  const digits = part.toString().padStart(9, '0').replace(/0+$/, '');
  return `${whole}${digits === '' ? '' : `.${digits}`}Z`;
}

/** The parts of a time that functions ask for. */
export interface TimeParts {
  readonly year: number;
  /** From 0, as are days of the week, from Sunday, and of the year. */
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly yearday: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly millis: number;
}

/**
 * The parts of a time in a zone: its name, or how far it is ahead of UTC, as in `-05:00`. Without one: UTC.
 *
 * @throws CelError for a zone there is not
 */
export function timeParts({ nanos }: CelTimestamp, zone = ''): TimeParts {
  const millis = Number(
    nanos >= 0n || nanos % nanosPerMilli === 0n ? nanos / nanosPerMilli : nanos / nanosPerMilli - 1n,
  );
  const local = new Date(millis + offsetOf(zone, millis));
  const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()];
  const start = new Date(0);
  start.setUTCFullYear(year, 0, 1);
  const today = new Date(0);
  today.setUTCFullYear(year, month, day);
  return {
    year,
    month,
    day,
    weekday: local.getUTCDay(),
    yearday: Math.round((today.getTime() - start.getTime()) / 86_400_000),
    hours: local.getUTCHours(),
    minutes: local.getUTCMinutes(),
    seconds: local.getUTCSeconds(),
    millis: local.getUTCMilliseconds(),
  };
}

/** How far a zone is ahead of UTC at a time, in milliseconds. */
function offsetOf(zone: string, millis: number): number {
  if (zone === '' || zone === 'UTC') return 0;
  const colon = zone.indexOf(':');
  if (colon < 0) return namedOffset(zone, millis);
  const [hours, minutes] = [goInteger(zone.slice(0, colon)), goInteger(zone.slice(colon + 1))];
  return (zone.startsWith('-') ? hours * 60 - minutes : hours * 60 + minutes) * 60_000;
}

function goInteger(text: string): number {
  if (!/^[+-]?\d+$/.test(text))
    throw new CelError(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

function namedOffset(zone: string, millis: number): number {
  const offset = zoneOffset(zone, millis);
  if (offset === undefined) throw new CelError(`unknown time zone ${zone}`);
  return offset;
}
