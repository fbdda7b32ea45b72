import { goQuote } from '../../../core/go-format.js';
import { plainDouble, textOf, typeOf } from './values.js';

/** Decimals that numbers are written with when nothing is said. */
const usual = 6;

/** What is read after a `%`, and what it makes of a value. */
interface Clause {
  readonly length: number;
  readonly write: (value: unknown) => string;
}

/**
 * Fills a text with values, as `'%s is %d'.format([name, 1])` does in rules.
 *
 * @throws Error in the words of Kubernetes' evaluator
 * @see google/cel-go ext/formatting.go
 */
export function formatText(text: string, values: readonly unknown[]): string {
  let [built, used] = ['', 0];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] !== '%') built += text.charAt(at);
    else if (text[at + 1] === '%') {
      built += '%';
      at += 1;
    } else {
      if (used >= values.length) throw new Error(`index ${String(used)} out of range`);
      if (at + 1 >= text.length) throw new Error('unexpected end of string');
      const { length, write } = readClause(text.slice(at + 1));
      try {
        built += write(values[used]);
      } catch (error) {
        throw new Error(`error during formatting: ${error instanceof Error ? error.message : ''}`, {
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
  const unread = (why: string): Error => new Error(`could not parse formatting clause: ${why}`);
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

function wrong(what: string, value: unknown): Error {
  return new Error(`${what}, was given ${typeOf(value) ?? 'another'}`);
}

const writers: Readonly<Partial<Record<string, (value: unknown, precision: number) => string>>> = {
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

function integerOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return typeOf(value) === 'uint' ? BigInt(textOf(value)) : undefined;
}

function doubleOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : undefined;
}

function endless(number: number): string {
  if (Number.isNaN(number)) return 'NaN';
  return number < 0 ? '-∞' : '∞';
}

function hexadecimal(value: unknown): string {
  if (value instanceof Uint8Array || typeof value === 'string') return Buffer.from(value).toString('hex');
  const integer = integerOf(value);
  if (integer !== undefined) return integer.toString(16);
  throw wrong('only integers, byte buffers, and strings can be formatted as hex', value);
}

function written(value: unknown): string {
  const type = typeOf(value);
  if (type === 'list') return `[${(value as readonly unknown[]).map(literal).join(', ')}]`;
  if (type === 'map') {
    const entries = value instanceof Map ? [...value] : Object.entries(value as object);
    const shown = entries.map(([key, member]: [unknown, unknown]) => [literal(key), literal(member)]);
    const sorted = shown.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
    return `{${sorted.map(([key, member]) => `${key ?? ''}:${member ?? ''}`).join(', ')}}`;
  }
  if (type === 'null_type') return 'null';
  if (type === undefined)
    throw wrong(
      'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
      value,
    );
  return textOf(value);
}

/** A value within a list or map, the way rules write it. */
function literal(value: unknown): string {
  switch (typeOf(value)) {
    case 'string':
      return goQuote(value as string);
    case 'bytes':
      return `b${goQuote(textOf(value))}`;
    case 'double':
      return Number.isFinite(value)
        ? (value as number).toFixed(usual)
        : goQuote(plainDouble(value as number));
    case 'google.protobuf.Timestamp':
      return `timestamp(${goQuote(textOf(value))})`;
    case 'google.protobuf.Duration':
      return `duration(${goQuote(textOf(value))})`;
    default:
      return written(value);
  }
}
