import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import type { Environment } from '@marcbachmann/cel-js';
import { notImplemented, quote } from '../../core/api-error.js';
import type { JsonObject } from '../../core/json.js';
import { addresses } from './cel/addresses.js';
import { quantities, versions } from './cel/amounts.js';
import { compileProblem } from './cel/compile-problem.js';
import { formatLibrary, type OptionalMaker } from './cel/formats.js';
import type { CelLibrary } from './cel/library.js';
import { lists, sets } from './cel/lists.js';
import { declareSelf } from './cel/schema-types.js';
import { texts } from './cel/texts.js';
import { urls } from './cel/urls.js';

const require = createRequire(import.meta.url);

/** What a rule is given, and what it can give. */
export type CelValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Date
  | Uint8Array
  | readonly CelValue[]
  | { readonly [key: string]: CelValue };

/** An expression, ready to be asked. */
export interface CelProgram {
  /** Whether it looks at the value there was before. */
  readonly usesOldSelf: boolean;
  /** The type of what it gives, such as `bool`; `dyn` where that cannot be told. */
  readonly gives: string;
  /** @throws what the evaluator throws */
  readonly run: (scope: Record<string, CelValue>) => unknown;
}

const programs = new Map<string, CelProgram>();
/** Programs kept; a world full of definitions has hundreds of rules. */
const remembered = 2000;

let environment: Environment | undefined;
let admissionEnvironment: Environment | undefined;

/**
 * Reads an expression.
 *
 * @throws what the parser throws for a text that is none, or that calls what there is not
 */
export function celProgram(text: string, optionalOldSelf: boolean): CelProgram {
  const key = `${String(optionalOldSelf)} ${text}`;
  const known = programs.get(key);
  if (known !== undefined) return known;
  environment ??= makeEnvironment();
  return remember(key, text, environment);
}

/**
 * Reads an expression of admission: one about a write.
 *
 * @throws ApiError 501 for one that asks the authorizer
 * @throws what the parser throws for a text that is none, or that calls what there is not
 */
export function admissionProgram(text: string): CelProgram {
  const key = `admission ${text}`;
  const known = programs.get(key);
  if (known !== undefined) return known;
  if (/\bauthorizer\b/.test(text))
    throw notImplemented(`the CEL variable authorizer (expression ${quote(text)})`);
  admissionEnvironment ??= makeEnvironment(admissionVariables);
  return remember(key, text, admissionEnvironment);
}

const admissionVariables = ['object', 'oldObject', 'request', 'params', 'namespaceObject', 'variables'];

/** A schema rules are about, and whether it is that of a whole resource. */
export interface TypedSchema {
  readonly schema: JsonObject;
  readonly isRoot: boolean;
}

/** Environments that know the types of a schema, for checks only: they are never asked anything. */
const typedEnvironments = new WeakMap<JsonObject, Map<string, Environment>>();

/** What field an expression asks for that its schema does not have; `undefined` when there is none. */
export function unknownFieldProblem(
  text: string,
  { schema, isRoot }: TypedSchema,
  optionalOldSelf: boolean,
): string | undefined {
  const key = `${String(isRoot)} ${String(optionalOldSelf)}`;
  const known = typedEnvironments.get(schema) ?? new Map<string, Environment>();
  typedEnvironments.set(schema, known);
  let made = known.get(key);
  if (made === undefined) {
    untyped ??= makeEnvironment([]);
    made = untyped.clone();
    declareSelf(made, schema, isRoot, optionalOldSelf);
    known.set(key, made);
  }
  // Whether a field is there may only be asked of fields there are: `dyn` looks at them, and is as long a word.
  const { valid, error } = made.parse(text.replace(/\bhas(?=\()/g, 'dyn')).check();
  if (valid || error?.code !== 'no_such_key') return undefined;
  return compileProblem(error, text, hasFunction);
}

let untyped: Environment | undefined;

/** Whether rules can call a function of a name, whatever it takes. */
export function hasFunction(name: string): boolean {
  environment ??= makeEnvironment();
  functionNames ??= new Set(environment.getDefinitions().functions.map((one) => one.name));
  return functionNames.has(name);
}

let functionNames: ReadonlySet<string> | undefined;

function remember(key: string, text: string, made: Environment): CelProgram {
  const parsed = made.parse(text);
  const checked = parsed.check();
  if (!checked.valid) throw checked.error ?? new Error('the expression is not valid');
  const program: CelProgram = {
    usesOldSelf: /\boldSelf\b/.test(text),
    gives: checked.type ?? 'dyn',
    run: (scope): unknown => parsed(scope),
  };
  if (programs.size >= remembered) programs.clear();
  programs.set(key, program);
  return program;
}

function makeEnvironment(variables: readonly string[] = ['self', 'oldSelf']): Environment {
  const library = require('@marcbachmann/cel-js') as {
    readonly Environment: typeof Environment;
    readonly Optional: OptionalMaker;
  };
  const made = new library.Environment({
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 10_000, maxDepth: 100 },
  });
  for (const name of variables) made.registerVariable(name, 'dyn');
  for (const part of [
    lists,
    sets,
    texts,
    urls,
    addresses,
    quantities,
    versions,
    formatLibrary(library.Optional),
  ])
    register(made, part);
  return made;
}

/** Kubernetes' own libraries. @see kubernetes/apiserver pkg/cel/library */
function register(made: Environment, { types, constants = {}, functions }: CelLibrary): void {
  for (const [name, ctor] of Object.entries(types)) {
    made.registerType(name, { ctor, fields: {} });
    made.registerOperator(`${name} == ${name}`, (a: unknown, b: unknown) => isDeepStrictEqual(a, b));
  }
  for (const [name, [type, value]] of Object.entries(constants)) made.registerConstant(name, type, value);
  for (const [signature, handler] of functions) made.registerFunction(signature, handler);
}
