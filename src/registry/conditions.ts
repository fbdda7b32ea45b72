import { badRequest } from '../core/api-error.js';
import { parseGoInteger } from '../core/go-integer.js';

/** What the query of a `v1alpha2` list asks for. */
export interface ConditionQuery {
  /** Must be equal. */
  readonly exact: ReadonlyMap<string, string>;
  /** Must be contained. */
  readonly fuzzy: ReadonlyMap<string, string>;
  /** -1: all. */
  readonly limit: number;
  readonly offset: number;
  readonly orderBy: string;
  readonly reverse: boolean;
}

/** The query of a `v1alpha3` list of a kind that only `v1alpha2` knows. */
export interface OldListQuery {
  readonly filters: ReadonlyMap<string, string>;
  readonly sortBy: string;
  readonly ascending: boolean;
  readonly limit: number;
  readonly offset: number;
}

const trueWords = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);

/**
 * Reads `conditions`, `paging`, `orderBy` and `reverse`.
 *
 * @throws ApiError 400 for conditions that cannot be read
 * @see kubesphere/kubesphere pkg/server/params/params.go
 */
export function readConditions(query: URLSearchParams): ConditionQuery {
  const exact = new Map<string, string>();
  const fuzzy = new Map<string, string>();
  const conditions = query.get('conditions') ?? '';
  for (const item of conditions === '' ? [] : conditions.split(',')) {
    const [, key = '', operator = '=', value = ''] = /^([^\s=~(){}[\]]+)(?:([=~])(.*))?$/s.exec(item) ?? [];
    if (key === '') throw badRequest('invalid conditions');
    (operator === '~' ? fuzzy : exact).set(key, value);
  }
  return {
    exact,
    fuzzy,
    ...readPaging(query),
    orderBy: query.get('orderBy') ?? 'createTime',
    reverse: trueWords.has(query.get('reverse') ?? ''),
  };
}

function readPaging(query: URLSearchParams): { readonly limit: number; readonly offset: number } {
  const paging = query.get('paging') ?? '';
  const [, both, one] = /^limit=(-?\d+),page=(\d+)$/.exec(paging) ?? [];
  const isAbsent = paging === '';
  const limit = parseGoInteger(isAbsent ? query.get('limit') : (both ?? null)) ?? 10;
  const page = parseGoInteger(isAbsent ? query.get('page') : (one ?? null)) ?? 1;
  const start = parseGoInteger(query.get('start'));
  return { limit, offset: Math.max(0, start ?? (limit === -1 ? 0 : (page - 1) * limit)) };
}

/** The same asked in the words of `v1alpha3`. */
export function asConditions({ filters, sortBy, ascending, limit, offset }: OldListQuery): ConditionQuery {
  const exact = new Map<string, string>();
  const fuzzy = new Map<string, string>();
  for (const [key, value] of filters) {
    if (key === 'name') fuzzy.set('name', value);
    else if (key === 'names') exact.set('name', value);
    else if (key === 'ownerReference') exact.set('owner', value);
    else if (key === 'label') {
      const [name = '', text = ''] = value.split(':', 2);
      exact.set(name, text);
    } else exact.set(key, value);
  }
  return { exact, fuzzy, limit, offset, orderBy: sortBy, reverse: !ascending };
}
