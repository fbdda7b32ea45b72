import { parseGoInteger } from '../core/go-integer.js';
import { isJsonObject, type Json } from '../core/json.js';

/** The part of a list that a request asks for. */
export interface PageAsked {
  readonly offset: number;
  readonly limit: number;
}

/** The families of parameters the documents name, in the order they are looked for: how much, and which page or from where. */
const families = [
  { limit: 'limit', page: 'page', offsets: ['start', 'offset'] },
  { limit: 'pageSize', page: 'pageNumber', offsets: [] },
  { limit: 'size', page: undefined, offsets: ['from'] },
] as const;
const totals = ['totalItems', 'total_count', 'totalCount', 'total', 'count'];

/** Reads how a list is to be cut, in all the ways of the releases; `undefined` for the whole list. */
export function pageAsked(query: URLSearchParams): PageAsked | undefined {
  const [, both, one] = /^limit=(-?\d+),page=(\d+)$/.exec(query.get('paging') ?? '') ?? [];
  if (both !== undefined) return asked(parseGoInteger(both), parseGoInteger(one ?? null), undefined);
  for (const { limit, page, offsets } of families) {
    const offset = offsets
      .map((name) => parseGoInteger(query.get(name)))
      .find((given) => given !== undefined);
    const found = asked(
      parseGoInteger(query.get(limit)),
      page === undefined ? undefined : parseGoInteger(query.get(page)),
      offset,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function asked(
  limit: number | undefined,
  page: number | undefined,
  offset: number | undefined,
): PageAsked | undefined {
  if (limit === undefined || limit < 0)
    return offset === undefined || offset <= 0 ? undefined : { offset, limit: Infinity };
  return { offset: Math.max(0, offset ?? ((page ?? 1) - 1) * limit), limit };
}

/** Cuts the items of a list and keeps counting all of them; a page past the end is empty. */
export function cutPage(body: Json, { offset, limit }: PageAsked): Json {
  if (Array.isArray(body)) return body.slice(offset, offset + limit) as Json[];
  if (!isJsonObject(body) || !Array.isArray(body['items'])) return body;
  return { ...body, items: body['items'].slice(offset, offset + limit) as Json[] };
}

/** Makes the totals of a list agree with its items. */
export function countItems(
  list: Readonly<Record<string, Json | undefined>>,
  length: number,
): Record<string, Json> {
  return Object.fromEntries(
    totals.filter((total) => typeof list[total] === 'number').map((total) => [total, length]),
  );
}
