import { isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { sameJson } from '../../core/same-json.js';
import { memberSchema } from './schema-nodes.js';

/**
 * A part of a custom resource beside what it was before, as far as that can be told: members of objects by their names,
 * items of `map` lists by their keys, items of other lists not at all.
 *
 * @see kubernetes/apiserver pkg/cel/common/equality.go CorrelatedObject
 */
export class Correlated {
  readonly #value: Json;
  readonly #old: Json;
  readonly #schema: JsonObject;
  #isSame: boolean | undefined;

  constructor(value: Json, old: Json, schema: JsonObject) {
    this.#value = value;
    this.#old = old;
    this.#schema = schema;
  }

  /** A member that was there before and that the schema describes; `undefined` otherwise. */
  key(name: string): Correlated | undefined {
    const [value, old] = [memberOf(this.#value, name), memberOf(this.#old, name)];
    const described = memberSchema(this.#schema, name);
    if (value === undefined || old === undefined || described === undefined) return undefined;
    return new Correlated(value, old, described);
  }

  /** An item whose keys an item had before; `undefined` otherwise. */
  index(at: number): Correlated | undefined {
    const { items } = this.#schema;
    const names = mapKeys(this.#schema);
    if (names === undefined || !isJsonObject(items) || !Array.isArray(this.#value)) return undefined;
    const value = (this.#value as readonly Json[])[at];
    const key = keyOf(value, names);
    if (value === undefined || key === undefined || !Array.isArray(this.#old)) return undefined;
    const old = (this.#old as readonly Json[]).find((one) => keyOf(one, names) === key);
    return old === undefined ? undefined : new Correlated(value, old, items);
  }

  /** Whether nothing changed; an object with members the schema does not describe is never known to be the same. */
  isSame(): boolean {
    this.#isSame ??= this.#compare();
    return this.#isSame;
  }

  #compare(): boolean {
    const [value, old] = [this.#value, this.#old];
    if (Array.isArray(value) && Array.isArray(old)) {
      if (mapKeys(this.#schema) === undefined) return sameJson(value, old);
      return value.length === old.length && value.every((_, at) => this.index(at)?.isSame() === true);
    }
    if (!isJsonObject(value) || !isJsonObject(old)) return sameJson(value, old);
    const names = namesOf(value);
    return names.length === namesOf(old).length && names.every((name) => this.key(name)?.isSame() === true);
  }
}

/** Where a walk through a custom resource is: at a part that was there before, or below the last such part. */
export class Lineage {
  readonly #current: Correlated | undefined;
  readonly #parent: Correlated | undefined;

  /** @param current Absent: what was there before cannot be told, or nothing was. */
  constructor(current: Correlated | undefined, parent?: Correlated) {
    this.#current = current;
    this.#parent = parent;
  }

  /** The way on to a member. What a resource says it is never counts as what it was before. */
  key(name: string): Lineage {
    if (this.#current === undefined) return this;
    if (this.#parent === undefined && typeMembers.has(name)) return new Lineage(undefined);
    return new Lineage(this.#current.key(name), this.#current);
  }

  /** The way on to an item. */
  index(at: number): Lineage {
    return this.#current === undefined ? this : new Lineage(this.#current.index(at), this.#current);
  }

  /** Whether the part, or the last one above it of which that can be told, is what it was before. */
  isSame(): boolean {
    return (this.#current ?? this.#parent)?.isSame() === true;
  }
}

/** Members whose old values are not seen: both sides are read as the same kind. */
export const typeMembers: ReadonlySet<string> = new Set(['apiVersion', 'kind']);

function memberOf(value: Json, name: string): Json | undefined {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function namesOf(value: JsonObject): readonly string[] {
  return Object.keys(value).filter((name) => value[name] !== undefined);
}

/** The names that tell items of a `map` list apart; `undefined` for other schemas. */
function mapKeys(schema: JsonObject): readonly string[] | undefined {
  const names = schema['x-kubernetes-list-map-keys'];
  const isMap = schema['x-kubernetes-list-type'] === 'map' && Array.isArray(names) && names.length > 0;
  return isMap ? (names as readonly Json[]).map(String) : undefined;
}

/** What tells an item apart; `undefined` when a part of that is missing or no scalar. */
function keyOf(item: Json | undefined, names: readonly string[]): string | undefined {
  if (!isJsonObject(item)) return undefined;
  const values = names.map((name) => memberOf(item, name));
  return values.every((one) => one !== undefined && one !== null && typeof one !== 'object')
    ? JSON.stringify(values)
    : undefined;
}
