import { dig, digObject, isJsonObject, type Json, type JsonObject } from '../../core/json.js';

/** What a path such as `.spec['a.b']` leads to: the names on the way, and the schema at its end. */
export interface FieldOfSchema {
  readonly names: readonly string[];
  /** As messages write it: `.spec.a.b`, and `.spec[a.b]` for keys of a map. */
  readonly path: string;
  readonly schema: JsonObject;
}

/**
 * Follows a path of members through a schema.
 *
 * @param brackets Whether `['name']` may stand for `.name`.
 * @returns What is wrong with the path, in Kubernetes' words, when it leads nowhere
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/schema/cel/validation.go ValidFieldPath
 */
export function fieldOfSchema(path: string, root: JsonObject, brackets: boolean): FieldOfSchema | string {
  const tokens = path.match(/'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]]+/gs) ?? [];
  const names: string[] = [];
  let written = '';
  let schema = root;
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? '';
    if (token !== '.' && token !== '[') return `expected [ or . but got: ${token}`;
    if (token === '[' && !brackets) return 'array notation is not allowed';
    const name = tokens[(at += 1)];
    if (name === undefined) return 'unexpected end of JSON path';
    const isQuoted = name.length >= 2 && name.startsWith("'") && name.endsWith("'");
    if (token === '[' && !isQuoted) return `expected single quoted string but got ${name}`;
    const key = token === '[' ? name.slice(1, -1).replace(/\\(.)/gs, '$1') : name;
    const next = memberOf(schema, key);
    if (next === undefined) return 'does not refer to a valid field';
    written += isJsonObject(schema['properties']) ? `.${key}` : `[${key}]`;
    schema = next;
    names.push(key);
    if (token !== '[') continue;
    const end = tokens[(at += 1)];
    if (end === undefined) return 'unexpected end of JSON path';
    if (end !== ']') return `expected ] but got ${end}`;
  }
  return { names, path: written, schema };
}

function memberOf(schema: JsonObject, key: string): JsonObject | undefined {
  const properties = digObject(schema, 'properties');
  if (Object.keys(properties).length > 0) return object(dig(properties, key));
  return object(schema['additionalProperties']);
}

function object(value: Json | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}
