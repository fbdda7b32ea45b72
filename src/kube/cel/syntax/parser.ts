import type { Entry, Expression, FieldEntry, Item } from './expression.js';
import { literalOf } from './literals.js';
import { expandMacro } from './macros.js';
import { CelCompileError } from './problems.js';
import { operandSigns, TokenReader } from './token-reader.js';
import type { Token } from './tokens.js';

/** Code points of the longest expression. */
const longest = 100_000;
/** How deep parts may be nested. */
const deepest = 250;

const reserved = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

const relations = new Set(['<', '<=', '>=', '>', '==', '!=', 'in']);
const sums = new Set(['+', '-']);
const products = new Set(['*', '/', '%']);

/**
 * Reads an expression.
 *
 * @throws CelCompileError
 * @see google/cel-go parser/gen/CEL.g4, parser/parser.go
 */
export function parseExpression(text: string): Expression {
  const size = Array.from(text).length;
  if (size > longest) {
    const why = `expression code point size exceeds limit: size: ${String(size)}, limit ${String(longest)}`;
    throw new CelCompileError(text, [{ at: undefined, why }]);
  }
  return new Parser(text).read();
}

class Parser extends TokenReader {
  #depth = 0;

  read(): Expression {
    const expression = this.#expression();
    if (this.token.kind !== 'end') this.unexpected('<EOF>', this.tokens[this.next + 1]?.kind === 'end');
    if (this.problems.length > 0) throw new CelCompileError(this.text, this.problems);
    return expression;
  }

