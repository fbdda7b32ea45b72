import type { Matcher } from './expression.js';

/** Names that are part of the language wherever no parenthesis follows. */
const keywords = new Set(
  'by without on ignoring group_left group_right bool offset and or unless atan2 inf nan start end'.split(
    ' ',
  ),
);
const aggregators = new Set(
  'sum min max avg group stddev stdvar count count_values bottomk topk quantile'.split(' '),
);
/** Keywords that names of labels follow. */
const beforeLabels = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);

const token =
  /\s+|#[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`|[0-9.][\w.]*|[A-Za-z_:][\w:]*|=~|!~|==|!=|<=|>=|[-+*/%^<>=(){}[\],@:]/y;
const closing: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']' };

/** Longest query that is looked at. */
const longest = 100_000;

/**
 * What is wrong with a query of Prometheus: characters, strings and brackets are looked at, and whether it ends early;
 * not grammar and types.
 *
 * @returns `undefined` when nothing is
 */
export function queryProblem(query: string): string | undefined {
  const tokens = tokensOf(query);
  if (typeof tokens === 'string') return tokens;
  const open: string[] = [];
  for (const one of tokens) {
    const close = closing[one];
    if (close !== undefined) open.push(close);
    else if (/^[)}\]]$/.test(one) && open.pop() !== one) return `1:1: parse error: unexpected ${one}`;
  }
  const missing = open.pop();
  if (missing !== undefined) return `1:1: parse error: unclosed, expected ${missing}`;
  const words = tokens.filter((one) => !/^\s|^#/.test(one));
  const last = words.at(-1);
  const isUnfinished = last === undefined || /^([-+*/%^<>=,@]|==|!=|<=|>=|and|or|unless|offset)$/i.test(last);
  return isUnfinished ? `1:${String(query.length + 1)}: parse error: unexpected end of input` : undefined;
}

function tokensOf(query: string): string[] | string {
  if (query.length > longest) return '1:1: parse error: query too long';
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < query.length) {
    const at = token.lastIndex;
    const found = token.exec(query)?.[0];
    if (found === undefined) {
      const character = query.slice(at, at + 1);
      const isQuote = /["'`]/.test(character);
      return `1:${String(at + 1)}: parse error: ${isQuote ? 'unterminated quoted string' : `unexpected character: '${character}'`}`;
    }
    tokens.push(found);
  }
  return tokens;
}

/** The query with every metric in it narrowed to one namespace. */
export function withinNamespace(query: string, namespace: string): string {
  return narrowedTo(query, [{ label: 'namespace', operator: '=', value: namespace }]);
}

/** The query with every metric in it narrowed to series that match; what it said of these labels itself is dropped. */
export function narrowedTo(query: string, matchers: readonly Matcher[]): string {
  const tokens = tokensOf(query);
  if (typeof tokens === 'string' || matchers.length === 0) return query;
  const conditions = matchers.map(
    ({ label, operator, value }) => `${label}${operator}${JSON.stringify(value)}`,
  );
  const matcher = conditions.join(',');
  const own = new RegExp(`^(?:${matchers.map(({ label }) => label).join('|')})\\b`);
  let written = '';
  for (let at = 0; at < tokens.length; at += 1) {
    const one = tokens[at] ?? '';
    if (one === '[') {
      const end = endOf(tokens, at);
      written += tokens.slice(at, end + 1).join('');
      at = end;
    } else if (one === '{') {
      const end = endOf(tokens, at);
      written += selector(tokens.slice(at + 1, end), matcher, own);
      at = end;
    } else if (!/^[A-Za-z_:]/.test(one) || one === ':') {
      written += one;
    } else {
      const next = nextWord(tokens, at);
      const word = one.toLowerCase();
      if (beforeLabels.has(word) && tokens[next] === '(') {
        const end = endOf(tokens, next);
        written += tokens.slice(at, end + 1).join('');
        at = end;
      } else {
        const isMetric = tokens[next] !== '(' && !keywords.has(word) && !isAggregation(word, tokens[next]);
        written += isMetric && tokens[next] !== '{' ? `${one}{${matcher}}` : one;
      }
    }
  }
  return written;
}

function isAggregation(word: string, next: string | undefined): boolean {
  return aggregators.has(word) && /^(by|without)$/i.test(next ?? '');
}

function nextWord(tokens: readonly string[], at: number): number {
  let next = at + 1;
  while (/^(\s|#)/.test(tokens[next] ?? '')) next += 1;
  return next;
}

/** Where a bracket is closed; the last token when it is not. */
function endOf(tokens: readonly string[], at: number): number {
  const close = closing[tokens[at] ?? ''];
  const end = tokens.indexOf(close ?? '', at);
  return end === -1 ? tokens.length - 1 : end;
}

/** Matchers in braces, those of the same labels replaced. */
function selector(inside: readonly string[], matcher: string, own: RegExp): string {
  const matchers: string[] = [''];
  for (const one of inside) {
    if (one === ',') matchers.push('');
    else if (!/^\s/.test(one)) matchers.push(`${matchers.pop() ?? ''}${one}`);
  }
  const others = matchers.filter((one) => one !== '' && !own.test(one));
  return `{${[...others, matcher].join(',')}}`;
}
