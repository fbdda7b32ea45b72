import { goQuote } from '../../../core/go-format.js';
import type { Problem } from '../syntax/problems.js';
import { showType, type CelType } from '../types/cel-type.js';
import {
  CelError,
  CelList,
  CelMap,
  CelOptional,
  CelUint,
  typeNameOf,
  type CelValue,
} from '../values/value.js';
import { plainDouble, textOf } from './texts-of-values.js';

/** Decimals that numbers are written with when nothing is said. */
const usual = 6;

/** What is read after a `%`, and what it makes of a value. */
interface Clause {
  readonly length: number;
  readonly write: (value: CelValue) => string;
}

/**
 * Fills a text with values, as `'%s is %d'.format([name, 1])` does in rules.
 *
 * @throws Error in the words of Kubernetes' evaluator
 * @see google/cel-go ext/formatting.go
 */
export function formatText(text: string, values: CelList): string {
  let [built, used] = ['', 0];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] !== '%') built += text.charAt(at);
    else if (text[at + 1] === '%') {
      built += '%';
      at += 1;
    } else {
      if (used >= values.size) throw new CelError(`index ${String(used)} out of range`);
      if (at + 1 >= text.length) throw new CelError('unexpected end of string');
      const { length, write } = readClause(text.slice(at + 1));
      try {
        built += write(values.at(used));
      } catch (error) {
        throw new CelError(`error during formatting: ${error instanceof Error ? error.message : ''}`, {
          cause: error,
        });
      }
      used += 1;
      at += length;
    }
  }
  return built;
}

function readClause(text: string): Clause {
  const [start = '', digits] = /^\.(\d*)/.exec(text) ?? [''];
  const unread = (why: string): CelError => new CelError(`could not parse formatting clause: ${why}`);
  const verb = text.charAt(start.length);
  if (start !== '' && verb === '')
    throw unread('error while parsing precision: could not find end of precision specifier');
  if (digits === '')
    throw unread(
      'error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax',
    );
  const write = writers[verb];
  if (write === undefined) throw unread(`unrecognized formatting clause "${verb}"`);
  const precision = digits === undefined ? usual : Number(digits);
  return { length: start.length + 1, write: (value) => write(value, precision) };
}

function wrong(what: string, value: CelValue): CelError {
  return new CelError(`${what}, was given ${typeNameOf(value)}`);
}

const writers: Readonly<Partial<Record<string, (value: CelValue, precision: number) => string>>> = {
  s: written,
  d: (value) => {
    const integer = integerOf(value);
    if (integer === undefined) throw wrong('decimal clause can only be used on integers', value);
    return String(integer);
  },
  f: (value, precision) => {
    const number = doubleOf(value);
    if (number === undefined) throw wrong('fixed-point clause can only be used on doubles', value);
    if (!Number.isFinite(number)) return endless(number);
    const [whole = '', rest] = number.toFixed(Math.min(precision, 100)).split('.');
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
    return rest === undefined ? grouped : `${grouped}.${rest}`;
  },
  e: (value) => {
    const number = doubleOf(value);
    if (number === undefined) throw wrong('scientific clause can only be used on doubles', value);
    if (!Number.isFinite(number)) return endless(number);
    // The precision is taken for a width, so there are always six decimals.
    const [digits = '', power = ''] = number.toExponential(usual).split('e');
    const exponent = power.replace(/^[+-]/, '').padStart(2, '0');
    const raised = exponent.replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit)));
    return `${digits}\u202f×\u202f10${power.startsWith('-') ? '⁻' : ''}${raised}`;
  },
  b: (value) => {
    if (typeof value === 'boolean') return value ? '1' : '0';
    const integer = integerOf(value);
    if (integer === undefined) throw wrong('only integers and bools can be formatted as binary', value);
    return integer.toString(2);
  },
  x: hexadecimal,
  X: (value) => hexadecimal(value).toUpperCase(),
  o: (value) => {
    const integer = integerOf(value);
    if (integer === undefined) throw wrong('octal clause can only be used on integers', value);
    return integer.toString(8);
  },
};