  #expression(): Expression {
    this.#depth += 1;
    if (this.#depth > deepest) {
      const why = `expression recursion limit exceeded: ${String(deepest)}`;
      throw new CelCompileError(this.text, [{ at: undefined, why }]);
    }
    const condition = this.#logical('||', '_||_', () =>
      this.#logical('&&', '_&&_', () =>
        this.#binary(relations, () => this.#binary(sums, () => this.#binary(products, () => this.#unary()))),
      ),
    );
    let result = condition;
    if (this.is('?')) {
      const { at } = this.take();
      const yes = this.#logical('||', '_||_', () =>
        this.#logical('&&', '_&&_', () =>
          this.#binary(relations, () =>
            this.#binary(sums, () => this.#binary(products, () => this.#unary())),
          ),
        ),
      );
      this.expect(':');
      result = { at, kind: 'call', name: '_?_:_', args: [condition, yes, this.#expression()] };
    }
    this.#depth -= 1;
    return result;
  }

  #logical(sign: string, name: string, inner: () => Expression): Expression {
    const first = inner();
    if (!this.is(sign)) return first;
    const { at } = this.token;
    const args = [first];
    while (this.skip(sign)) args.push(inner());
    return { at, kind: 'call', name, args };
  }

  #binary(signs: ReadonlySet<string>, inner: () => Expression): Expression {
    let left = inner();
    while (this.token.kind === 'sign' && signs.has(this.token.text)) {
      const { at, text } = this.take();
      left = { at, kind: 'call', name: text === 'in' ? '@in' : `_${text}_`, args: [left, inner()] };
    }
    return left;
  }

  #unary(): Expression {
    for (const sign of ['!', '-']) {
      if (!this.is(sign)) continue;
      const { at } = this.token;
      if (sign === '-' && this.isNumber(this.next + 1)) return this.#member();
      let count = 0;
      while (this.is(sign)) {
        this.next += 1;
        count += 1;
      }
      const of = this.#member();
      return count % 2 === 0 ? of : { at, kind: 'call', name: `${sign}_`, args: [of] };
    }
    return this.#member();
  }

  #member(): Expression {
    let target = this.#primary();
    for (;;) {
      if (this.is('.')) target = this.#selected(target);
      else if (this.is('[')) {
        const { at } = this.take();
        const name = this.skip('?') ? '_[?_]' : '_[_]';
        if (this.token.kind === 'end') this.unexpected(operandSigns.replace("'!', ", "'!', '?', "));
        const index = this.#expression();
        this.expect(']');
        target = { at, kind: 'call', name, args: [target, index] };
      } else return target;
    }
  }

  #selected(target: Expression): Expression {
    const dot = this.take();
    const isOptional = this.skip('?');
    const token = this.token;
    if (token.kind !== 'identifier') {
      if (token.kind === 'sign' && /^(true|false|null)$/.test(token.text)) this.unexpected('IDENTIFIER');
      if (token.text === 'in')
        return this.wrong(token.at, "Syntax error: no viable alternative at input '.in'");
      const word = token.kind === 'end' ? '' : token.text;
      const why = `Syntax error: no viable alternative at input '.${word}'`;
      throw new CelCompileError(this.text, [...this.problems, { at: token.at, why }]);
    }
    const field = this.take();
    if (isOptional) {
      const named: Expression = {
        at: field.at,
        kind: 'literal',
        literal: { type: 'string', value: field.text },
      };
      return { at: dot.at, kind: 'call', name: '_?._', args: [target, named] };
    }
    if (!this.is('('))
      return { at: dot.at, kind: 'select', operand: target, field: field.text, tests: false };
    const { at } = this.take();
    return this.#called(at, field.text, target, this.#arguments());
  }

  #called(at: number, name: string, target: Expression | undefined, args: readonly Expression[]): Expression {
    const made = expandMacro(at, name, target, args);
    if (made === undefined) return { at, kind: 'call', name, target, args };
    return 'why' in made ? this.wrong(made.at, made.why) : made;
  }

  #arguments(): Expression[] {
    const args: Expression[] = [];
    if (!this.is(')')) {
      if (this.token.kind === 'end') this.unexpected(operandSigns.replace("'(', ", "'(', ')', "));
      do args.push(this.#expression());
      while (this.skip(','));
    }
    this.expect(')');
    return args;
  }

  #primary(): Expression {
    const token = this.token;
    const { at, kind, text } = token;
    if (this.is('-') && this.isNumber(this.next + 1)) {
      this.next += 1;
      return this.#literal(this.take(), at, true);
    }
    if (kind === 'sign')
      switch (text) {
        case '(': {
          this.next += 1;
          const inner = this.#expression();
          this.expect(')');
          return inner;
        }
        case '[':
          return this.#list();
        case '{':
          return this.#map();
        case 'true':
        case 'false':
          this.next += 1;
          return { at, kind: 'literal', literal: { type: 'bool', value: text === 'true' } };
        case 'null':
          this.next += 1;
          return { at, kind: 'literal', literal: { type: 'null', value: null } };
        case '.':
          this.next += 1;
          if (this.token.kind !== 'identifier') this.unexpected('IDENTIFIER');
          return this.#named(at, '.');
        default:
          return this.#withoutExtra();
      }
    if (kind === 'identifier') return this.#named(at, '');
    if (kind === 'end') this.unexpected(operandSigns);
    return this.#literal(this.take(), at, false);
  }

  /** Leaves a sign out that begins nothing, if something begins behind it. */
  #withoutExtra(): Expression {
    const { at, text } = this.token;
    const next = this.tokens[this.next + 1];
    if (next === undefined || !this.beginsOperand(next)) this.unexpected(operandSigns);
    this.problems.push({ at, why: `Syntax error: extraneous input '${text}' expecting ${operandSigns}` });
    this.next += 1;
    return this.#primary();
  }

  #literal(token: Token, at: number, isNegative: boolean): Expression {
    const literal = literalOf(token, isNegative);
    return typeof literal === 'string' ? this.wrong(at, literal) : { at, kind: 'literal', literal };
  }

  #named(start: number, dot: string): Expression {
    const struct = this.#structName();
    if (struct !== undefined) return this.#struct(dot + struct);
    const { at, text } = this.take();
    if (reserved.has(text)) {
      if (this.skip('(')) this.#arguments();
      return this.wrong(start, `reserved identifier: ${text}`);
    }
    if (!this.is('(')) return { at, kind: 'name', name: dot + text };
    const open = this.take();
    return this.#called(open.at, dot + text, undefined, this.#arguments());
  }

  /** Reads the name of a struct when its braces follow. */
  #structName(): string | undefined {
    let [at, name] = [this.next, this.token.text];
    while (this.tokens[at + 1]?.text === '.' && this.tokens[at + 2]?.kind === 'identifier') {
      at += 2;
      name += `.${this.tokens[at]?.text ?? ''}`;
    }
    const after = this.tokens[at + 1];
    if (after?.kind !== 'sign' || after.text !== '{') return undefined;
    this.next = at + 1;
    return name;
  }

  #list(): Expression {
    const { at } = this.take();
    const items: Item[] = [];
    this.#until(']', () => {
      const isOptional = this.skip('?');
      items.push({ value: this.#expression(), isOptional });
    });
    return { at, kind: 'list', items };
  }

  #map(): Expression {
    const { at } = this.take();
    const entries: Entry[] = [];
    this.#until('}', () => {
      const isOptional = this.skip('?');
      const key = this.#expression();
      const colon = this.expect(':');
      entries.push({ at: colon.at, key, value: this.#expression(), isOptional });
    });
    return { at, kind: 'map', entries };
  }

  #struct(name: string): Expression {
    const { at } = this.take();
    const entries: FieldEntry[] = [];
    this.#until('}', () => {
      const isOptional = this.skip('?');
      if (this.token.kind !== 'identifier') this.unexpected('IDENTIFIER');
      const { text } = this.take();
      const colon = this.expect(':');
      entries.push({ at: colon.at, field: text, value: this.#expression(), isOptional });
    });
    return { at, kind: 'struct', name, entries };
  }

  #orEnd(end: string): string {
    const open = end === ']' ? "'[', " : "'{', ";
    return operandSigns
      .replace(open, `${open}'${end}', `)
      .replace("'.', ", "'.', ',', ")
      .replace("'!', ", "'!', '?', ");
  }

  /** Reads what commas part, up to a closing sign. */
  #until(end: string, read: () => void): void {
    while (!this.skip(end)) {
      if (this.token.kind === 'end') this.unexpected(this.#orEnd(end));
      read();
      if (!this.skip(',') && !this.is(end)) this.unexpected(`{'${end}', ','}`);
    }
  }
}
