import { namedEscapes } from '../../../core/go-format.js';
import { compileGoRegExp, RegExpError } from '../../../core/go-regexp.js';
import { ValueList } from '../values/collections.js';
import { CelError, noOverload, type CelList, type CelValue } from '../values/value.js';
import { formatText } from './format-text.js';
import type { CelFunction, CelLibrary } from './library.js';
import { shown } from './texts-of-values.js';

/** A text the way rules write one. */
function quoted(text: string): string {
  // Half of a surrogate pair cannot be written in UTF-8.
  const inner = Array.from(
    text,
    (one) => namedEscapes[one] ?? (/^[\ud800-\udfff]$/.test(one) ? '\ufffd' : one),
  );
  return `"${inner.join('')}"`;
}

function outOfRange(at: bigint): CelError {
  return new CelError(`index out of range: ${String(at)}`);
}

function charAt(text: string, at: bigint): string {
  const characters = Array.from(text);
  if (at < 0n || at > characters.length) throw outOfRange(at);
  return characters[Number(at)] ?? '';
}

/** Where a text begins in another, in characters. @param from Where to look first; from the end for the last */
function indexOf(text: string, part: string, from: bigint, isLast: boolean): bigint {
  if (part === '') return from;
  if (from < 0n) throw outOfRange(from);
  const [all, wanted] = [Array.from(text), Array.from(part)];
  if (from >= all.length) return -1n;
  const last = all.length - wanted.length;
  const holds = (at: number): boolean => wanted.every((one, offset) => all[at + offset] === one);
  if (isLast) {
    for (let at = Math.min(Number(from), last); at >= 0; at -= 1) if (holds(at)) return BigInt(at);
  } else for (let at = Number(from); at <= last; at += 1) if (holds(at)) return BigInt(at);
  return -1n;
}

function lastIndexOf(text: string, part: string): bigint {
  const size = BigInt(Array.from(text).length);
  if (part === '') return size;
  return size === 0n ? indexOf(text, part, -1n, true) : indexOf(text, part, size - 1n, true);
}

function substring(text: string, start: bigint, end?: bigint): string {
  const characters = Array.from(text);
  if (end !== undefined && start > end)
    throw new CelError(`invalid substring range. start: ${String(start)}, end: ${String(end)}`);
  for (const at of end === undefined ? [start] : [start, end])
    if (at < 0n || at > characters.length) throw outOfRange(at);
  return characters.slice(Number(start), end === undefined ? undefined : Number(end)).join('');
}

/** The parts between separators; at most so many, the last with all that is left. */
function split(text: string, separator: string, most = -1n): CelList {
  if (most === 0n) return new ValueList([]);
  const parts = separator === '' ? Array.from(text) : text.split(separator);
  if (most < 0n || parts.length <= most) return new ValueList(parts);
  const kept = parts.slice(0, Number(most) - 1);
  return new ValueList([...kept, parts.slice(Number(most) - 1).join(separator)]);
}

function replaced(text: string, from: string, to: string, count: bigint): string {
  if (count === 0n || from === to) return text;
  if (from !== '') {
    const parts = text.split(from);
    const most = count < 0n ? parts.length : Number(count);
    return [parts.slice(0, most + 1).join(to), ...parts.slice(most + 1)].join(from);
  }
  const characters = Array.from(text);
  const most = count < 0n ? characters.length + 1 : Number(count);
  const around = characters.map((one, at) => (at < most ? to + one : one)).join('');
  return most > characters.length ? around + to : around;
}

function join(all: CelList, separator = ''): string {
  return Array.from(all, (one) => {
    if (typeof one !== 'string') throw new CelError(`join: invalid input: ${shown(one)}`);
    return one;
  }).join(separator);
}

