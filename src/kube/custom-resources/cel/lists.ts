import { isDeepStrictEqual } from 'node:util';
import { compileGoRegExp } from '../../../core/go-regexp.js';
import type { CelLibrary } from './library.js';

type Comparable = string | number | bigint;

function less(a: Comparable, b: Comparable): boolean {
  return a < b;
}

function zero(all: readonly (bigint | number)[]): bigint | number {
  return typeof all[0] === 'number' ? 0 : 0n;
}

function add(a: bigint | number, b: bigint | number): bigint | number {
  return typeof a === 'bigint' && typeof b === 'bigint' ? a + b : Number(a) + Number(b);
}

function extreme(all: readonly Comparable[], before: (a: Comparable, b: Comparable) => boolean): Comparable {
  const [first, ...rest] = all;
  if (first === undefined) throw new Error('min/max of an empty list');
  return rest.reduce((best, one) => (before(one, best) ? one : best), first);
}

function has(all: readonly unknown[], one: unknown): boolean {
  return all.some((other) => isDeepStrictEqual(one, other));
}

/** Lists in rules, and the functions of texts that the evaluator lacks. @see kubernetes/apiserver pkg/cel/library/lists.go, regex.go */
export const lists: CelLibrary = {
  types: {},
  functions: [
    [
      'list.isSorted(): bool',
      (all: Comparable[]) => all.every((one, at) => at === 0 || !less(one, all[at - 1] ?? one)),
    ],
    ['list.sum(): dyn', (all: (bigint | number)[]) => all.reduce((sum, one) => add(sum, one), zero(all))],
    ['list.min(): dyn', (all: Comparable[]) => extreme(all, less)],
    ['list.max(): dyn', (all: Comparable[]) => extreme(all, (a, b) => less(b, a))],
    ['list.indexOf(dyn): int', (all: unknown[], one: unknown) => BigInt(all.indexOf(one))],
    ['list.lastIndexOf(dyn): int', (all: unknown[], one: unknown) => BigInt(all.lastIndexOf(one))],
    ['string.charAt(int): string', (text: string, at: bigint) => text.charAt(Number(at))],
    [
      'string.replace(string, string): string',
      (text: string, from: string, to: string) => text.split(from).join(to),
    ],
    [
      'string.find(string): string',
      (text: string, pattern: string) => compileGoRegExp(pattern).findAll(text)[0] ?? '',
    ],
    [
      'string.findAll(string): list<string>',
      (text: string, pattern: string) => [...compileGoRegExp(pattern).findAll(text)],
    ],
  ],
};

/** What functions of sets hang on. */
class SetNames {
  readonly name = 'sets';
}

/** Lists in rules that are taken for sets. @see google/cel-go ext/sets.go */
export const sets: CelLibrary = {
  types: { 'fake.setNames': SetNames },
  constants: { sets: ['fake.setNames', new SetNames()] },
  functions: [
    [
      'fake.setNames.contains(list, list): bool',
      (_: SetNames, all: unknown[], some: unknown[]) => some.every((one) => has(all, one)),
    ],
    [
      'fake.setNames.intersects(list, list): bool',
      (_: SetNames, a: unknown[], b: unknown[]) => a.some((one) => has(b, one)),
    ],
    [
      'fake.setNames.equivalent(list, list): bool',
      (_: SetNames, a: unknown[], b: unknown[]) =>
        a.every((one) => has(b, one)) && b.every((one) => has(a, one)),
    ],
  ],
};
