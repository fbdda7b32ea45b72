/** A script nobody can read; lines and columns count from 1. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
  readonly line: number;
  readonly column: number;

  constructor(message: string, { line, column }: Place) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

/** Where something is in a script, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A word, text, number or sign of a Groovy script. */
export interface Token extends Place {
  readonly kind: 'word' | 'text' | 'template' | 'number' | 'sign' | 'newline' | 'end';
  /** What a text says, escapes resolved; else as it is in the script. */
  readonly value: string;
  /** Where it begins and ends in the script. */
  readonly from: number;
  readonly to: number;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '\n': '' };
const quotes = ["'''", '"""', "'", '"'];
const openers: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** Longest script that is read, in characters. */
const longest = 1_000_000;

/**
 * Takes a Groovy script apart; comments are gone, brackets fit.
 *
 * @throws ScriptError in words of Groovy's own parser
 */
export function tokensOf(script: string): readonly Token[] {
  if (script.length > longest) throw new ScriptError('Method too large', { line: 1, column: 1 });
  const tokens: Token[] = [];
  const open: Token[] = [];
  const lines = lineStarts(script);
  let at = script.startsWith('#!') ? endOfLine(script, 0) : 0;
  while (at < script.length) {
    const token = nextToken(script, at, placeIn(lines, at));
    at = token.to;
    if (token.kind === 'end') continue;
    tokens.push(token);
    if (token.kind !== 'sign') continue;
    if ('([{'.includes(token.value)) open.push(token);
    const opener = openers[token.value];
    if (opener !== undefined && open.pop()?.value !== opener)
      throw new ScriptError(`unexpected token: ${token.value}`, token);
  }
  const end = { ...placeIn(lines, at), kind: 'end' as const, value: '', from: at, to: at };
  const left = open.pop();
  if (left !== undefined) throw new ScriptError(`expecting '${closerOf(left.value)}', found '<EOF>'`, end);
  return [...tokens, end];
}

function closerOf(opener: string): string {
  return opener === '(' ? ')' : opener === '[' ? ']' : '}';
}

/** The next token; `end` for blanks and comments, which are none. */
function nextToken(script: string, from: number, place: Place): Token {
  const make = (kind: Token['kind'], to: number, value = script.slice(from, to)): Token => ({
    kind,
    value,
    from,
    to,
    ...place,
  });
  const rest = script.slice(from, from + 3);
  const first = rest.charAt(0);
  if (first === '\n' || first === ';') return make('newline', from + 1);
  if (/\s/.test(first)) return make('end', from + 1);
  if (rest.startsWith('//')) return make('end', endOfLine(script, from));
  if (rest.startsWith('/*')) {
    const end = script.indexOf('*/', from + 2);
    if (end === -1) throw new ScriptError("expecting '*/', found '<EOF>'", place);
    return make('end', end + 2);
  }
  const quote = quotes.find((one) => rest.startsWith(one));
  if (quote !== undefined) return readText(script, from, quote, place);
  const word = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
  word.lastIndex = from;
  if (word.test(script)) return make('word', word.lastIndex);
  const number = /\d[\d_]*(?:\.\d+)?[lLfFdDgG]?/y;
  number.lastIndex = from;
  if (number.test(script)) return make('number', number.lastIndex);
  if (first === '#' || first === '\\' || first === '`')
    throw new ScriptError(`unexpected char: '${first}'`, place);
  return make('sign', from + 1);
}

function readText(script: string, from: number, quote: string, place: Place): Token {
  let value = '';
  let isTemplate = false;
  for (let at = from + quote.length; at < script.length; at += 1) {
    const character = script.charAt(at);
    if (script.startsWith(quote, at)) {
      const to = at + quote.length;
      if (isTemplate) return { kind: 'template', value: script.slice(from, to), from, to, ...place };
      return { kind: 'text', value, from, to, ...place };
    }
    if (character === '\n' && quote.length === 1) break;
    if (character === '\\') {
      at += 1;
      const escaped = script.charAt(at);
      value += escapes[escaped] ?? escaped;
      continue;
    }
    if (character === '$' && quote.startsWith('"') && /[{\p{L}_]/u.test(script.charAt(at + 1))) {
      isTemplate = true;
      if (script.charAt(at + 1) === '{') at = endOfTemplate(script, at + 2, place);
      continue;
    }
    value += character;
  }
  throw new ScriptError(
    quote.length === 1
      ? "expecting ''', found '\\n'".replace("'''", `'${quote}'`)
      : `expecting anything but '<EOF>'`,
    place,
  );
}

/** Where the `}` of an expression in a text is. */
function endOfTemplate(script: string, from: number, place: Place): number {
  let depth = 1;
  for (let at = from; at < script.length; at += 1) {
    const character = script.charAt(at);
    if (character === '{') depth += 1;
    else if (character === '}' && (depth -= 1) === 0) return at;
  }
  throw new ScriptError("expecting '}', found '<EOF>'", place);
}

function endOfLine(script: string, from: number): number {
  const end = script.indexOf('\n', from);
  return end === -1 ? script.length : end;
}

function lineStarts(script: string): readonly number[] {
  const starts = [0];
  for (let at = script.indexOf('\n'); at !== -1; at = script.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function placeIn(starts: readonly number[], at: number): Place {
  let [low, high] = [0, starts.length];
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle;
  }
  return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
}
