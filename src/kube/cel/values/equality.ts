import {
  CelDuration,
  CelError,
  CelList,
  CelMap,
  CelOpaque,
  CelOptional,
  CelTimestamp,
  CelTypeName,
  CelUint,
  noOverload,
  type CelValue,
} from './value.js';

/** A number of any type as one of JavaScript's, which compares them exactly; `undefined` for what is none. */
export function numberOf(value: CelValue): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof CelUint ? value.value : undefined;
}

/**
 * Whether two values are equal; values of different types are not, save numbers.
 *
 * @throws CelError when they cannot be compared
 * @see google/cel-go common/types/util.go Equal
 */
export function celEquals(a: CelValue, b: CelValue): boolean {
  if (a === null || b === null) return a === b;
  const [first, second] = [numberOf(a), numberOf(b)];
  // eslint-disable-next-line eqeqeq -- numbers of two types are compared by what they stand for
  if (first !== undefined) return second !== undefined && first == second;
  if (typeof a !== 'object') return a === b;
  if (a instanceof CelList || a instanceof CelMap) return a.equals(b);
  if (a instanceof CelDuration) return b instanceof CelDuration && a.nanos === b.nanos;
  if (a instanceof CelTimestamp) return b instanceof CelTimestamp && a.nanos === b.nanos;
  if (a instanceof CelTypeName) return b instanceof CelTypeName && a.name === b.name;
  if (a instanceof CelOptional) return b instanceof CelOptional && sameOptional(a, b);
  if (a instanceof CelOpaque) return b instanceof CelOpaque && a.typeName === b.typeName && a.equals(b);
  return b instanceof Uint8Array && a instanceof Uint8Array && Buffer.compare(a, b) === 0;
}

function sameOptional({ value: a }: CelOptional, { value: b }: CelOptional): boolean {
  return a === undefined || b === undefined ? a === b : celEquals(a, b);
}

/**
 * Which of two values comes first: below zero the first.
 *
 * @param sign The operator, for the message.
 * @throws CelError when they cannot be compared
 */
export function celCompare(a: CelValue, b: CelValue, sign: string): number {
  const [first, second] = [numberOf(a), numberOf(b)];
  if (first !== undefined && second !== undefined) {
    if (Number.isNaN(first) || Number.isNaN(second)) throw new CelError('NaN values cannot be ordered');
    return first < second ? -1 : first > second ? 1 : 0;
  }
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  if (a instanceof CelDuration && b instanceof CelDuration) return order(a.nanos, b.nanos);
  if (a instanceof CelTimestamp && b instanceof CelTimestamp) return order(a.nanos, b.nanos);
  throw isOrdered(a) ? noOverload() : noOverload(sign);
}

function order(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isOrdered(value: CelValue): boolean {
  return (
    numberOf(value) !== undefined ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    value instanceof Uint8Array ||
    value instanceof CelDuration ||
    value instanceof CelTimestamp
  );
}
