import { parseGoInteger } from './go-integer.js';
import { inRange, type ReleaseName } from './release.js';

/** How a KubeSphere list is to be filtered, sorted and cut, as its query says. */
export interface ListQuery {
  /** Starts at 1. */
  readonly page: number;
  /** Items per page; -1 for all. */
  readonly limit: number;
  readonly sortBy: string;
  readonly ascending: boolean;
  readonly labelSelector: string;
  /** Every other parameter, by name. */
  readonly filters: ReadonlyMap<string, string>;
}

/** A page of a list, with the number of matches on all pages. */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly total: number;
}

const ownParameters = new Set(['page', 'limit', 'sortBy', 'ascending', 'labelSelector']);
const trueTexts = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);

/**
 * Reads the parameters of a KubeSphere list; nothing in them is an error, what cannot be read has its default.
 *
 * @param consumed Names a handler has used itself: no filters.
 * @see kubesphere/kubesphere pkg/apiserver/query/types.go
 */
export function parseListQuery(
  query: URLSearchParams,
  release: ReleaseName,
  consumed: readonly string[] = [],
): ListQuery {
  const firstWins = inRange(release, { since: 'v4.1' });
  const filters = new Map<string, string>();
  for (const [key, value] of query) {
    if (ownParameters.has(key) || consumed.includes(key)) continue;
    if (!firstWins || !filters.has(key)) filters.set(key, value);
  }
  const sortBy = query.get('sortBy') ?? '';
  return {
    page: parseGoInteger(query.get('page')) ?? 1,
    limit: parseGoInteger(query.get('limit')) ?? -1,
    sortBy: sortBy === '' ? 'creationTimestamp' : sortBy,
    ascending: trueTexts.has(query.get('ascending') ?? ''),
    labelSelector: consumed.includes('labelSelector') ? '' : (query.get('labelSelector') ?? ''),
    filters,
  };
}

/**
 * Cuts one page out of a list that is filtered and sorted.
 *
 * A page past the end, page 0 and negative numbers give an empty page, not an error; without a limit all of it is one.
 */
export function paginate<T>(
  all: readonly T[],
  { page, limit }: Pick<ListQuery, 'page' | 'limit'>,
): ListPage<T> {
  const total = all.length;
  if (limit === -1) return { items: all, total };
  const offset = (page - 1) * limit;
  if (limit < 0 || offset < 0 || offset > total) return { items: [], total };
  return { items: all.slice(offset, Math.min(offset + limit, total)), total };
}
