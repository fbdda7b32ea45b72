import type { Expression } from './expression.js';
import { CelCompileError, type Problem } from './problems.js';
import { wordsOf, type Token } from './tokens.js';

/** What an operand can begin with, as messages tell it. */
export const operandSigns: string =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";
/** Signs an operand can begin with. */
const begins = new Set(['[', '{', '(', '.', '-', '!', 'true', 'false', 'null']);

/** Reads an expression word by word, and tells what is missing or too much as Kubernetes' parser does. */
export class TokenReader {
  protected readonly text: string;
  protected readonly tokens: readonly Token[];
  protected readonly problems: Problem[];
  protected next = 0;

  constructor(text: string) {
    this.text = text;
    const { tokens, problems } = wordsOf(text);
    this.tokens = tokens;
    this.problems = [...problems];
  }

  protected get token(): Token {
    return this.tokens[this.next] ?? { kind: 'end', text: '<EOF>', at: this.text.length };
  }

  protected take(): Token {
    const token = this.token;
    this.next += 1;
    return token;
  }

  protected is(sign: string): boolean {
    const { kind, text } = this.token;
    return kind === 'sign' && text === sign;
  }

  protected skip(sign: string): boolean {
    if (!this.is(sign)) return false;
    this.next += 1;
    return true;
  }

  /** Reads a sign that has to follow. One that is missing is told, and read all the same where what follows makes sense. */
  protected expect(sign: string): Token {
    if (this.is(sign)) return this.take();
    const { at, text } = this.token;
    const next = this.tokens[this.next + 1];
    if (next?.kind === 'sign' && next.text === sign) {
      this.problems.push({ at, why: `Syntax error: extraneous input '${text}' expecting '${sign}'` });
      this.next += 1;
      return this.take();
    }
    if (sign === ':' ? !this.beginsOperand(this.token) : this.beginsOperand(this.token))
      this.unexpected(`'${sign}'`);
    this.problems.push({ at, why: `Syntax error: missing '${sign}' at '${text}'` });
    return { kind: 'sign', text: sign, at };
  }

  protected beginsOperand({ kind, text }: Token): boolean {
    return kind === 'sign' ? begins.has(text) : kind !== 'end';
  }

  protected unexpected(expected: string, isExtra = false): never {
    const { text, at } = this.token;
    const what = `${isExtra ? 'extraneous' : 'mismatched'} input '${text}' expecting ${expected}`;
    throw new CelCompileError(this.text, [...this.problems, { at, why: `Syntax error: ${what}` }]);
  }

  protected wrong(at: number, why: string): Expression {
    this.problems.push({ at, why });
    return { at, kind: 'unread' };
  }

  protected isNumber(at: number): boolean {
    const kind = this.tokens[at]?.kind;
    return kind === 'int' || kind === 'float';
  }
}
