/** A value of the policy language. */
export type Value = string | boolean | null;
/** What a policy is asked about, by the path below `input`. */
export type Input = ReadonlyMap<string, readonly Value[]>;
/** The values an expression can take: none when undefined, several after `[_]`. */
type Term = (input: Input, locals: ReadonlyMap<string, readonly Value[]>) => readonly Value[];
/** A line of a rule: tells whether it holds, and may set a name. */
export type Statement = (input: Input, locals: Map<string, readonly Value[]>) => boolean;

const token = /\s*?(\n)|\s*("(?:[^"\\]|\\.)*"|:=|==|!=|\[_\]|[={}()[\],.;]|[A-Za-z_]\w*|#[^\n]*|\S)/gy;
const calls: Readonly<Record<string, (a: string, b: string) => Value>> = {
  startswith: (text, prefix) => text.startsWith(prefix),
  endswith: (text, suffix) => text.endsWith(suffix),
  contains: (text, part) => text.includes(part),
  trim_prefix: (text, prefix) => (text.startsWith(prefix) ? text.slice(prefix.length) : text),
  trim_suffix: (text, suffix) => (text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text),
};
const inputs = new Set(
  (
    'User.Name User.UID User.Groups Verb Cluster Workspace DevOps Namespace APIGroup APIVersion Resource Subresource ' +
    'Name KubernetesRequest ResourceRequest Path ResourceScope'
  ).split(' '),
);

/** A module in words this reader does not know. */
export class UnknownRego extends Error {}

/**
 * A recursive descent over the tokens of one policy module.
 *
 * @throws UnknownRego
 */
export class RegoReader {
  readonly #tokens: readonly string[];
  /** Names set so far in a rule; true for lists, which can only be looked through. */
  readonly #locals = new Map<string, boolean>();
  #at = 0;

  constructor(text: string) {
    this.#tokens = [...text.matchAll(token)]
      .map((match) => match[1] ?? match[2] ?? '')
      .filter((found) => !found.startsWith('#'));
  }

  module(): (readonly Statement[])[] {
    this.#skipBreaks();
    this.#expect('package', 'authz');
    const rules: (readonly Statement[])[] = [];
    while (this.#more()) {
      if (this.#take('default')) {
        this.#expect('allow');
        if (!this.#take(':=')) this.#expect('=');
        this.#expect('false');
      } else {
        this.#expect('allow');
        if (this.#take(':=') || this.#take('=')) this.#expect('true');
        this.#take('if');
        rules.push(this.#body());
      }
    }
    return rules;
  }

  #body(): Statement[] {
    this.#expect('{');
    this.#locals.clear();
    const statements: Statement[] = [];
    while (this.#more() && !this.#take('}')) {
      statements.push(this.#statement());
      if (this.#peek() !== '}' && this.#peek() !== '\n' && this.#peek() !== ';') throw new UnknownRego();
    }
    if (statements.length === 0) throw new UnknownRego();
    return statements;
  }

  #statement(): Statement {
    if (this.#tokens[this.#at + 1] === ':=') {
      const name = this.#next();
      this.#at += 1;
      const isList = this.#peek() === '[';
      const value = isList ? this.#list() : this.#term();
      this.#locals.set(name, isList);
      return (input, locals) => {
        const values = value(input, locals);
        locals.set(name, values);
        return isList || values.length > 0;
      };
    }
    const left = this.#term();
    const operator = this.#peek();
    if (operator !== '==' && operator !== '!=') {
      return (input, locals) => left(input, locals).some((value) => value !== false);
    }
    this.#at += 1;
    const right = this.#term();
    return (input, locals) => {
      const others = right(input, locals);
      return left(input, locals).some((value) =>
        others.some((other) => (value === other) === (operator === '==')),
      );
    };
  }

  #term(): Term {
    const word = this.#next();
    if (word.startsWith('"')) {
      const values = [readString(word)];
      return () => values;
    }
    if (word === 'true' || word === 'false') return () => [word === 'true'];
    if (Object.hasOwn(calls, word)) return this.#call(calls[word]);
    if (word === 'input') return this.#input();
    if (this.#locals.get(word) !== this.#take('[_]')) throw new UnknownRego();
    return (_input, locals) => locals.get(word) ?? [];
  }

  #input(): Term {
    let path = '';
    while (this.#take('.')) path += `${path === '' ? '' : '.'}${this.#next()}`;
    if (!inputs.has(path)) throw new UnknownRego();
    const isList = this.#take('[_]');
    if (isList !== (path === 'User.Groups')) throw new UnknownRego();
    return (input) => input.get(path) ?? [];
  }

  #call(apply: ((a: string, b: string) => Value) | undefined): Term {
    this.#expect('(');
    const first = this.#term();
    this.#expect(',');
    const second = this.#term();
    this.#expect(')');
    return (input, locals) =>
      first(input, locals).flatMap((a) =>
        second(input, locals).flatMap((b) =>
          typeof a === 'string' && typeof b === 'string' && apply !== undefined ? [apply(a, b)] : [],
        ),
      );
  }

  #list(): Term {
    this.#expect('[');
    const values: string[] = [];
    while (!this.#take(']')) {
      this.#skipBreaks();
      const word = this.#next();
      if (!word.startsWith('"')) throw new UnknownRego();
      values.push(readString(word));
      this.#skipBreaks();
      if (!this.#take(',') && this.#peek() !== ']') throw new UnknownRego();
    }
    return () => values;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #next(): string {
    const word = this.#tokens[this.#at];
    if (word === undefined) throw new UnknownRego();
    this.#at += 1;
    return word;
  }

  #take(word: string): boolean {
    if (this.#peek() !== word) return false;
    this.#at += 1;
    return true;
  }

  #expect(...words: string[]): void {
    for (const word of words) if (this.#next() !== word) throw new UnknownRego();
  }

  /** Tells whether anything but breaks is left, and skips those. */
  #more(): boolean {
    this.#skipBreaks();
    return this.#peek() !== undefined;
  }

  #skipBreaks(): void {
    while (this.#peek() === '\n' || this.#peek() === ';') this.#at += 1;
  }
}

function readString(word: string): string {
  try {
    return JSON.parse(word) as string;
  } catch {
    throw new UnknownRego();
  }
}
