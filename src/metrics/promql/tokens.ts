import { QueryError } from './query-error.js';

/** A word of a query, and where it begins. */
export interface Token {
  readonly kind: 'name' | 'number' | 'duration' | 'string' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

/** Longest query that is looked at. */
const longest = 20_000;

const patterns: readonly (readonly [kind: Token['kind'] | 'blank', pattern: RegExp])[] = [
  ['blank', /(?:\s+|#[^\n]*)+/y],
  ['string', /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/y],
  ['duration', /(?:\d+(?:ms|[smhdwy]))+(?![\w.])/y],
  ['number', /0x[\da-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?!\w)/iy],
  ['name', /[a-zA-Z_:][\w:]*/y],
  ['sign', /=~|!~|==|!=|<=|>=|[-+*/%^<>=(){}[\],@:]/y],
];

/** The words of a query, the last one its end. @throws QueryError */
export function tokensOf(query: string): readonly Token[] {
  if (query.length > longest) throw new QueryError('1:1: parse error: query too long');
  const tokens: Token[] = [];
  let at = 0;
  while (at < query.length) {
    const found = nextAt(query, at);
    if (found === undefined)
      throw new QueryError(`1:${String(at + 1)}: parse error: ${strange(query[at] ?? '')}`);
    if (found.kind !== 'blank') tokens.push({ kind: found.kind, text: found.text, at });
    at += found.text.length;
  }
  tokens.push({ kind: 'end', text: '', at: query.length });
  return tokens;
}

function nextAt(
  query: string,
  at: number,
): { readonly kind: Token['kind'] | 'blank'; readonly text: string } | undefined {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const text = pattern.exec(query)?.[0];
    if (text !== undefined && text !== '') return { kind, text };
  }
  return undefined;
}

function strange(character: string): string {
  return /["'`]/.test(character) ? 'unterminated quoted string' : `unexpected character: '${character}'`;
}

/** What a string stands for: escapes as in Go, none between backticks. */
export function unquote(text: string): string {
  const inside = text.slice(1, -1);
  if (text.startsWith('`')) return inside;
  return inside.replace(/\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|.)/gs, (_, escape: string) => {
    if (/^[xu]./.test(escape)) return String.fromCharCode(parseInt(escape.slice(1), 16));
    return escapes[escape] ?? escape;
  });
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** A duration such as `1h30m`, in milliseconds. */
export function durationOf(text: string): number {
  let sum = 0;
  for (const [, count = '', unit = ''] of text.matchAll(/(\d+)(ms|[smhdwy])/g))
    sum += Number(count) * (units[unit] ?? 0);
  return sum;
}
