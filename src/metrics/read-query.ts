import { badRequest } from '../core/api-error.js';
import { parseGoDuration } from '../core/go-duration.js';
import { goQuote } from '../core/go-format.js';
import { parseGoInteger } from '../core/go-integer.js';
import { inRange, type ReleaseName } from '../core/release.js';

/** When to measure; all in milliseconds since 1970. */
export type When =
  { readonly instant: number } | { readonly start: number; readonly end: number; readonly step: number };

/** How to rank and cut the resources of an answer. */
export interface Ranking {
  readonly metric: string;
  readonly ascending: boolean;
  readonly page: number;
  readonly limit: number;
}

const defaultStep = 600_000;

/** What `strconv.ParseInt` says of a text that is none. */
function integer(text: string): number {
  const value = parseGoInteger(text);
  if (value !== undefined) return value;
  const why = /^[+-]?\d+$/.test(text) ? 'value out of range' : 'invalid syntax';
  throw badRequest(`strconv.ParseInt: parsing ${goQuote(text)}: ${why}`);
}

/** A duration; Go 1.15 began to quote what it cannot read. */
function duration(text: string, release: ReleaseName): number {
  const value = parseGoDuration(text);
  if (value !== undefined) return value;
  const shown = inRange(release, { since: 'v3.1' }) ? goQuote(text) : text;
  const [, unit] = /^[+-]?[\d.]+([^\d.]*)/.exec(text) ?? [];
  if (unit === '') throw badRequest(`time: missing unit in duration ${shown}`);
  throw badRequest(`time: invalid duration ${shown}`);
}

/**
 * When a query is about: `start` and `end`, or `time`, in seconds; now, when neither is there.
 *
 * @throws ApiError 400
 */
export function readWhen(query: URLSearchParams, now: number, release: ReleaseName): When {
  const text = (name: string): string => query.get(name) ?? '';
  const [from, to] = [text('start'), text('end')];
  if ((from === '') !== (to === '')) {
    throw badRequest("'time' and the combination of 'start' and 'end' are mutually exclusive.");
  }
  if (from === '') {
    const time = text('time');
    return { instant: time === '' ? now : integer(time) * 1000 };
  }
  const start = integer(from) * 1000;
  const end = integer(to) * 1000;
  const step = text('step') === '' ? defaultStep : duration(text('step'), release);
  if (start > end) throw badRequest("'start' must be before 'end'.");
  return { start, end, step };
}

/**
 * A query about a namespace, cut to the time since it was made: a start before that moves forward in whole steps.
 *
 * @returns `undefined` when all of it is before
 */
export function sinceBirth(when: When, birth: number): When | undefined {
  if ('instant' in when) return when.instant < birth ? undefined : when;
  const { start, end, step } = when;
  if (end < birth) return undefined;
  if (start >= birth || step <= 0) return when;
  const steps = Math.max(0, Math.ceil((end - birth) / step) - 1);
  return { start: end - steps * step, end, step };
}

/** How to rank, when the query asks for it. @throws ApiError 400 */
export function readRanking(query: URLSearchParams): Ranking | undefined {
  const metric = query.get('sort_metric') ?? '';
  if (metric === '') return undefined;
  const number = (name: string, otherwise: number): number => {
    const text = query.get(name) ?? '';
    const value = text === '' ? otherwise : parseGoInteger(text);
    if (value === undefined || value <= 0) throw badRequest(`Invalid parameter '${name}'.`);
    return value;
  };
  return {
    metric,
    ascending: query.get('sort_type') === 'asc',
    page: number('page', 1),
    limit: number('limit', 5),
  };
}
