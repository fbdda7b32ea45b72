import { ApiError, badRequest } from '../core/api-error.js';
import { parseGoDuration } from '../core/go-duration.js';
import { goQuote } from '../core/go-format.js';
import { parseGoInteger } from '../core/go-integer.js';

/** What is wanted of what was found. */
export type Operation = 'query' | 'statistics' | 'histogram' | 'export';

/** A search: what to do, when, and which part of it to show. */
export interface Search {
  readonly operation: Operation;
  /** Milliseconds since 1970, both included. */
  readonly start: number;
  readonly end: number;
  /** Width of a bar, in milliseconds. */
  readonly interval: number;
  readonly oldestFirst: boolean;
  readonly from: number;
  readonly size: number;
}

const operations = new Set<string>(['statistics', 'histogram', 'export']);
const day = 86_400_000;
/** Bars of a histogram at most; the real store has the same limit. */
export const mostBuckets = 10_000;

/**
 * Reads the parameters all searches share.
 *
 * @throws ApiError 500 for a time that is none, 400 for an interval that is none
 */
export function readSearch(query: URLSearchParams, now: number): Search {
  const operation = query.get('operation') ?? '';
  const moment = (name: string, otherwise: number): number => {
    const text = query.get(name) ?? '';
    if (text === '') return otherwise;
    const seconds = parseGoInteger(text);
    if (seconds !== undefined) return seconds * 1000;
    const why = `strconv.ParseInt: parsing ${goQuote(text)}: invalid syntax`;
    throw new ApiError(500, 'InternalError', why);
  };
  const number = (name: string, otherwise: number): number => {
    const value = parseGoInteger(query.get(name));
    return value === undefined || value < 0 ? otherwise : value;
  };
  return {
    operation: operations.has(operation) ? (operation as Operation) : 'query',
    start: moment('start_time', 0),
    end: moment('end_time', now),
    interval: readInterval(query.get('interval') ?? ''),
    oldestFirst: query.get('sort') === 'asc',
    from: number('from', 0),
    size: number('size', 10),
  };
}

/** An interval as Elasticsearch writes it: `15m`, `1h`, `1d`; a millisecond at least. */
function readInterval(text: string): number {
  if (text === '') return 900_000;
  const days = /^(\d{1,5})d$/.exec(text);
  const value = days === null ? parseGoDuration(text) : Number(days[1]) * day;
  if (value === undefined || value < 1) throw badRequest(`failed to parse interval ${goQuote(text)}`);
  return value;
}

/** Tells whether a text fits the parameters of one field: comma lists, exact in one, anywhere in another. */
export function fits(
  query: URLSearchParams,
  text: string,
  { exact, fuzzy }: { readonly exact?: string; readonly fuzzy?: string },
): boolean {
  const wanted = exact === undefined ? '' : (query.get(exact) ?? '');
  if (wanted !== '' && !wanted.split(',').includes(text)) return false;
  const part = fuzzy === undefined ? '' : (query.get(fuzzy) ?? '');
  if (part === '') return true;
  const folded = text.toLowerCase();
  return part.split(',').some((one) => folded.includes(one.toLowerCase()));
}
