import type { Literal } from './expression.js';
import type { Token } from './tokens.js';

const escapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const limits = { int: [-(1n << 63n), (1n << 63n) - 1n], uint: [0n, (1n << 64n) - 1n] } as const;

/**
 * The value of a word that is a number, a text or bytes.
 *
 * @param isNegative Whether a minus stands before the number.
 * @returns what is wrong with it when it is none
 * @see google/cel-go parser/unescape.go
 */
export function literalOf({ kind, text }: Token, isNegative: boolean): Literal | string {
  const sign = isNegative ? '-' : '';
  switch (kind) {
    case 'int':
    case 'uint': {
      const digits = BigInt(kind === 'uint' ? text.slice(0, -1) : text);
      const value = isNegative ? -digits : digits;
      const [least, most] = limits[kind];
      return value < least || value > most ? `invalid ${kind} literal` : { type: kind, value };
    }
    case 'float': {
      const value = Number(sign + text);
      return Number.isFinite(value) ? { type: 'double', value } : 'invalid double literal';
    }
    case 'bytes':
      return { type: 'bytes', value: bytesOf(text.slice(1)) };
    default: {
      const value = textOf(text);
      return value === undefined ? 'unable to unescape string' : { type: 'string', value };
    }
  }
}

/** What is between the quotes, and whether escapes in it are read. */
function insideOf(text: string): { inner: string; isRaw: boolean } {
  const isRaw = /^[rR]/.test(text);
  const rest = isRaw ? text.slice(1) : text;
  const width = /^("""|''')/.test(rest) ? 3 : 1;
  return { inner: rest.slice(width, -width).replace(/\r\n?/g, '\n'), isRaw };
}

const escape = /\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))/g;

function textOf(text: string): string | undefined {
  const { inner, isRaw } = insideOf(text);
  if (isRaw) return inner;
  let isSound = true as boolean;
  const value = inner.replace(escape, (...found: (string | undefined)[]): string => {
    const [, x, u, long, octal, one = ''] = found;
    const hex = x ?? u ?? long;
    if (hex === undefined && octal === undefined) return escapes[one] ?? one;
    const code = hex === undefined ? Number.parseInt(octal ?? '0', 8) : Number.parseInt(hex, 16);
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) isSound = false;
    return isSound ? String.fromCodePoint(code) : '';
  });
  return isSound ? value : undefined;
}

function bytesOf(text: string): Uint8Array {
  const { inner, isRaw } = insideOf(text);
  if (isRaw) return Buffer.from(inner, 'utf8');
  const parts: Buffer[] = [];
  let end = 0;
  for (const match of inner.matchAll(escape)) {
    const [whole, x, u, long, octal, one = ''] = match;
    parts.push(Buffer.from(inner.slice(end, match.index), 'utf8'));
    if (x !== undefined) parts.push(Buffer.from([Number.parseInt(x, 16)]));
    else if (octal !== undefined) parts.push(Buffer.from([Number.parseInt(octal, 8)]));
    else {
      const hex = u ?? long;
      const value =
        hex === undefined ? (escapes[one] ?? one) : String.fromCodePoint(Number.parseInt(hex, 16));
      parts.push(Buffer.from(value, 'utf8'));
    }
    end = match.index + whole.length;
  }
  return Buffer.concat([...parts, Buffer.from(inner.slice(end), 'utf8')]);
}
