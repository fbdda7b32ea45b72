import {
  CelDuration,
  CelError,
  CelTypeName,
  CelUint,
  typeNameOf,
  type CelTimestamp,
  type CelValue,
} from '../values/value.js';
import { durationText, parseDuration } from '../values/durations.js';
import { parseTimestamp, timestampOf, timestampText } from '../values/timestamps.js';
import { plainDouble } from './texts-of-values.js';
import type { CelFunction, CelLibrary } from './library.js';

const longest = (1n << 63n) - 1n;
const largest = (1n << 64n) - 1n;

function unconverted(from: string, to: string): CelError {
  return new CelError(`type conversion error from '${from}' to '${to}'`);
}

function intOf(text: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) throw unconverted('string', 'int');
  const value = BigInt(text.replace(/^\+/, ''));
  if (value > longest || value < -longest - 1n) throw unconverted('string', 'int');
  return value;
}

function uintOf(text: string): CelUint {
  if (!/^\d+$/.test(text) || BigInt(text) > largest) throw unconverted('string', 'uint');
  return new CelUint(BigInt(text));
}

/** A double of its text. @see golang/go strconv.ParseFloat */
function doubleOf(text: string): number {
  const [, sign = '', word] = /^([+-]?)(inf|infinity|nan)$/i.exec(text) ?? [];
  if (word !== undefined) return /nan/i.test(word) ? Number.NaN : sign === '-' ? -Infinity : Infinity;
  const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw unconverted('string', 'double');
  return value;
}

function boolOf(text: string): boolean {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false;
  throw unconverted('string', 'bool');
}

function wholeOf(value: number): bigint {
  if (!Number.isFinite(value) || value <= -9_223_372_036_854_775_808 || value >= 9_223_372_036_854_775_808)
    throw new CelError('integer overflow');
  return BigInt(Math.trunc(value));
}

function unsignedOf(value: number): CelUint {
  if (!Number.isFinite(value) || value < 0 || value >= 18_446_744_073_709_551_616)
    throw new CelError('unsigned integer overflow');
  return new CelUint(BigInt(Math.trunc(value)));
}

function secondsOf({ nanos }: CelTimestamp): bigint {
  const seconds = nanos / 1_000_000_000n;
  return nanos % 1_000_000_000n < 0n ? seconds - 1n : seconds;
}

function durationIn(text: string): CelDuration {
  const duration = parseDuration(text);
  if (duration === undefined) throw unconverted('string', 'google.protobuf.Duration');
  return duration;
}

function timestampIn(text: string): CelTimestamp {
  const time = parseTimestamp(text);
  if (time === undefined) throw unconverted('string', 'google.protobuf.Timestamp');
  return timestampOf(time.nanos);
}

function textIn(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CelError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

/** A value that is of the type wanted already. */
function same(value: CelValue): CelValue {
  return value;
}

const functions: readonly CelFunction[] = [
  ['bool_to_bool bool(bool): bool', same],
  ['string_to_bool bool(string): bool', boolOf],
  ['bytes_to_bytes bytes(bytes): bytes', same],
  ['string_to_bytes bytes(string): bytes', (text: string) => new Uint8Array(Buffer.from(text))],
  ['double_to_double double(double): double', same],
  ['int64_to_double double(int): double', (value: bigint) => Number(value)],
  ['string_to_double double(string): double', doubleOf],
  ['uint64_to_double double(uint): double', ({ value }: CelUint) => Number(value)],
  ['duration_to_duration duration(duration): duration', same],
  ['int64_to_duration duration(int): duration', (nanos: bigint) => new CelDuration(nanos)],
  ['string_to_duration duration(string): duration', durationIn],
  ['int64_to_int64 int(int): int', same],
  ['double_to_int64 int(double): int', wholeOf],
  ['duration_to_int64 int(duration): int', ({ nanos }: CelDuration) => nanos],
  ['string_to_int64 int(string): int', intOf],
  ['timestamp_to_int64 int(timestamp): int', secondsOf],
  [
    'uint64_to_int64 int(uint): int',
    ({ value }: CelUint) => {
      if (value > longest) throw new CelError('integer overflow');
      return value;
    },
  ],
  ['string_to_string string(string): string', same],
  ['bool_to_string string(bool): string', String],
  ['bytes_to_string string(bytes): string', textIn],
  ['double_to_string string(double): string', plainDouble],
  ['duration_to_string string(duration): string', durationText],
  ['int64_to_string string(int): string', String],
  ['timestamp_to_string string(timestamp): string', timestampText],
  ['uint64_to_string string(uint): string', ({ value }: CelUint) => String(value)],
  ['timestamp_to_timestamp timestamp(timestamp): timestamp', same],
  [
    'int64_to_timestamp timestamp(int): timestamp',
    (seconds: bigint) => timestampOf(seconds * 1_000_000_000n),
  ],
  ['string_to_timestamp timestamp(string): timestamp', timestampIn],
  ['uint64_to_uint64 uint(uint): uint', same],
  ['double_to_uint64 uint(double): uint', unsignedOf],
  [
    'int64_to_uint64 uint(int): uint',
    (value: bigint) => {
      if (value < 0n) throw new CelError('unsigned integer overflow');
      return new CelUint(value);
    },
  ],
  ['string_to_uint64 uint(string): uint', uintOf],
];

/** What turns values of one type into another. @see google/cel-go common/stdlib/standard.go */
export const conversions: CelLibrary = {
  functions,
  dynamic: [
    { signatures: ['to_dyn dyn(A): dyn'], run: (value = null) => value },
    { signatures: ['type type(A): type(A)'], run: (value = null) => new CelTypeName(typeNameOf(value)) },
  ],
};
