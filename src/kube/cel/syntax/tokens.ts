import type { Problem } from './problems.js';

/** What a token is: a sign or keyword stands for itself. */
export type TokenKind = 'bytes' | 'end' | 'float' | 'identifier' | 'int' | 'sign' | 'string' | 'uint';

/** A word of an expression. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly at: number;
}

const escape = '\\\\(?:[abfnrtv"\'\\\\?`]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})';

/** Text in quotes; what is raw reads no escapes. */
const quoted = [
  String.raw`[rR]"{3}[\s\S]*?"{3}`,
  String.raw`[rR]'{3}[\s\S]*?'{3}`,
  String.raw`[rR]"[^"\n\r]*"`,
  String.raw`[rR]'[^'\n\r]*'`,
  String.raw`"{3}(?:ESCAPE|[^\\])*?"{3}`,
  String.raw`'{3}(?:ESCAPE|[^\\])*?'{3}`,
  String.raw`"(?:ESCAPE|[^\\"\n\r])*"`,
  String.raw`'(?:ESCAPE|[^\\'\n\r])*'`,
]
  .join('|')
  .replaceAll('ESCAPE', escape);

const patterns: readonly (readonly [kind: TokenKind | 'space', pattern: RegExp])[] = [
  ['space', /[\t \r\n\f]+|\/\/[^\n]*/y],
  ['bytes', new RegExp(`[bB](?:${quoted})`, 'y')],
  ['string', new RegExp(quoted, 'y')],
  ['float', /\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?/y],
  ['uint', /(?:0x[0-9a-fA-F]+|\d+)[uU]/y],
  ['int', /0x[0-9a-fA-F]+|\d+/y],
  ['identifier', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['sign', /==|!=|<=|>=|&&|\|\||[<>[\]{}().,\-!?:+*/%]/y],
];

/** Words that are no names. */
const keywords = new Set(['in', 'true', 'false', 'null']);

/** An expression as words, and what of it is none. */
export interface Words {
  readonly tokens: readonly Token[];
  readonly problems: readonly Problem[];
}

/**
 * Splits an expression into its words; what begins none is left out.
 *
 * @see google/cel-go parser/gen/CEL.g4
 */
export function wordsOf(text: string): Words {
  const tokens: Token[] = [];
  const problems: Problem[] = [];
  let at = 0;
  while (at < text.length) {
    const found = wordAt(text, at);
    if (found === undefined) {
      const wrong = unreadAt(text, at);
      const shown = wrong.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
      problems.push({ at, why: `Syntax error: token recognition error at: '${shown}'` });
      at += wrong.length;
      continue;
    }
    const [kind, word] = found;
    if (kind !== 'space') tokens.push({ kind: keywords.has(word) ? 'sign' : kind, text: word, at });
    at += word.length;
  }
  tokens.push({ kind: 'end', text: '<EOF>', at: text.length });
  return { tokens, problems };
}

function wordAt(text: string, at: number): readonly [TokenKind | 'space', string] | undefined {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const [word] = pattern.exec(text) ?? [];
    if (word !== undefined) return [kind, word];
  }
  return undefined;
}

const unread = new RegExp(
  [String.raw`"(?:ESCAPE|[^\\"\n\r])*`, String.raw`'(?:ESCAPE|[^\\'\n\r])*`]
    .join('|')
    .replaceAll('ESCAPE', escape),
  'y',
);

/** What is read before it turns out to be nothing: with the character that shows it. */
function unreadAt(text: string, at: number): string {
  unread.lastIndex = at;
  const [start] = unread.exec(text) ?? [/^[&|=]?/.exec(text.slice(at))?.[0] ?? ''];
  const rest = text.slice(at + start.length);
  return start + (/^\\?[\s\S]?/u.exec(rest)?.[0] ?? '');
}
