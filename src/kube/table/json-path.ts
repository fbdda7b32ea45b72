/** A step of a JSONPath, from values to values; or what stands for a value of its own. */
export type PathStep =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'recursive' }
  | {
      readonly kind: 'slice';
      readonly from: number | undefined;
      readonly to: number | undefined;
      readonly step: number | undefined;
      /** Whether only one item is meant: its end was not given. */
      readonly isIndex: boolean;
    }
  | { readonly kind: 'union'; readonly parts: readonly JsonPath[] }
  | {
      readonly kind: 'filter';
      readonly left: JsonPath;
      readonly operator: string;
      readonly right: JsonPath;
    }
  | { readonly kind: 'literal'; readonly value: string | number | boolean; readonly isFloat?: boolean }
  /** A word that means nothing: asking it fails. */
  | { readonly kind: 'word'; readonly name: string };

/** What {@link parseJsonPath} read. */
export type JsonPath = readonly PathStep[];

/**
 * Reads the inside of a JSONPath template, as columns of tables have it: `.spec.items[?(@.size>=2)].name`.
 *
 * @throws Error for what is none
 * @see kubernetes/client-go util/jsonpath/parser.go
 */
export function parseJsonPath(text: string): JsonPath {
  const steps: PathStep[] = [];
  let rest = text;
  /** Takes what a pattern matches at the start of the rest. */
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const found = pattern.exec(rest);
    if (found !== null) rest = rest.slice(found[0].length);
    return found ?? undefined;
  };
  const last = (): PathStep | undefined => steps[steps.length - 1];
  while (rest !== '' && !rest.startsWith('}')) {
    if (rest.startsWith('[?(')) {
      const length = filterLength(rest);
      steps.push(filter(rest.slice(3, length - 2)));
      rest = rest.slice(length);
      continue;
    }
    if (take(/^\.\./) !== undefined) {
      if (last()?.kind === 'recursive') throw new Error('invalid multiple recursive descent');
      steps.push({ kind: 'recursive' });
      const name = take(/^(?=[\p{L}\p{Nd}_])(?:\\.|[^\\\s.,[\]$@{}])*/su)?.[0];
      if (name !== undefined) steps.push(field(name));
      continue;
    }
    if (take(/^[ @$]+/) !== undefined) continue;
    const name = take(/^\.((?:\\.|[^\\\s.,[\]$@{}])*)/s)?.[1];
    if (name !== undefined) {
      steps.push(name === '*' ? { kind: 'wildcard' } : field(name));
      continue;
    }
    const inBrackets = take(/^\[([^\]\n]*)\]/)?.[1];
    if (inBrackets !== undefined) {
      steps.push(...array(inBrackets === '*' ? ':' : inBrackets));
      continue;
    }
    const quoted = take(/^(?:"((?:\\.|[^"\n])*)"|'((?:\\.|[^'\n])*)')/);
    if (quoted !== undefined) {
      const value = (quoted[1] ?? quoted[2] ?? '').replace(/\\(.)/g, '$1');
      steps.push({ kind: 'literal', value });
      continue;
    }
    const number = take(/^[+-]?[\d.]+/)?.[0];
    if (number !== undefined) {
      if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(number)) throw new Error(`cannot parse number ${number}`);
      steps.push({ kind: 'literal', value: Number(number), isFloat: number.includes('.') });
      continue;
    }
    const word = take(/^[\p{L}\p{Nd}_][^\s.,[\]$@{}]*/u)?.[0];
    if (word === undefined) throw new Error(`unrecognized character in action: ${rest}`);
    steps.push(
      word === 'true' || word === 'false'
        ? { kind: 'literal', value: word === 'true' }
        : { kind: 'word', name: word },
    );
  }
  return steps;
}

function field(name: string): PathStep {
  return { kind: 'field', name: name.replaceAll('\\', '') };
}

/** What is in brackets: some of these, a member in quotes, a place or a stretch of places. */
function array(text: string): JsonPath {
  const parts = text.split(',');
  if (parts.length > 1)
    return [
      { kind: 'union', parts: parts.map((part) => parseJsonPath(`[${part.replace(/^ +| +$/g, '')}]`)) },
    ];
  const key = /^'([^']*)'$/.exec(text)?.[1];
  // A key in quotes is read as a path: its dots part members unless they are escaped.
  if (key !== undefined) return parseJsonPath(`.${key}`);
  const slice = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text);
  if (slice === null) throw new Error(`invalid array index ${text}`);
  const [, from = '', to, step] = slice;
  const number = (digits: string | undefined): number | undefined => {
    if (digits === '-') throw new Error('array index - is not a number');
    return digits === undefined || digits === '' ? undefined : Number(digits);
  };
  const isIndex = to === undefined;
  return [
    {
      kind: 'slice',
      from: number(from),
      to: isIndex ? Number(from) + 1 : number(to.slice(1)),
      step: number(step?.slice(1)),
      isIndex,
    },
  ];
}

/** How long a filter at the start of a text is, brackets included; one pair of quotes may hide its end. */
function filterLength(text: string): number {
  let quote = '';
  let isClosed = false;
  for (let at = 3; at < text.length; at++) {
    const one = text[at] ?? '';
    if (one === '\n') break;
    if (one === '"' || one === "'") {
      if (quote === '') quote = one;
      else if (one === quote && text[at - 1] !== '\\') isClosed = true;
    } else if (one === ')' && (quote === '' || isClosed)) {
      if (text[at + 1] !== ']') throw new Error('unclosed array expect ]');
      return at + 2;
    }
  }
  throw new Error('unterminated filter');
}

function filter(text: string): PathStep {
  const [, left, operator = '', right = ''] = /^([^!<>=]+)([!<>=]+)(.+?)$/.exec(text) ?? [];
  if (left === undefined) return { kind: 'filter', left: parseJsonPath(text), operator: '', right: [] };
  return { kind: 'filter', left: parseJsonPath(left), operator, right: parseJsonPath(right) };
}
