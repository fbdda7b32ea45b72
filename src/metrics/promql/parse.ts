import { compileGoRegExp } from '../../core/go-regexp.js';
import type { Expression, Matcher, Matching, Selector } from './expression.js';
import { functions } from './functions.js';
import { QueryError, UnknownQuery } from './query-error.js';
import { durationOf, tokensOf, unquote, type Token } from './tokens.js';

const levels: readonly (readonly string[])[] = [
  ['or'],
  ['and', 'unless'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];
const comparisons = new Set(levels[2]);
const aggregators = new Set([
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'group',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'quantile',
]);
const parameterized = new Set(['topk', 'bottomk', 'quantile']);
const unknownAggregators = new Set(['count_values']);
/** Deepest nesting taken. */
const deepest = 100;

/**
 * Reads a query.
 *
 * @throws QueryError for what is no query; UnknownQuery for what Prometheus knows and this fake does not
 */
export function parseQuery(query: string): Expression {
  const parser = new Parser(tokensOf(query));
  const expression = parser.binary(0);
  parser.expectEnd();
  return expression;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '', at: 0 };
  }

  expectEnd(): void {
    if (this.#next.kind !== 'end') throw this.#unexpected();
  }

  binary(level: number): Expression {
    const operators = levels[level];
    if (operators === undefined) return this.#unary();
    this.#depth += 1;
    if (this.#depth > deepest * levels.length)
      throw new QueryError('1:1: parse error: expression nested too deeply');
    let left = this.binary(level + 1);
    for (;;) {
      const operator = this.#operator(operators);
      if (operator === undefined) break;
      const bool = comparisons.has(operator) && this.#takeName('bool');
      const matching = this.#matching();
      const right = this.binary(level + 1);
      left = { kind: 'binary', operator, left, right, bool, matching };
    }
    this.#depth -= 1;
    return left;
  }

  #operator(operators: readonly string[]): string | undefined {
    const { kind, text } = this.#next;
    const word = text.toLowerCase();
    if ((kind !== 'sign' && kind !== 'name') || !operators.includes(word)) return undefined;
    this.#at += 1;
    return word;
  }

  #unary(): Expression {
    if (this.#take('-')) return { kind: 'negative', of: this.#nested(() => this.#power()) };
    if (this.#take('+')) return this.#nested(() => this.#power());
    return this.#power();
  }

  #power(): Expression {
    const left = this.#primary();
    if (!this.#take('^')) return left;
    const matching = this.#matching();
    const right = this.#nested(() => this.#unary());
    return { kind: 'binary', operator: '^', left, right, bool: false, matching };
  }

  #nested<T>(read: () => T): T {
    this.#depth += levels.length;
    if (this.#depth > deepest * levels.length)
      throw new QueryError('1:1: parse error: expression nested too deeply');
    const value = read();
    this.#depth -= levels.length;
    return value;
  }

  #primary(): Expression {
    const token = this.#next;
    if (this.#take('(')) {
      const inside = this.#nested(() => this.binary(0));
      this.#expect(')');
      this.#refuseSubquery();
      return inside;
    }
    if (token.kind === 'number') {
      this.#at += 1;
      return { kind: 'number', value: Number(token.text) };
    }
    if (token.kind === 'string') {
      this.#at += 1;
      return { kind: 'string', value: unquote(token.text) };
    }
    if (token.text === '{') return this.#selector('');
    if (token.kind !== 'name') throw this.#unexpected();
    this.#at += 1;
    const word = token.text.toLowerCase();
    if (aggregators.has(word) && /^(?:\(|by|without)$/i.test(this.#next.text)) return this.#aggregate(word);
    if (this.#next.text === '(') {
      const call = this.#call(token);
      this.#refuseSubquery();
      return call;
    }
    if (word === 'inf' || word === 'nan') return { kind: 'number', value: word === 'inf' ? Infinity : NaN };
    return this.#selector(token.text);
  }

  #refuseSubquery(): void {
    if (this.#next.text === '[') throw new UnknownQuery('subqueries');
  }

  #call({ text: name, at }: Token): Expression {
    if (unknownAggregators.has(name)) throw new UnknownQuery(`the aggregation ${name}`);
    const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (known === undefined) {
      if (prometheusFunctions.has(name)) throw new UnknownQuery(`the function ${name}`);
      throw new QueryError(`1:${String(at + 1)}: parse error: unknown function with name "${name}"`);
    }
    const of = this.#nested(() => this.#arguments());
    const [least, most] = known.takes;
    if (of.length < least || of.length > most) {
      const wanted = least === most ? String(least) : `at least ${String(least)}`;
      const told = `expected ${wanted} argument(s) in call to "${name}", got ${String(of.length)}`;
      throw new QueryError(`1:${String(at + 1)}: parse error: ${told}`);
    }
    const range = of.find((one) => one.kind === 'selector' && one.range !== undefined);
    if (known.overTime !== (range !== undefined)) {
      const [wanted, got] = known.overTime ? ['range', 'instant'] : ['instant', 'range'];
      const told = `expected type ${wanted} vector in call to function "${name}", got ${got} vector`;
      throw new QueryError(`1:${String(at + 1)}: parse error: ${told}`);
    }
    return { kind: 'call', name, of };
  }

  #arguments(): Expression[] {
    this.#expect('(');
    const found: Expression[] = [];
    while (!this.#take(')')) {
      if (found.length > 0) this.#expect(',');
      found.push(this.binary(0));
    }
    return found;
  }

  #aggregate(name: string): Expression {
    let by = this.#grouping();
    const of = this.#nested(() => this.#arguments());
    by ??= this.#grouping();
    const wanted = parameterized.has(name) ? 2 : 1;
    const [first, second] = of;
    if (of.length !== wanted || first === undefined) {
      const told = `wrong number of arguments for aggregate expression provided, expected ${String(wanted)}, got ${String(of.length)}`;
      throw new QueryError(`1:${String(this.#next.at + 1)}: parse error: ${told}`);
    }
    const inner = wanted === 2 && second !== undefined ? { of: second, parameter: first } : { of: first };
    return { kind: 'aggregate', name, ...inner, ...(by !== undefined && { by }) };
  }

  #grouping(): { readonly without: boolean; readonly labels: readonly string[] } | undefined {
    const without = this.#takeName('without');
    if (!without && !this.#takeName('by')) return undefined;
    return { without, labels: this.#labels() };
  }

  #labels(): string[] {
    this.#expect('(');
    const labels: string[] = [];
    while (!this.#take(')')) {
      if (labels.length > 0) this.#expect(',');
      if (this.#next.kind !== 'name') throw this.#unexpected();
      labels.push(this.#next.text);
      this.#at += 1;
    }
    return labels;
  }

  #matching(): Matching | undefined {
    const on = this.#takeName('on');
    if (!on && !this.#takeName('ignoring')) return undefined;
    const labels = this.#labels();
    const left = this.#takeName('group_left');
    const grouped = left || this.#takeName('group_right');
    const include = grouped && this.#next.text === '(' ? this.#labels() : [];
    return { on, labels, include, ...(grouped && { group: left ? ('left' as const) : ('right' as const) }) };
  }

  #selector(name: string): Selector {
    const start = this.#next.at;
    const matchers = this.#take('{') ? this.#matchers() : [];
    if (name === '' && matchers.every((matcher) => matchesNothing(matcher))) {
      const told = 'vector selector must contain at least one non-empty matcher';
      throw new QueryError(`1:${String(start + 1)}: parse error: ${told}`);
    }
    let range: number | undefined;
    if (this.#take('[')) {
      range = this.#duration();
      if (this.#next.text === ':') throw new UnknownQuery('subqueries');
      this.#expect(']');
    }
    if (this.#next.text === '@') throw new UnknownQuery('the modifier @');
    const isOffset = this.#takeName('offset');
    const sign = isOffset && this.#take('-') ? -1 : 1;
    const offset = isOffset ? sign * this.#duration() : 0;
    return { kind: 'selector', name, matchers, offset, ...(range !== undefined && { range }) };
  }

  #matchers(): Matcher[] {
    const found: Matcher[] = [];
    while (!this.#take('}')) {
      if (found.length > 0) this.#expect(',');
      // A comma may follow the last one.
      if (this.#take('}')) break;
      const label = this.#next;
      if (label.kind !== 'name') throw this.#unexpected();
      this.#at += 1;
      const operator = this.#next.text;
      if (operator !== '=' && operator !== '!=' && operator !== '=~' && operator !== '!~')
        throw this.#unexpected();
      this.#at += 1;
      if (this.#next.kind !== 'string') throw this.#unexpected();
      const value = unquote(this.#next.text);
      this.#at += 1;
      if (operator.endsWith('~')) compileGoRegExp(`^(?:${value})$`);
      found.push({ label: label.text, operator, value });
    }
    return found;
  }

  #duration(): number {
    const { kind, text } = this.#next;
    if (kind !== 'duration') throw this.#unexpected();
    this.#at += 1;
    return durationOf(text);
  }

  #take(text: string): boolean {
    const { kind, text: found } = this.#next;
    if (kind !== 'sign' || found !== text) return false;
    this.#at += 1;
    return true;
  }

  #takeName(word: string): boolean {
    const { kind, text } = this.#next;
    if (kind !== 'name' || text.toLowerCase() !== word) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#unexpected();
  }

  #unexpected(): QueryError {
    const { kind, text, at } = this.#next;
    const what = kind === 'end' ? 'end of input' : JSON.stringify(text);
    return new QueryError(`1:${String(at + 1)}: parse error: unexpected ${what}`);
  }
}

function matchesNothing({ operator, value }: Matcher): boolean {
  return (
    operator === '!=' || operator === '!~' || value === '' || (operator === '=~' && /^\.\*$/.test(value))
  );
}

/** What Prometheus has besides. */
const prometheusFunctions = new Set(
  (
    'absent_over_time acos acosh asin asinh atan atanh changes cos cosh day_of_month day_of_week day_of_year days_in_month deg ' +
    'delta deriv histogram_quantile holt_winters hour idelta label_join minute month pi predict_linear quantile_over_time rad ' +
    'resets sgn sin sinh stddev_over_time stdvar_over_time tan tanh timestamp year present_over_time'
  ).split(' '),
);
