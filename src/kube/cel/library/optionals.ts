import {
  CelError,
  CelList,
  CelMap,
  CelOptional,
  CelTimestamp,
  CelUint,
  CelDuration,
  type CelValue,
} from '../values/value.js';
import type { CelLibrary } from './library.js';

/** What an optional wraps. @throws CelError when that is nothing */
export function valueIn({ value }: CelOptional): CelValue {
  if (value === undefined) throw new CelError('optional.none() dereference');
  return value;
}

function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === 0 || value === 0n || value === '') return true;
  if (value instanceof CelList || value instanceof CelMap) return value.size === 0;
  if (value instanceof CelUint) return value.value === 0n;
  if (value instanceof CelDuration || value instanceof CelTimestamp) return value.nanos === 0n;
  return value instanceof Uint8Array && value.length === 0;
}

/** Values that may be missing. @see google/cel-go cel/library.go */
export const optionals: CelLibrary = {
  types: ['optional_type'],
  functions: [
    ['optional_of optional.of(V): optional_type(V)', (value: CelValue) => new CelOptional(value)],
    [
      'optional_ofNonZeroValue optional.ofNonZeroValue(V): optional_type(V)',
      (value: CelValue) => (isZero(value) ? new CelOptional() : new CelOptional(value)),
    ],
    ['optional_none optional.none(): optional_type(V)', () => new CelOptional()],
    ['optional_value .value(optional_type(V)): V', valueIn],
    ['optional_hasValue .hasValue(optional_type(V)): bool', ({ value }: CelOptional) => value !== undefined],
  ],
};
