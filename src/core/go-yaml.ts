import { isJsonObject, type Json, type JsonArray, type JsonObject } from './json.js';

/** Column after which a scalar is broken at its next space. */
const bestWidth = 80;

/**
 * Encodes a value as Kubernetes writes YAML: keys sorted, lists not indented, long texts folded.
 *
 * @see go-yaml/yaml v2 encode.go, emitterc.go; sigs.k8s.io/yaml
 */
export function encodeYaml(value: Json): string {
  if (isJsonObject(value) && Object.keys(value).length > 0) return mapping(value, 0);
  if (Array.isArray(value) && value.length > 0) return sequence(value as readonly Json[], 0);
  return `${scalar(value, 0, 0)}\n`;
}

function mapping(object: JsonObject, indent: number): string {
  const pad = ' '.repeat(indent);
  let text = '';
  for (const key of Object.keys(object).sort(compareKeys)) {
    const value = object[key];
    if (value === undefined) continue;
    const shownKey = scalar(key, 0, indent);
    text += `${pad}${shownKey}:${member(value, indent, indent + shownKey.length + 2)}`;
  }
  return text;
}

/** What follows the colon of a key. */
function member(value: Json, indent: number, column: number): string {
  if (isJsonObject(value) && Object.keys(value).length > 0) return `\n${mapping(value, indent + 2)}`;
  if (Array.isArray(value) && value.length > 0) return `\n${sequence(value as readonly Json[], indent)}`;
  return ` ${scalar(value, column, indent + 2)}\n`;
}

function sequence(items: readonly Json[], indent: number): string {
  const pad = ' '.repeat(indent);
  return items.map((item) => `${pad}- ${element(item, indent + 2)}`).join('');
}

function element(item: Json, indent: number): string {
  if (isJsonObject(item) && Object.keys(item).length > 0) return mapping(item, indent).slice(indent);
  if (Array.isArray(item) && item.length > 0) return sequence(item as readonly Json[], indent).slice(indent);
  return `${scalar(item, indent, indent)}\n`;
}

function scalar(value: Json, column: number, indent: number): string {
  if (typeof value !== 'string') return typeof value === 'object' ? emptyOf(value) : String(value);
  if (value.includes('\n') && !hasSpecial(value.replaceAll('\n', '')) && !/[ \t]\n|[ \t]$|^\s/.test(value)) {
    return literal(value, indent);
  }
  if (value.includes('\n') || hasSpecial(value) || resolves(value))
    return doubleQuoted(value, column, indent);
  return plainAllowed(value)
    ? fold(value, column, indent)
    : `'${fold(value.replaceAll("'", "''"), column + 1, indent)}'`;
}

function emptyOf(value: JsonArray | JsonObject | null): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? '[]' : '{}';
}

/** Breaks a text at single spaces once a line has become longer than it should be. */
function fold(text: string, start: number, indent: number): string {
  let column = start;
  let result = '';
  for (let at = 0; at < text.length; at += 1) {
    const isSpace = text[at] === ' ' && at > 0 && at < text.length - 1;
    const single = isSpace && text[at + 1] !== ' ' && text[at - 1] !== ' ';
    if (single && column > bestWidth) {
      result += `\n${' '.repeat(indent)}`;
      column = indent;
    } else {
      result += text.charAt(at);
      column += 1;
    }
  }
  return result;
}

function literal(text: string, indent: number): string {
  const chomp = !text.endsWith('\n') ? '-' : text.endsWith('\n\n') ? '+' : '';
  const lines = text.replace(/\n$/, '').split('\n');
  return `|${chomp}\n${lines.map((line) => (line === '' ? '' : ' '.repeat(indent) + line)).join('\n')}`;
}

const shortEscapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u00a0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function doubleQuoted(text: string, start: number, indent: number): string {
  let column = start + 1;
  let result = '"';
  const characters = Array.from(text);
  for (const [at, character] of characters.entries()) {
    const escaped = shortEscapes[character] ?? (isSpecial(character) ? hexEscape(character) : character);
    const breaks = character === ' ' && column > bestWidth && at > 0 && at < characters.length - 1;
    if (breaks) {
      result += `\n${' '.repeat(indent)}${characters[at + 1] === ' ' ? '\\' : ''}`;
      column = indent;
    } else {
      result += escaped;
      column += escaped.length;
    }
  }
  return `${result}"`;
}

function hexEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return `\\U${code.toString(16).toUpperCase().padStart(8, '0')}`;
}

// eslint-disable-next-line no-control-regex -- these are what YAML cannot print
const special = /[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff\u2028\u2029]|[\ud800-\udfff]/u;

function isSpecial(character: string): boolean {
  return special.test(character);
}

function hasSpecial(text: string): boolean {
  return special.test(text);
}

/** Texts that, written plainly, would be read as something else than a text. */
const notText = [
  /^$/,
  /^(~|null|Null|NULL)$/,
  /^(true|True|TRUE|false|False|FALSE|y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)$/,
  /^[-+]?(\d[\d_]*|0b[01_]+|0x[\da-fA-F_]+|0o?[0-7_]+)$/,
  /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/,
  /^[-+]?(\.inf|\.Inf|\.INF)$|^(\.nan|\.NaN|\.NAN)$/,
  /^[-+]?\d[\d_]*(:[0-5]?\d)+(\.[\d_]*)?$/,
  /^\d{4}-\d{1,2}-\d{1,2}([Tt ]\s*\d{1,2}:\d{2}:\d{2}(\.\d*)?\s*(Z|[-+]\d{1,2}(:?\d{2})?)?)?$/,
  /^<<$/,
];

function resolves(text: string): boolean {
  return notText.some((pattern) => pattern.test(text));
}

function plainAllowed(text: string): boolean {
  if (/^[#,[\]{}&*!|>'"%@`]/.test(text) || /^[-?:]( |$)/.test(text) || /^(---|\.\.\.)/.test(text))
    return false;
  return !/^ | $|: |:$| #|\t/.test(text);
}

/** The order go-yaml sorts keys in: letters before others only by code, runs of digits by their number. */
function compareKeys(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  for (let at = 0; at < left.length && at < right.length; at += 1) {
    const one = left[at] ?? '';
    const other = right[at] ?? '';
    if (one === other) continue;
    const letters = isLetter(one);
    if (letters && isLetter(other)) return one < other ? -1 : 1;
    if (letters || isLetter(other)) return letters ? 1 : -1;
    const numbers = [a, b].map((text) => Number(/^\d+/.exec(text.slice(at))?.[0] ?? 0));
    const [first = 0, second = 0] = numbers;
    if (first !== second) return first - second;
    return one < other ? -1 : 1;
  }
  return left.length - right.length;
}

function isLetter(character: string): boolean {
  return /\p{L}/u.test(character);
}
