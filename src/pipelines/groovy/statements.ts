import { ScriptError, tokensOf, type Place, type Token } from './tokens.js';

/** A value in a script: a literal, or the text of an expression that only running it would tell. */
export interface Value {
  readonly isLiteral: boolean;
  /** Texts with expressions in them keep their quotes, other expressions are put into `${}`. */
  readonly value: string | number | boolean;
}

/** An argument, with a name where it has one. */
export interface Argument {
  readonly key: string | undefined;
  readonly value: Value;
  /** The call it is, where it is one: `input` of `def x = input(...)` or a step in a list. */
  readonly call?: Call;
}

/** `name(arguments) { body }`, the brackets being optional. */
export interface Call extends Place {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Argument[];
  readonly body: readonly Statement[] | undefined;
  /** The text between the braces of its body. */
  readonly inside: string;
}

/** Anything else: assignments, conditions, loops. */
export interface Code extends Place {
  readonly kind: 'code';
  readonly text: string;
  /** What blocks inside of it hold, those after `else` and `catch` left out. */
  readonly body: readonly Statement[];
}

/** A line of a script. */
export type Statement = Call | Code;

/** Deepest nesting of blocks. */
const deepest = 200;

/** The statements of a script. @throws ScriptError */
export function statementsOf(script: string): readonly Statement[] {
  return new Parser(script).block(0);
}

