import { typeIn, type Checked } from '../check/checked.js';
import type { Expression, Literal } from '../syntax/expression.js';
import type { CelType } from '../types/cel-type.js';
import type { SchemaType } from '../types/schema-types.js';

/** How large a value can be at least and at most: characters, items, entries. */
export interface Size {
  readonly min: number;
  readonly max: number;
}

/** What cannot be told. */
export const unbounded: number = 2 ** 64;

/** What is added or multiplied stays in 64 bits. */
export function capped(value: number): number {
  return Math.min(value, unbounded);
}

/** The sum of two sizes. */
export function plus(a: Size, b: Size): Size {
  return { min: capped(a.min + b.min), max: capped(a.max + b.max) };
}

/** The product of two sizes. */
export function times(a: Size, b: Size): Size {
  return { min: product(a.min, b.min), max: product(a.max, b.max) };
}

function product(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : capped(a * b);
}

/** What covers two sizes. */
export function either(a: Size, b: Size): Size {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

/** A part of an expression as costs are told by: where its value comes from, and how large it is where that is known. */
export interface Operand {
  /** A variable and the way from there; empty for what was made. */
  readonly path: readonly string[];
  readonly type: CelType;
  readonly size: Size | undefined;
  readonly literal?: Literal | undefined;
}

const fixed = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint']);

/** Tells the sizes of the values of variables by their schema. */
export class Sizes {
  readonly #root: SchemaType | undefined;

  /** @param root What the variables are described by; nothing is known of them without. */
  constructor(root: SchemaType | undefined) {
    this.#root = root;
  }

  /** The size of an operand; anything where that is not known. @param isScalarOne Whether what has a fixed size counts 1. */
  of(operand: Operand, isScalarOne = false): Size {
    const known = operand.size ?? this.#declared(operand.path);
    if (known !== undefined) return known;
    return isScalarOne && fixed.has(operand.type.kind) ? { min: 1, max: 1 } : { min: 0, max: unbounded };
  }

  /** The items of a list, as an operand; `undefined` for what is none. */
  itemsOf({ path, type }: Operand): Operand | undefined {
    const [item] = type.of;
    if (item === undefined) return undefined;
    return { path: path.length === 0 ? [] : [...path, '@items'], type: item, size: undefined };
  }

  #declared(path: readonly string[]): Size | undefined {
    if (path.length === 0) return undefined;
    let found = this.#root;
    for (const step of path.slice(1)) {
      if (step === '@items' || step === '@values') found = found?.item;
      else found = step === '@keys' ? found?.key : found?.members?.get(step);
    }
    return found === undefined ? undefined : { min: 0, max: found.most };
  }
}

/** The size of what is written down; `undefined` for anything else. */
export function writtenSize(part: Expression): Size | undefined {
  const exactly = (size: number): Size => ({ min: size, max: size });
  if (part.kind === 'list') return exactly(part.items.length);
  if (part.kind === 'map') return exactly(part.entries.length);
  if (part.kind !== 'literal') return undefined;
  const { type, value } = part.literal;
  if (type === 'string') return exactly(Array.from(value).length);
  return exactly(type === 'bytes' ? value.length : 1);
}

/** A part as an operand. */
export function operandOf(
  part: Expression,
  checked: Checked,
  path: readonly string[],
  made: Size | undefined,
): Operand {
  return {
    path,
    type: typeIn(checked, part),
    size: made ?? writtenSize(part),
    literal: part.kind === 'literal' ? part.literal : undefined,
  };
}
