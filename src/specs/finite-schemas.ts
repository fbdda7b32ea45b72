import { isJsonObject, type Json } from '../core/json.js';
import type { Schema, SpecDocument } from './spec-document.js';

const reference = '#/definitions/';
const known = new WeakMap<SpecDocument, FiniteSchemas>();

/** How deep the smallest value of a schema is; Infinity when it has none that ends. */
export interface FiniteSchemas {
  heightOf(schema: Schema): number;
}

/** Finds out which schemas of a document have values that end: a definition that requires itself has none. */
export function finiteSchemas(document: SpecDocument): FiniteSchemas {
  let found = known.get(document);
  if (found === undefined) known.set(document, (found = new Heights(document)));
  return found;
}

/** Heights of the definitions: each is looked at again when one it refers to has got its own. */
class Heights implements FiniteSchemas {
  readonly #heights = new Map<string, number>();

  constructor({ definitions }: SpecDocument) {
    const referrers = new Map<string, string[]>();
    for (const [name, schema] of Object.entries(definitions))
      for (const target of targetsIn(schema, new Set())) {
        const known = referrers.get(target);
        if (known === undefined) referrers.set(target, [name]);
        else known.push(name);
      }
    const queue = Object.keys(definitions);
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      const schema = definitions[name];
      if (schema === undefined || this.#heights.has(name)) continue;
      const height = this.heightOf(schema);
      if (height === Infinity) continue;
      this.#heights.set(name, height + 1);
      queue.push(...(referrers.get(name) ?? []));
    }
  }

  heightOf(schema: Schema): number {
    const target = schema['$ref'];
    if (typeof target === 'string') return this.#heights.get(target.slice(reference.length)) ?? Infinity;
    if (schema['enum'] !== undefined || schema['const'] !== undefined) return 0;
    const { allOf, oneOf, anyOf, type, nullable } = schema;
    const isNullable = nullable === true || (Array.isArray(type) && type.includes('null'));
    const all = partsOf(allOf).map((part) => this.heightOf(part));
    const some = [oneOf, anyOf].flatMap((parts) => {
      const heights = partsOf(parts).map((part) => this.heightOf(part));
      return heights.length === 0 ? [] : [Math.min(...heights)];
    });
    const own = isNullable ? 0 : Math.max(this.#ofObject(schema), this.#ofArray(schema));
    return Math.max(own, ...all, ...some);
  }

  #ofObject({ properties, required, type, not }: Schema): number {
    // What nothing fits.
    if (isJsonObject(not) && Object.keys(not).length === 0) return Infinity;
    if (!Array.isArray(required) || (type !== undefined && !mayBe(type, 'object'))) return 0;
    const heights = (required as readonly string[]).map((name) => {
      const member =
        isJsonObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
      return isJsonObject(member) ? this.heightOf(member) + 1 : 1;
    });
    return Math.max(0, ...heights);
  }

  #ofArray({ items, minItems, type, prefixItems }: Schema): number {
    if (typeof minItems !== 'number' || minItems < 1 || (type !== undefined && !mayBe(type, 'array')))
      return 0;
    const first = partsOf(prefixItems);
    const rest = first.length < minItems && isJsonObject(items) ? [items] : [];
    return Math.max(0, ...[...first.slice(0, minItems), ...rest].map((item) => this.heightOf(item) + 1));
  }
}

/** Names of the definitions a schema refers to. */
function targetsIn(schema: Json, found: Set<string>): ReadonlySet<string> {
  if (typeof schema !== 'object' || schema === null) return found;
  const target = isJsonObject(schema) ? schema['$ref'] : undefined;
  if (typeof target === 'string') found.add(target.slice(reference.length));
  for (const part of Object.values(schema) as Json[]) targetsIn(part, found);
  return found;
}

function partsOf(value: Json | undefined): readonly Schema[] {
  return Array.isArray(value) ? value.filter((part): part is Schema => isJsonObject(part)) : [];
}

function mayBe(type: Json, wanted: string): boolean {
  return type === wanted || (Array.isArray(type) && type.includes(wanted));
}
