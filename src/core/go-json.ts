import { badRequest } from './api-error.js';
import { isJsonObject, type Json } from './json.js';

/**
 * Which of Go's two readers is imitated.
 *
 * - `decode`: `json.Decoder`, as go-restful reads request bodies; what follows the first value is not looked at
 * - `unmarshal`: `json.Unmarshal`; the text must be one value and nothing else
 */
export type GoReader = 'decode' | 'unmarshal';

/**
 * Deepest nesting taken.
 *
 * Differs from KubeSphere: Go allows 10,000 levels; nothing legitimate comes near this.
 */
export const maxDepth = 1000;

const tooDeep = 'exceeded max depth';

/**
 * Reads JSON the way Go's encoding/json does, with its words for what is wrong.
 *
 * `__proto__` and the like become ordinary own members.
 *
 * @throws ApiError 400 with Go's message, such as `EOF` or `invalid character 'x' looking for beginning of value`
 * @see golang/go src/encoding/json/scanner.go
 */
export function parseGoJson(text: string, reader: GoReader = 'decode'): Json {
  const shallow = text.length <= maxDepth || !mayBeDeep(text);
  if (shallow) {
    try {
      return wellFormed(JSON.parse(text) as Json, text);
    } catch {
      // Scanned below: either something is wrong with it, or only what follows the first value is.
    }
  }
  const scan = scanValue(text);
  if (scan.error !== undefined) throw badRequest(scan.error);
  if (scan.end === undefined) throw badRequest(endOfInput(text, reader));
  const rest = text.slice(scan.end).search(/[^ \t\r\n]/);
  if (rest !== -1 && reader === 'unmarshal') {
    throw badRequest(`invalid character ${quoteByte(text, scan.end + rest)} after top-level value`);
  }
  return wellFormed(JSON.parse(text.slice(0, scan.end)) as Json, text);
}

/** An escape of half a character; only texts that have one are looked at further. */
const halfCharacter = /\\u[dD][89a-fA-F]/;

/** Half characters on their own become U+FFFD, as they do in Go. */
function wellFormed(value: Json, text: string): Json {
  return text.includes('\\u') && halfCharacter.test(text) ? replaceHalves(value) : value;
}

function replaceHalves(value: Json): Json {
  if (typeof value === 'string') return replaceInText(value);
  if (Array.isArray(value)) return (value as readonly Json[]).map(replaceHalves);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      replaceInText(key),
      member === undefined ? member : replaceHalves(member),
    ]),
  );
}

/** Through UTF-8, which has no half characters. */
function replaceInText(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

function endOfInput(text: string, reader: GoReader): string {
  if (reader === 'unmarshal') return 'unexpected end of JSON input';
  return /^[ \t\r\n]*$/.test(text) ? 'EOF' : 'unexpected EOF';
}

function mayBeDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if ((code === 0x5d || code === 0x7d) && depth > 0) depth -= 1;
  }
  return false;
}

/** Where the first value ends, or what is wrong before that; neither when the text just stops. */
interface Scan {
  readonly end?: number;
  readonly error?: string;
}