function found(text: string, pattern: string, most = -1n): readonly string[] {
  try {
    const all = compileGoRegExp(pattern).findAll(text);
    return most < 0n ? all : all.slice(0, Number(most));
  } catch (error) {
    if (error instanceof RegExpError) throw new CelError(`Illegal regex: ${error.message}`, { cause: error });
    throw error;
  }
}

function matches(text: CelValue, pattern: CelValue): boolean {
  if (typeof text !== 'string') throw noOverload('matches');
  if (typeof pattern !== 'string') throw noOverload();
  try {
    return compileGoRegExp(pattern).finds(text);
  } catch (error) {
    if (error instanceof RegExpError) throw new CelError(error.message, { cause: error });
    throw error;
  }
}

/** A test of two texts. */
function test(name: string, id: string, holds: (text: string, part: string) => boolean) {
  return {
    signatures: [`${id}_string .${name}(string, string): bool`],
    run: (text: CelValue = null, part: CelValue = null): CelValue => {
      if (typeof text !== 'string' || typeof part !== 'string') throw noOverload();
      return holds(text, part);
    },
  };
}

const space = /^[\s\u0085]+|[\s\u0085]+$/g;

const functions: readonly CelFunction[] = [
  ['string_char_at_int .charAt(string, int): string', charAt],
  [
    'string_index_of_string .indexOf(string, string): int',
    (text: string, part: string) => indexOf(text, part, 0n, false),
  ],
  [
    'string_index_of_string_int .indexOf(string, string, int): int',
    (text: string, part: string, from: bigint) => indexOf(text, part, from, false),
  ],
  ['string_last_index_of_string .lastIndexOf(string, string): int', lastIndexOf],
  [
    'string_last_index_of_string_int .lastIndexOf(string, string, int): int',
    (text: string, part: string, from: bigint) => indexOf(text, part, from, true),
  ],
  [
    'string_lower_ascii .lowerAscii(string): string',
    (text: string) => text.replace(/[A-Z]+/g, (part) => part.toLowerCase()),
  ],
  [
    'string_replace_string_string .replace(string, string, string): string',
    (text: string, from: string, to: string) => replaced(text, from, to, -1n),
  ],
  ['string_replace_string_string_int .replace(string, string, string, int): string', replaced],
  ['string_split_string .split(string, string): list(string)', split],
  ['string_split_string_int .split(string, string, int): list(string)', split],
  ['string_substring_int .substring(string, int): string', substring],
  ['string_substring_int_int .substring(string, int, int): string', substring],
  ['string_trim .trim(string): string', (text: string) => text.replace(space, '')],
  [
    'string_upper_ascii .upperAscii(string): string',
    (text: string) => text.replace(/[a-z]+/g, (part) => part.toUpperCase()),
  ],
  ['string_format .format(string, list(dyn)): string', formatText],
  ['strings_quote strings.quote(string): string', quoted],
  ['list_join .join(list(string)): string', join],
  ['list_join_string .join(list(string), string): string', join],
  [
    'string_find_string .find(string, string): string',
    (text: string, pattern: string) => found(text, pattern)[0] ?? '',
  ],
  [
    'string_find_all_string .findAll(string, string): list(string)',
    (text: string, pattern: string) => new ValueList(found(text, pattern)),
  ],
  [
    'string_find_all_string_int .findAll(string, string, int): list(string)',
    (text: string, pattern: string, most: bigint) => new ValueList(found(text, pattern, most)),
  ],
];

/** Texts in rules. @see google/cel-go ext/strings.go; kubernetes/apiserver pkg/cel/library/regex.go */
export const texts: CelLibrary = {
  functions,
  dynamic: [
    test('contains', 'contains', (text, part) => text.includes(part)),
    test('endsWith', 'ends_with', (text, part) => text.endsWith(part)),
    test('startsWith', 'starts_with', (text, part) => text.startsWith(part)),
    {
      signatures: ['matches matches(string, string): bool', 'matches_string .matches(string, string): bool'],
      run: (text = null, pattern = null) => matches(text, pattern),
    },
  ],
};
