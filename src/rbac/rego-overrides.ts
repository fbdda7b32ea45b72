import { ApiError } from '../core/api-error.js';
import { annotation, type KubeObject } from '../core/kube-object.js';
import type { AccessAttributes } from '../registry/contract.js';

/** Annotation with a policy module that is asked before a role's rules. */
export const regoOverride = 'iam.kubesphere.io/rego-override';

/** Tells whether a role's override allows what is asked. */
export type RegoPolicy = (attributes: AccessAttributes) => boolean;

type Value = string | boolean | null;
type Input = ReadonlyMap<string, readonly Value[]>;
/** The values an expression can take: none when undefined, several after `[_]`. */
type Term = (input: Input, locals: ReadonlyMap<string, readonly Value[]>) => readonly Value[];
type Statement = (input: Input, locals: Map<string, readonly Value[]>) => boolean;

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

/** Thrown while compiling, never outside. */
class UnknownRego extends Error {}

/**
 * Reads a policy module of package `authz`: rules for `allow` made of comparisons, `[_]`, local names and a few string
 * functions, which is what the built-in roles are written in.
 *
 * @returns `undefined` for anything else.
 */
export function compileRego(text: string): RegoPolicy | undefined {
  let rules: readonly (readonly Statement[])[];
  try {
    rules = new RegoReader(text).module();
  } catch (error) {
    if (error instanceof UnknownRego) return undefined;
    throw error;
  }
  return (attributes) => {
    const input = inputOf(attributes);
    return rules.some((body) => {
      const locals = new Map<string, readonly Value[]>();
      return body.every((statement) => statement(input, locals));
    });
  };
}

/** Refuses a role whose override this fake cannot evaluate. @throws ApiError 501 naming the object */
export function assertKnownRego(object: KubeObject): void {
  const text = annotation(object, regoOverride);
  if (text === undefined || text === '' || compileRego(text) !== undefined) return;
  throw new ApiError(
    501,
    'NotImplemented',
    `fake-ks-apiserver cannot evaluate the policy in annotation ${regoOverride} of ${object.kind} ${object.metadata.name}`,
    { dialect: 'status' },
  );
}

function inputOf(attributes: AccessAttributes): Input {
  const { user, path } = attributes;
  return new Map<string, readonly Value[]>([
    ['User.Name', [user.name]],
    ['User.UID', [user.uid]],
    ['User.Groups', user.groups],
    ['Verb', [attributes.verb]],
    ['Cluster', ['']],
    ['Workspace', [attributes.workspace ?? '']],
    ['DevOps', [attributes.devops ?? '']],
    ['Namespace', [attributes.namespace ?? '']],
    ['APIGroup', [attributes.apiGroup ?? '']],
    ['APIVersion', [attributes.apiVersion ?? '']],
    ['Resource', [attributes.resource ?? '']],
    ['Subresource', [attributes.subresource ?? '']],
    ['Name', [attributes.name ?? '']],
    ['KubernetesRequest', [attributes.isKubernetesRequest ?? false]],
    ['ResourceRequest', [path === undefined]],
    ['Path', [path ?? '']],
    ['ResourceScope', [attributes.scope]],
  ]);
}

/** A recursive descent over the tokens of one module. */
class RegoReader {
  readonly #tokens: readonly string[];
  readonly #locals = new Set<string>();
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
    for (this.#skipBreaks(); this.#peek() !== undefined; this.#skipBreaks()) {
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
    for (this.#skipBreaks(); !this.#take('}'); this.#skipBreaks()) {
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
      this.#locals.add(name);
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
    if (!this.#locals.has(word)) throw new UnknownRego();
    this.#take('[_]');
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
