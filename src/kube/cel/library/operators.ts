import { celCompare, celEquals } from '../values/equality.js';
import {
  CelError,
  CelList,
  CelMap,
  noOverload,
  noOverloadOf,
  sized,
  type CelValue,
} from '../values/value.js';
import { arithmetic, difference, negated, remainder, sum } from './arithmetic.js';
import type { CelLibrary } from './library.js';

function contains(one: CelValue, all: CelValue): boolean {
  if (all instanceof CelMap) return all.find(one) !== undefined;
  if (!(all instanceof CelList)) throw noOverload();
  return includes(all, one);
}

/** Whether a list holds a value; items that cannot be compared with it count only when none is equal. */
export function includes(all: CelList, one: CelValue): boolean {
  let failure: unknown;
  for (let place = 0; place < all.size; place += 1)
    try {
      if (celEquals(all.at(place), one)) return true;
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      failure ??= error;
    }
  if (failure instanceof CelError) throw failure;
  return false;
}

function sizeOfAny(value: CelValue): CelValue {
  const size = sized(value);
  if (size === undefined) throw noOverloadOf(value, 'size');
  return BigInt(size);
}

/** Signatures of an operator: `id left right` each, all giving one type, or the type named last. */
function operator(name: string, all: readonly string[], gives?: string): string[] {
  return all.map((one) => {
    const [id = '', left = '', right = '', own = ''] = one.split(' ');
    return `${id} ${name}(${left}, ${right}): ${gives ?? own}`;
  });
}

const ordered = [
  'bool',
  'int64',
  'int64_double',
  'int64_uint64',
  'uint64',
  'uint64_double',
  'uint64_int64',
].concat(['double', 'double_int64', 'double_uint64', 'string', 'bytes', 'timestamp', 'duration']);

/** `int64_double` as the two types it stands for. */
function pair(name: string): string {
  const parts = name.split('_').map((part) => part.replace('64', ''));
  return `${parts[0] ?? ''} ${parts[1] ?? parts[0] ?? ''}`;
}

function comparison(name: string, id: string, holds: (order: number) => boolean) {
  return {
    signatures: operator(
      name,
      ordered.map((one) => `${id}_${one} ${pair(one)}`),
      'bool',
    ),
    run: (a: CelValue = null, b: CelValue = null): CelValue => holds(celCompare(a, b, name)),
  };
}

const binary = (run: (a: CelValue, b: CelValue) => CelValue) => {
  return (a: CelValue = null, b: CelValue = null): CelValue => run(a, b);
};

/** The operators. @see google/cel-go common/stdlib/standard.go */
export const operators: CelLibrary = {
  dynamic: [
    {
      signatures: operator('_+_', [
        'add_bytes bytes bytes bytes',
        'add_double double double double',
        'add_duration_duration duration duration duration',
        'add_duration_timestamp duration timestamp timestamp',
        'add_timestamp_duration timestamp duration timestamp',
        'add_int64 int int int',
        'add_list list(A) list(A) list(A)',
        'add_string string string string',
        'add_uint64 uint uint uint',
      ]),
      run: binary(sum),
    },
    {
      signatures: operator('_-_', [
        'subtract_double double double double',
        'subtract_duration_duration duration duration duration',
        'subtract_int64 int int int',
        'subtract_timestamp_duration timestamp duration timestamp',
        'subtract_timestamp_timestamp timestamp timestamp duration',
        'subtract_uint64 uint uint uint',
      ]),
      run: binary(difference),
    },
    {
      signatures: operator('_*_', [
        'multiply_double double double double',
        'multiply_int64 int int int',
        'multiply_uint64 uint uint uint',
      ]),
      run: binary(arithmetic('_*_', { whole: (a, b) => a * b, double: (a, b) => a * b })),
    },
    {
      signatures: operator('_/_', [
        'divide_double double double double',
        'divide_int64 int int int',
        'divide_uint64 uint uint uint',
      ]),
      run: binary(
        arithmetic('_/_', { whole: (a, b) => a / b, double: (a, b) => a / b, byZero: 'division by zero' }),
      ),
    },
    {
      signatures: operator('_%_', ['modulo_int64 int int int', 'modulo_uint64 uint uint uint']),
      run: binary(arithmetic('_%_', { whole: remainder, byZero: 'modulus by zero' })),
    },
    {
      signatures: ['negate_double -_(double): double', 'negate_int64 -_(int): int'],
      run: (value = null) => negated(value),
    },
    {
      signatures: ['logical_not !_(bool): bool'],
      run: (value = null) => {
        if (typeof value !== 'boolean') throw noOverload();
        return !value;
      },
    },
    comparison('_<_', 'less', (order) => order < 0),
    comparison('_<=_', 'less_equals', (order) => order <= 0),
    comparison('_>_', 'greater', (order) => order > 0),
    comparison('_>=_', 'greater_equals', (order) => order >= 0),
    { signatures: ['equals _==_(A, A): bool'], run: binary(celEquals) },
    { signatures: ['not_equals _!=_(A, A): bool'], run: binary(differs) },
    {
      signatures: ['in_list @in(A, list(A)): bool', 'in_map @in(A, map(A, B)): bool'],
      run: binary(contains),
    },
    {
      signatures: [
        'size_bytes size(bytes): int',
        'bytes_size .size(bytes): int',
        'size_list size(list(A)): int',
        'list_size .size(list(A)): int',
        'size_map size(map(A, B)): int',
        'map_size .size(map(A, B)): int',
        'size_string size(string): int',
        'string_size .size(string): int',
      ],
      run: (value = null) => sizeOfAny(value),
    },
  ],
};

/** What cannot be compared differs. */
function differs(a: CelValue, b: CelValue): boolean {
  try {
    return !celEquals(a, b);
  } catch (error) {
    if (error instanceof CelError) return true;
    throw error;
  }
}