const blank = /[ \t\r\n]*/y;
// eslint-disable-next-line no-control-regex -- these are the characters JSON forbids in strings
const plain = /[^"\\\u0000-\u001f]*/y;
const words: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' };

/** Walks over one value without recursion. */
function scanValue(text: string): Scan {
  const closers: string[] = [];
  let at = skip(text, 0, blank);
  for (;;) {
    const opened = text[at];
    if (opened === '{' || opened === '[') {
      if (closers.length >= maxDepth) return { error: `invalid character '${opened}' ${tooDeep}` };
      closers.push(opened === '{' ? '}' : ']');
      at = skip(text, at + 1, blank);
      if (text[at] !== closers.at(-1)) {
        if (opened === '[') continue;
        const key = scanKey(text, at, 'looking for beginning of object key string');
        if (key.end === undefined) return key;
        at = key.end;
        continue;
      }
      closers.pop();
      at += 1;
    } else {
      const scalar = scanScalar(text, at);
      if (scalar.end === undefined) return scalar;
      at = scalar.end;
    }
    for (;;) {
      const closer = closers.at(-1);
      if (closer === undefined) return { end: at };
      at = skip(text, at, blank);
      if (text[at] === closer) {
        closers.pop();
        at += 1;
        continue;
      }
      if (text[at] !== ',') {
        return unexpected(text, at, closer === '}' ? 'after object key:value pair' : 'after array element');
      }
      at = skip(text, at + 1, blank);
      if (closer === ']') break;
      const key = scanKey(text, at, 'looking for beginning of object key string');
      if (key.end === undefined) return key;
      at = key.end;
      break;
    }
  }
}

/** A member's name and its colon; ends where the value begins. */
function scanKey(text: string, at: number, context: string): Scan {
  if (text[at] !== '"') return unexpected(text, at, context);
  const name = scanString(text, at);
  if (name.end === undefined) return name;
  const colon = skip(text, name.end, blank);
  if (text[colon] !== ':') return unexpected(text, colon, 'after object key');
  return { end: skip(text, colon + 1, blank) };
}

function scanScalar(text: string, at: number): Scan {
  const first = text[at];
  if (first === '"') return scanString(text, at);
  if (first === '-' || (first !== undefined && first >= '0' && first <= '9')) return scanNumber(text, at);
  const word = first === undefined ? undefined : words[first];
  if (word === undefined) return unexpected(text, at, 'looking for beginning of value');
  for (let offset = 1; offset < word.length; offset += 1) {
    if (text[at + offset] !== word[offset]) {
      return unexpected(text, at + offset, `in literal ${word} (expecting '${word.charAt(offset)}')`);
    }
  }
  return { end: at + word.length };
}

function scanString(text: string, from: number): Scan {
  let at = from + 1;
  for (;;) {
    at = skip(text, at, plain);
    if (text[at] === '"') return { end: at + 1 };
    if (text[at] !== '\\') return unexpected(text, at, 'in string literal');
    const escape = text[at + 1];
    if (escape === 'u') {
      for (let digit = at + 2; digit < at + 6; digit += 1) {
        if (!/[0-9a-fA-F]/.test(text.charAt(digit))) {
          return unexpected(text, digit, 'in \\u hexadecimal character escape');
        }
      }
      at += 6;
    } else if (escape !== undefined && '"\\/bfnrt'.includes(escape)) at += 2;
    else return unexpected(text, at + 1, 'in string escape code');
  }
}

function scanNumber(text: string, from: number): Scan {
  let at = text[from] === '-' ? from + 1 : from;
  if (text[at] === '0') at += 1;
  else {
    if (!isDigit(text[at])) return unexpected(text, at, 'in numeric literal');
    while (isDigit(text[at])) at += 1;
  }
  if (text[at] === '.') {
    at += 1;
    if (!isDigit(text[at])) return unexpected(text, at, 'after decimal point in numeric literal');
    while (isDigit(text[at])) at += 1;
  }
  if (text[at] === 'e' || text[at] === 'E') {
    at += 1;
    if (text[at] === '+' || text[at] === '-') at += 1;
    if (!isDigit(text[at])) return unexpected(text, at, 'in exponent of numeric literal');
    while (isDigit(text[at])) at += 1;
  }
  return { end: at };
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}

function skip(text: string, at: number, pattern: RegExp): number {
  pattern.lastIndex = at;
  return at + (pattern.exec(text)?.[0].length ?? 0);
}

function unexpected(text: string, at: number, context: string): Scan {
  return at >= text.length ? {} : { error: `invalid character ${quoteByte(text, at)} ${context}` };
}

const named: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  39: "\\'",
  92: '\\\\',
};

/** The byte at a place as Go's scanner names it: it reads bytes, so of `é` it shows the first half, `Ã`. */
function quoteByte(text: string, at: number): string {
  const byte = Buffer.from(String.fromCodePoint(text.codePointAt(at) ?? 0), 'utf8')[0] ?? 0;
  const known = named[byte];
  if (known !== undefined) return `'${known}'`;
  if (byte < 0x20 || byte === 0x7f) return `'\\x${byte.toString(16).padStart(2, '0')}'`;
  if ((byte >= 0x80 && byte <= 0xa0) || byte === 0xad) return `'\\u00${byte.toString(16)}'`;
  return `'${String.fromCharCode(byte)}'`;
}

/** What Go calls the JSON type of a value. */
export function goJsonType(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}
