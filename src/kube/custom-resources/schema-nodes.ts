import { digObject, isJsonObject, type Json, type JsonObject } from '../../core/json.js';

/** Members every resource has, whatever its schema says. */
export const resourceMembers: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** The schema of a member of an object; `undefined` when the schema does not name it. */
export function memberSchema(schema: JsonObject, key: string): JsonObject | undefined {
  const properties = schema['properties'];
  if (isJsonObject(properties) && Object.hasOwn(properties, key)) return digObject(properties, key);
  const rest = schema['additionalProperties'];
  return isJsonObject(rest) ? rest : undefined;
}

/** The schema of the items of a list; an empty one when there is none. */
export function itemSchema(schema: JsonObject): JsonObject {
  return digObject(schema, 'items');
}

/** Whether a schema says yes to an extension, such as `x-kubernetes-preserve-unknown-fields`. */
export function isSet(schema: JsonObject, extension: string): boolean {
  return schema[extension] === true;
}

/** A path as field errors write it: `spec.list[0].name`. */
export function childPath(path: string, step: string | number): string {
  if (typeof step === 'number') return `${path}[${String(step)}]`;
  return path === '' ? step : `${path}.${step}`;
}

/** What JSON schema calls the type of a value. */
export function schemaType(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** Calls a function on a value and everything below it that a schema describes, each with its schema and path. */
export function walk(
  value: Json,
  schema: JsonObject,
  visit: (value: Json, schema: JsonObject, path: string) => void,
  path = '',
): void {
  visit(value, schema, path);
  if (Array.isArray(value)) {
    const items = schema['items'];
    if (!isJsonObject(items)) return;
    for (const [at, item] of (value as readonly Json[]).entries())
      walk(item, items, visit, childPath(path, at));
  } else if (isJsonObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      const described = member === undefined ? undefined : memberSchema(schema, key);
      if (described !== undefined && member !== undefined)
        walk(member, described, visit, childPath(path, key));
    }
  }
}

/** Whether a schema, or anything below it, satisfies a condition. */
export function someSchema(schema: JsonObject, holds: (schema: JsonObject) => boolean): boolean {
  if (holds(schema)) return true;
  const { properties, items, additionalProperties, not } = schema;
  const branches = ['allOf', 'anyOf', 'oneOf'].flatMap((key) => schema[key] ?? []);
  const inner: readonly (Json | undefined)[] = [
    ...(branches as readonly Json[]),
    ...Object.values(digObject(properties)),
    items,
    additionalProperties,
    not,
  ];
  return inner.some((one) => isJsonObject(one) && someSchema(one, holds));
}

const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** The name a member has in rules: what is no identifier is escaped. */
export function celName(key: string): string {
  if (reserved.has(key)) return `__${key}__`;
  if (!/^[A-Za-z_][A-Za-z0-9_./-]*$/.test(key)) return key;
  return key
    .replace(/__/g, '__underscores__')
    .replace(/\./g, '__dot__')
    .replace(/-/g, '__dash__')
    .replace(/\//g, '__slash__');
}
