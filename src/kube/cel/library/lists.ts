import { celCompare, celEquals } from '../values/equality.js';
import { durationOf } from '../values/durations.js';
import { CelError, CelUint, type CelList, type CelValue } from '../values/value.js';
import type { CelFunction, CelLibrary } from './library.js';
import { sum } from './arithmetic.js';
import { includes } from './operators.js';

const summable = ['int', 'uint', 'double', 'duration'] as const;
const comparable = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes'];

const zeros: Readonly<Record<(typeof summable)[number], CelValue>> = {
  int: 0n,
  uint: new CelUint(0n),
  double: 0,
  duration: durationOf(0n),
};

function isSorted(all: CelList): boolean {
  const items = [...all];
  return items.every((one, at) => at === 0 || celCompare(items[at - 1] ?? one, one, 'isSorted') <= 0);
}

/** The first item that comes before all others, or after them. */
function extreme(all: CelList, name: 'min' | 'max'): CelValue {
  const [first, ...rest] = all;
  if (first === undefined) throw new CelError(`${name} called on empty list`);
  const side = name === 'min' ? -1 : 1;
  return rest.reduce((best, one) => (celCompare(one, best, name) * side > 0 ? one : best), first);
}

function placeOf(all: CelList, one: CelValue, isLast: boolean): bigint {
  const places = Array.from(all, (item, at) => (celEquals(item, one) ? at : -1)).filter((at) => at >= 0);
  return BigInt((isLast ? places.at(-1) : places[0]) ?? -1);
}

const functions: readonly CelFunction[] = [
  ...comparable.flatMap((type): CelFunction[] => [
    [`list_${type}_is_sorted_bool .isSorted(list(${type})): bool`, isSorted],
    [`list_${type}_max_${type} .max(list(${type})): ${type}`, (all: CelList) => extreme(all, 'max')],
    [`list_${type}_min_${type} .min(list(${type})): ${type}`, (all: CelList) => extreme(all, 'min')],
  ]),
  ...summable.map((type): CelFunction => [
    `list_${type}_sum_${type} .sum(list(${type})): ${type}`,
    (all: CelList) => [...all].reduce(sum, zeros[type]),
  ]),
  [
    'list_a_index_of_int .indexOf(list(A), A): int',
    (all: CelList, one: CelValue) => placeOf(all, one, false),
  ],
  [
    'list_a_last_index_of_int .lastIndexOf(list(A), A): int',
    (all: CelList, one: CelValue) => placeOf(all, one, true),
  ],
];

/** Lists in rules. @see kubernetes/apiserver pkg/cel/library/lists.go */
export const lists: CelLibrary = { functions };

/** Whether a list has a value; one that cannot be compared is not in it. */
function has(all: CelList, one: CelValue): boolean {
  try {
    return includes(all, one);
  } catch (error) {
    if (error instanceof CelError) return false;
    throw error;
  }
}

function hasAll(all: CelList, some: CelList): boolean {
  return [...some].every((one) => has(all, one));
}

/** Lists that are taken for sets. @see google/cel-go ext/sets.go */
export const sets: CelLibrary = {
  functions: [
    ['list_sets_contains_list sets.contains(list(T), list(T)): bool', hasAll],
    [
      'list_sets_equivalent_list sets.equivalent(list(T), list(T)): bool',
      (a: CelList, b: CelList) => hasAll(a, b) && hasAll(b, a),
    ],
    [
      'list_sets_intersects_list sets.intersects(list(T), list(T)): bool',
      (a: CelList, b: CelList) => [...a].some((one) => has(b, one)),
    ],
  ],
};