function integerOf(value: CelValue): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return value instanceof CelUint ? value.value : undefined;
}

function doubleOf(value: CelValue): number | undefined {
  if (typeof value === 'number') return value;
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : undefined;
}

function endless(number: number): string {
  if (Number.isNaN(number)) return 'NaN';
  return number < 0 ? '-∞' : '∞';
}

function hexadecimal(value: CelValue): string {
  if (value instanceof Uint8Array || typeof value === 'string') return Buffer.from(value).toString('hex');
  const integer = integerOf(value);
  if (integer !== undefined) return integer.toString(16);
  throw wrong('only integers, byte buffers, and strings can be formatted as hex', value);
}

function written(value: CelValue): string {
  if (value === null) return 'null';
  if (value instanceof CelList) return `[${Array.from(value, literal).join(', ')}]`;
  if (value instanceof CelMap) {
    const shown = Array.from(value.keys(), (key) => [literal(key), literal(value.find(key) ?? null)]);
    const sorted = shown.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
    return `{${sorted.map(([key, member]) => `${key ?? ''}:${member ?? ''}`).join(', ')}}`;
  }
  const text = value instanceof CelOptional ? undefined : textOf(value);
  if (text === undefined) throw wrong(anything, value);
  return text;
}

/** A value within a list or map, the way rules write it. */
function literal(value: CelValue): string {
  switch (typeNameOf(value)) {
    case 'string':
      return goQuote(value as string);
    case 'bytes':
      return `b${goQuote(written(value))}`;
    case 'double':
      return Number.isFinite(value)
        ? (value as number).toFixed(usual)
        : goQuote(plainDouble(value as number));
    case 'google.protobuf.Timestamp':
      return `timestamp(${goQuote(written(value))})`;
    case 'google.protobuf.Duration':
      return `duration(${goQuote(written(value))})`;
    default:
      return written(value);
  }
}

const anything =
  'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps';

/** What each clause takes, and what is told of anything else. */
const clauses: Readonly<Partial<Record<string, readonly [takes: string, why: string]>>> = {
  s: ['list map int uint double bool string timestamp bytes duration type null', anything],
  d: ['int uint', 'decimal clause can only be used on integers'],
  f: ['double string', 'fixed-point clause can only be used on doubles'],
  e: ['double string', 'scientific clause can only be used on doubles'],
  b: ['int uint bool', 'only integers and bools can be formatted as binary'],
  x: ['int uint string bytes', 'only integers, byte buffers, and strings can be formatted as hex'],
  X: ['int uint string bytes', 'only integers, byte buffers, and strings can be formatted as hex'],
  o: ['int uint', 'octal clause can only be used on integers'],
};

/** What is wrong with a text to be filled with values of the types given, each with its place. @param at Of the call */
export function formatProblem(
  text: string,
  items: readonly { readonly at: number; readonly type: CelType }[],
  at: number,
): Problem[] {
  let used = 0;
  try {
    for (const [, clause = ''] of text.matchAll(/%(%|\.\d*.?|.?)/gs)) {
      if (clause === '%') continue;
      const item = items[used];
      if (item === undefined) return [{ at, why: `index ${String(used)} out of range` }];
      if (clause === '') return [{ at, why: 'unexpected end of string' }];
      readClause(clause);
      const [takes = '', why = ''] = clauses[clause.slice(-1)] ?? [];
      if (item.type.kind !== 'dyn' && !takes.split(' ').includes(item.type.kind))
        return [
          {
            at: item.at,
            why: `error during formatting: ${why}, was given ${showType({ ...item.type, of: [] })}`,
          },
        ];
      used += 1;
    }
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return [{ at, why: error.message }];
  }
  if (items.length <= used) return [];
  const counts = `expected ${String(used)}, got ${String(items.length)}`;
  return [{ at, why: `too many arguments supplied to string.format (${counts})` }];
}
