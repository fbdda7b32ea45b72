import { createRequire } from 'node:module';
import type { Environment } from '@marcbachmann/cel-js';
import { compileGoRegExp } from '../../core/go-regexp.js';

const require = createRequire(import.meta.url);

/** What a rule is given, and what it can give. */
export type CelValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Date
  | Uint8Array
  | readonly CelValue[]
  | { readonly [key: string]: CelValue };

/** An expression, ready to be asked. */
export interface CelProgram {
  /** Whether it looks at the value there was before. */
  readonly usesOldSelf: boolean;
  /** @throws what the evaluator throws */
  readonly run: (scope: Record<string, CelValue>) => unknown;
}

const programs = new Map<string, CelProgram>();
/** Programs kept; a world full of definitions has hundreds of rules. */
const remembered = 2000;

let environment: Environment | undefined;

/**
 * Reads an expression.
 *
 * @throws what the parser throws for a text that is none, or that calls what there is not
 */
export function celProgram(text: string, optionalOldSelf: boolean): CelProgram {
  const key = `${String(optionalOldSelf)} ${text}`;
  const known = programs.get(key);
  if (known !== undefined) return known;
  environment ??= makeEnvironment();
  const parsed = environment.parse(text);
  const checked = parsed.check();
  if (!checked.valid) throw checked.error ?? new Error('the expression is not valid');
  const program: CelProgram = {
    usesOldSelf: /\boldSelf\b/.test(text),
    run: (scope): unknown => parsed(scope),
  };
  if (programs.size >= remembered) programs.clear();
  programs.set(key, program);
  return program;
}

function makeEnvironment(): Environment {
  const library = require('@marcbachmann/cel-js') as { readonly Environment: typeof Environment };
  const made = new library.Environment({
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 10_000, maxDepth: 100 },
  });
  made.registerVariable('self', 'dyn').registerVariable('oldSelf', 'dyn');
  for (const [signature, handler] of functions) {
    // Some are part of the library.
    try {
      made.registerFunction(signature, handler);
    } catch {
      continue;
    }
  }
  return made;
}

type Comparable = string | number | bigint;

function less(a: Comparable, b: Comparable): boolean {
  return a < b;
}

/** Functions of the extended strings and Kubernetes' lists library. @see kubernetes/apiserver pkg/cel/library */
const functions: readonly (readonly [string, (...values: never[]) => unknown])[] = [
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
  ['string.lowerAscii(): string', (text: string) => text.toLowerCase()],
  ['string.upperAscii(): string', (text: string) => text.toUpperCase()],
  ['string.trim(): string', (text: string) => text.trim()],
  [
    'string.replace(string, string): string',
    (text: string, from: string, to: string) => text.split(from).join(to),
  ],
  ['string.split(string): list', (text: string, by: string) => text.split(by)],
  [
    'string.find(string): string',
    (text: string, pattern: string) => compileGoRegExp(pattern).findAll(text)[0] ?? '',
  ],
  [
    'string.findAll(string): list',
    (text: string, pattern: string) => [...compileGoRegExp(pattern).findAll(text)],
  ],
  [
    'sets.contains(list, list): bool',
    (all: unknown[], some: unknown[]) => some.every((one) => all.includes(one)),
  ],
  ['sets.intersects(list, list): bool', (a: unknown[], b: unknown[]) => a.some((one) => b.includes(one))],
  [
    'sets.equivalent(list, list): bool',
    (a: unknown[], b: unknown[]) => a.every((one) => b.includes(one)) && b.every((one) => a.includes(one)),
  ],
];

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