class Parser {
  readonly #script: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(script: string) {
    this.#script = script;
    this.#tokens = tokensOf(script);
  }

  /** Statements up to the `}` that ends them, or the end. */
  block(depth: number): readonly Statement[] {
    if (depth > deepest) throw new ScriptError('blocks are nested too deeply', this.#now);
    const found: Statement[] = [];
    for (;;) {
      while (this.#now.kind === 'newline') this.#at += 1;
      if (this.#now.kind === 'end' || this.#isSign('}')) return found;
      found.push(this.#statement(depth));
    }
  }

  get #now(): Token {
    return this.#peek(0);
  }

  #peek(ahead: number): Token {
    const token = this.#tokens[this.#at + ahead] ?? this.#tokens.at(-1);
    if (token === undefined) throw new Error('a script always has an end');
    return token;
  }

  #isSign(value: string, ahead = 0): boolean {
    const token = this.#peek(ahead);
    return token.kind === 'sign' && token.value === value;
  }

  #statement(depth: number): Statement {
    const start = this.#at;
    const call = this.#call(depth);
    const isWhole = this.#now.kind === 'newline' || this.#now.kind === 'end' || this.#isSign('}');
    if (call !== undefined && isWhole) return call;
    this.#at = start;
    return this.#code(depth);
  }

  /** A call; `undefined` where this is none, wherever that was noticed. */
  #call(depth: number): Call | undefined {
    const first = this.#now;
    if (first.kind !== 'word' || keywords.has(first.value)) return undefined;
    this.#at += 1;
    const args: Argument[] = [];
    if (this.#isSign('(')) {
      this.#at += 1;
      if (!this.#arguments(args, ')')) return undefined;
      this.#at += 1;
    } else if (!this.#isSign('{') && !this.#isSign('}') && !ends(this.#now)) {
      if (this.#now.kind === 'sign' && !this.#isSign('[')) return undefined;
      if (!this.#arguments(args, undefined)) return undefined;
    }
    let body: readonly Statement[] | undefined;
    let inside = '';
    if (this.#isSign('{')) {
      const from = this.#now.to;
      this.#at += 1;
      body = this.block(depth + 1);
      inside = this.#script.slice(from, this.#now.from);
      this.#at += 1;
    }
    const { line, column } = first;
    return { kind: 'call', name: first.value, args, body, inside, line, column };
  }

  /** Reads arguments up to a bracket, or to the end of the line or a `{`. */
  #arguments(into: Argument[], closer: string | undefined): boolean {
    for (;;) {
      this.#skipLines(closer);
      if (closer !== undefined && this.#isSign(closer)) return true;
      const key = this.#key();
      const value = this.#value(closer);
      if (value === undefined) return false;
      into.push({ key, ...value });
      this.#skipLines(closer);
      if (!this.#isSign(',')) break;
      this.#at += 1;
      while (this.#now.kind === 'newline') this.#at += 1;
    }
    return closer === undefined || this.#isSign(closer);
  }

  #skipLines(closer: string | undefined): void {
    while (closer !== undefined && this.#now.kind === 'newline') this.#at += 1;
  }

  #key(): string | undefined {
    const token = this.#now;
    const isKey = (token.kind === 'word' || token.kind === 'text') && this.#isSign(':', 1);
    if (!isKey) return undefined;
    this.#at += 2;
    return token.value;
  }

  /** Everything up to a comma or the end of the arguments, as one value. */
  #value(closer: string | undefined): Omit<Argument, 'key'> | undefined {
    const start = this.#at;
    const first = this.#now;
    let depth = 0;
    while (this.#now.kind !== 'end') {
      const { kind, value } = this.#now;
      if (depth === 0) {
        if (kind === 'sign' && (value === ',' || value === closer || value === '}')) break;
        if (closer === undefined && (kind === 'newline' || (kind === 'sign' && value === '{'))) break;
        if (closer === undefined && kind === 'sign' && value === '=') return undefined;
      }
      if (kind === 'sign' && '([{'.includes(value)) depth += 1;
      if (kind === 'sign' && ')]}'.includes(value)) depth -= 1;
      if (depth < 0) break;
      this.#at += 1;
    }
    const last = this.#tokens[this.#at - 1];
    if (this.#at === start || last === undefined) return undefined;
    const text = this.#script.slice(first.from, last.to);
    const isOne = this.#at === start + 1;
    if (isOne && first.kind === 'text') return { value: { isLiteral: true, value: first.value } };
    if (isOne && first.kind === 'template') return { value: { isLiteral: false, value: first.value } };
    if (isOne && first.kind === 'number')
      return { value: { isLiteral: true, value: Number(first.value.replace(/[_lLfFdDgG]/g, '')) } };
    if (isOne && (first.value === 'true' || first.value === 'false'))
      return { value: { isLiteral: true, value: first.value === 'true' } };
    const end = this.#at;
    this.#at = start;
    const call =
      first.kind === 'word' && (this.#isSign('(', 1) || this.#isSign('{', 1)) ? this.#call(0) : undefined;
    const isCall = this.#at === end;
    this.#at = end;
    return {
      value: { isLiteral: false, value: `\${${text}}` },
      ...(call !== undefined && isCall && { call }),
    };
  }

  #code(depth: number): Code {
    const { line, column, from } = this.#now;
    const body: Statement[] = [];
    let brackets = 0;
    let to = from;
    let isOtherwise = false;
    while (this.#now.kind !== 'end') {
      const token = this.#now;
      if (brackets === 0 && (token.kind === 'newline' || this.#isSign('}'))) break;
      if (token.kind === 'word' && turns.has(token.value)) isOtherwise = token.value !== 'finally';
      if (brackets === 0 && this.#isSign('{')) {
        this.#at += 1;
        const inner = this.block(depth + 1);
        if (!isOtherwise) body.push(...inner);
        to = this.#now.to;
        this.#at += 1;
        continue;
      }
      if (token.kind === 'word' && token.from > from && brackets === 0) {
        const start = this.#at;
        const call = this.#call(depth);
        const isStep = call !== undefined && (call.args.length > 0 || call.body !== undefined);
        if (isStep) {
          body.push(call);
          to = this.#peek(-1).to;
          continue;
        }
        this.#at = start;
      }
      if (token.kind === 'sign' && '(['.includes(token.value)) brackets += 1;
      if (token.kind === 'sign' && ')]'.includes(token.value)) brackets -= 1;
      to = token.to;
      this.#at += 1;
    }
    if (to === from) this.#at += 1;
    return { kind: 'code', text: this.#script.slice(from, to), body, line, column };
  }
}

/** Words before blocks that are run in some cases only. */
const turns = new Set(['else', 'catch', 'finally']);
const keywords = new Set([
  'def',
  'if',
  'else',
  'for',
  'while',
  'try',
  'catch',
  'finally',
  'return',
  'import',
  'new',
  'switch',
  'throw',
]);

function ends({ kind }: Token): boolean {
  return kind === 'newline' || kind === 'end';
}
