import { sameType, showType } from '../types/cel-type.js';
import { capped, type Operand, type Size } from './sizes.js';

/** What reading a character costs. */
export const perCharacter: number = 0.1;
/** What a character of a regular expression costs, for each unit of the text. */
export const perPattern: number = 0.25;

/** A call whose cost is told. */
export interface Call {
  readonly name: string;
  readonly id: string;
  readonly target: Operand | undefined;
  readonly args: readonly Operand[];
  /** What finding the values of the arguments costs. */
  readonly costs: readonly number[];
}

/** The most a call can cost, and how large its result can be where that is known. */
export interface Estimate {
  readonly cost: number;
  readonly size?: Size | undefined;
}

/** A size times a cost, rounded up. */
export function charged(size: number, factor: number): number {
  return capped(Math.ceil(size * factor));
}

/** Whether both sides of a comparison are of one type, and which. */
export function comparedType(args: readonly Operand[]): string | undefined {
  const [left, right] = args;
  if (left === undefined || right === undefined || !sameType(left.type, right.type)) return undefined;
  return showType(left.type);
}
