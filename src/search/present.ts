import type { JsonObject } from '../core/json.js';
import type { Reply } from '../registry/contract.js';
import { json } from '../registry/reply.js';
import { badRequest } from '../core/api-error.js';
import { mostBuckets, type Search } from './read-search.js';

/** Something that happened at a moment (milliseconds since 1970). */
export interface Happened {
  readonly at: number;
}

/** How the answers of one kind of search name their parts. */
export interface Words<T extends Happened> {
  readonly record: (one: T) => JsonObject;
  /** What statistics count besides the records. */
  readonly statistics: (found: readonly T[]) => JsonObject;
  /** What bars are called. */
  readonly bars: 'histograms' | 'buckets';
}

/** What was found within the time of a search, as its operation asks. */
export function present<T extends Happened>(found: readonly T[], search: Search, words: Words<T>): Reply {
  return json(
    parted(
      found.filter(({ at }) => at >= search.start && at <= search.end),
      search,
      words,
    ),
  );
}

/** What {@link present} answers, of records that are all within the time. */
export function parted<T extends Happened>(
  within: readonly T[],
  search: Search,
  words: Words<T>,
): JsonObject {
  switch (search.operation) {
    case 'statistics':
      return { statistics: words.statistics(within) };
    case 'histogram': {
      const bars = barsOf(within, search);
      return { histogram: { total: within.length, [words.bars]: bars } };
    }
    default: {
      const records = inOrder(within, search).slice(search.from, search.from + search.size);
      return { query: { total: within.length, records: records.map(words.record) } };
    }
  }
}

/** Newest first, unless asked otherwise. */
export function inOrder<T extends Happened>(found: readonly T[], { oldestFirst }: Search): readonly T[] {
  const ordered = [...found].sort((a, b) => a.at - b.at);
  return oldestFirst ? ordered : ordered.reverse();
}

/** Bars from the first record to the last, empty ones between them too. */
function barsOf(found: readonly Happened[], { interval }: Search): JsonObject[] {
  const counts = new Map<number, number>();
  for (const { at } of found) {
    const time = Math.floor(at / interval) * interval;
    counts.set(time, (counts.get(time) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  const times = [...counts.keys()].sort((a, b) => a - b);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  if ((last - first) / interval > mostBuckets) {
    throw badRequest(
      `Trying to create too many buckets. Must be less than or equal to: [${String(mostBuckets)}]`,
    );
  }
  const bars: JsonObject[] = [];
  for (let time = first; time <= last; time += interval) bars.push({ time, count: counts.get(time) ?? 0 });
  return bars;
}
