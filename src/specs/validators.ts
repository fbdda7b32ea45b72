import { createRequire } from 'node:module';
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { isJsonObject, type Json } from '../core/json.js';
import type { Schema, SpecDocument } from './spec-document.js';

/** What compiles schemas, of whichever draft. */
type Compiler = Pick<Ajv, 'compile' | 'removeSchema'>;

const reference = '#/definitions/';
/** Compiled on first use and per schema: all of a document would take half a second. `false`: it cannot be compiled. */
const compiled = new WeakMap<Schema, ValidateFunction | false>();
let ajv: Compiler | undefined;
let modernAjv: Compiler | undefined;
/** The same for what is made up here: every word of it has to be right, formats included. */
const exact = new WeakMap<Schema, ValidateFunction | false>();
let exactAjv: Compiler | undefined;

/** How the schemas of documents are read: they name formats of their own, and keywords nobody knows. */
export const ajvOptions: Options = {
  strict: false,
  validateFormats: false,
  verbose: true,
  logger: false,
  addUsedSchema: false,
};

/**
 * What is wrong with a value by a schema of a document; empty when nothing is, or the schema cannot be used. In Swagger 2.0
 * members that are null count as absent: it has no word for null, which is how Go prints an empty list or map.
 */
export function schemaErrors(schema: Schema, document: SpecDocument, value: Json): readonly ErrorObject[] {
  let validate = compiled.get(schema);
  if (validate === undefined) {
    const compiler =
      document['x-openapi'] === undefined
        ? (ajv ??= new Ajv(ajvOptions))
        : (modernAjv ??= new Ajv2020(ajvOptions));
    compiled.set(schema, (validate = compileSchema(schema, document, compiler)));
  }
  if (validate === false || validate(document['x-openapi'] === undefined ? withoutNulls(value) : value))
    return [];
  return validate.errors ?? [];
}

/** Tells whether a value fits a schema of a document to the word. True for a schema that cannot be compiled. */
export function fitsSchema(schema: Schema, document: SpecDocument, value: Json): boolean {
  let validate = exact.get(schema);
  if (validate === undefined) {
    exactAjv ??= new Ajv2020({ ...ajvOptions, verbose: false, validateFormats: true, formats: formats() });
    exact.set(schema, (validate = compileSchema(schema, document, exactAjv)));
  }
  return validate === false || validate(value);
}

function formats(): NonNullable<Options['formats']> {
  const require = createRequire(import.meta.url);
  const { fullFormats } = require('ajv-formats/dist/formats.js') as {
    readonly fullFormats: NonNullable<Options['formats']>;
  };
  return fullFormats;
}

/**
 * Compiles a schema of a document with the definitions it needs; `false` when it cannot be compiled.
 *
 * @param compiler What compiles it; nothing is left behind in it, neither names nor memory, so that servers of a process can share
 * it
 */
export function compileSchema(
  schema: Schema,
  document: SpecDocument,
  compiler: Compiler,
): ValidateFunction | false {
  const whole = withDefinitions(schema, document);
  try {
    return compiler.compile(whole);
  } catch {
    // A packaged document's fault; those that are given are repaired beforehand.
    return false;
  } finally {
    compiler.removeSchema(whole);
  }
}

/** With the definitions it reaches only, under names that need no escaping in references. */
function withDefinitions(schema: Schema, { definitions }: SpecDocument): Schema {
  const names = new Map<string, string>();
  const found: Record<string, Json> = {};
  const rewritten = (part: Json): Json => {
    if (Array.isArray(part)) return part.map((item: Json) => rewritten(item));
    if (!isJsonObject(part)) return part;
    const target = part['$ref'];
    if (typeof target === 'string') return resolved(target);
    return Object.fromEntries(
      Object.entries(part).map(([name, member]) => [name, member === undefined ? null : rewritten(member)]),
    );
  };
  const resolved = (target: string): Json => {
    const name = target.slice(reference.length);
    const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
    if (definition === undefined) return {};
    const known = names.get(name);
    if (known !== undefined) return { $ref: reference + known };
    const short = `d${String(names.size)}`;
    names.set(name, short);
    found[short] = rewritten(definition);
    return { $ref: reference + short };
  };
  const root = rewritten(schema) as Schema;
  return { ...root, definitions: found };
}

/** A value without its null members, as documents see it. */
export function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withoutNulls(item));
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutNulls(member as Json)]));
}

/** Tells whether what is said to be missing is there, as null: so Go prints a list or map that is empty. */
export function isMissingNull(value: Json, { keyword, instancePath, params }: ErrorObject): boolean {
  if (keyword !== 'required') return false;
  const { missingProperty } = params as { readonly missingProperty: string };
  const path = instancePath.split('/').slice(1);
  let owner: unknown = value;
  for (const segment of path) {
    const part = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    owner = (owner as Record<string, unknown> | undefined)?.[part];
  }
  return (owner as Record<string, unknown> | undefined)?.[missingProperty] === null;
}
