import { durationOf } from '../values/durations.js';
import { timestampOf } from '../values/timestamps.js';
import {
  CelDuration,
  CelError,
  CelList,
  CelTimestamp,
  CelUint,
  noOverload,
  noOverloadOf,
  type CelValue,
} from '../values/value.js';

const longest = (1n << 63n) - 1n;
const largest = (1n << 64n) - 1n;

/** A whole number. @throws CelError for one of more than 64 bits */
function int(value: bigint): bigint {
  if (value > longest || value < -longest - 1n) throw new CelError('integer overflow');
  return value;
}

function uint(value: bigint): CelUint {
  if (value > largest || value < 0n) throw new CelError('unsigned integer overflow');
  return new CelUint(value);
}

/** The sum of two values. @throws CelError when there is none */
export function sum(a: CelValue, b: CelValue): CelValue {
  if (typeof a === 'bigint' && typeof b === 'bigint') return int(a + b);
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  if (a instanceof CelList && b instanceof CelList) return a.plus(b);
  if (a instanceof CelUint && b instanceof CelUint) return uint(a.value + b.value);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.concat([a, b]);
  if (a instanceof CelDuration && b instanceof CelDuration) return durationOf(a.nanos + b.nanos);
  if (a instanceof CelDuration && b instanceof CelTimestamp) return timestampOf(a.nanos + b.nanos);
  if (a instanceof CelTimestamp && b instanceof CelDuration) return timestampOf(a.nanos + b.nanos);
  const adds =
    isNumber(a) ||
    typeof a === 'string' ||
    a instanceof CelList ||
    a instanceof Uint8Array ||
    a instanceof CelDuration ||
    a instanceof CelTimestamp;
  throw adds ? noOverload() : noOverloadOf(a, '_+_');
}

/** The difference of two values. @throws CelError when there is none */
export function difference(a: CelValue, b: CelValue): CelValue {
  if (typeof a === 'bigint' && typeof b === 'bigint') return int(a - b);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (a instanceof CelUint && b instanceof CelUint) return uint(a.value - b.value);
  if (a instanceof CelDuration && b instanceof CelDuration) return durationOf(a.nanos - b.nanos);
  if (a instanceof CelTimestamp && b instanceof CelDuration) return timestampOf(a.nanos - b.nanos);
  if (a instanceof CelTimestamp && b instanceof CelTimestamp) return durationOf(a.nanos - b.nanos);
  const subtracts = isNumber(a) || a instanceof CelDuration || a instanceof CelTimestamp;
  throw subtracts ? noOverload() : noOverloadOf(a, '_-_');
}

function isNumber(value: CelValue): boolean {
  return typeof value === 'bigint' || typeof value === 'number' || value instanceof CelUint;
}

interface Arithmetic {
  readonly whole: (a: bigint, b: bigint) => bigint;
  readonly double?: (a: number, b: number) => number;
  /** What is told when the second is zero. */
  readonly byZero?: string;
}

/** What an operator makes of two numbers. @param sign Its name, for the message */
export function arithmetic(
  sign: string,
  { whole, double, byZero }: Arithmetic,
): (a: CelValue, b: CelValue) => CelValue {
  return (a, b) => {
    const zero = b instanceof CelUint ? b.value === 0n : b === 0n;
    const isWhole =
      (typeof a === 'bigint' && typeof b === 'bigint') || (a instanceof CelUint && b instanceof CelUint);
    if (isWhole && zero && byZero !== undefined) throw new CelError(byZero);
    if (typeof a === 'bigint' && typeof b === 'bigint') return int(whole(a, b));
    if (a instanceof CelUint && b instanceof CelUint) return uint(whole(a.value, b.value));
    if (double !== undefined && typeof a === 'number' && typeof b === 'number') return double(a, b);
    const divides = isNumber(a) && (double !== undefined || typeof a !== 'number');
    throw divides ? noOverload() : noOverloadOf(a, sign);
  };
}

/** The most negative number has no counterpart: dividing it, too, is an overflow. */
export function remainder(a: bigint, b: bigint): bigint {
  if (a === -longest - 1n && b === -1n) throw new CelError('integer overflow');
  return a % b;
}

/** A number with the other sign. @throws CelError for what is none */
export function negated(value: CelValue): CelValue {
  if (typeof value === 'bigint') return int(-value);
  if (typeof value === 'number') return -value;
  if (value instanceof CelDuration) return durationOf(-value.nanos);
  throw typeof value === 'boolean' ? noOverload() : noOverloadOf(value, '-_');
}
