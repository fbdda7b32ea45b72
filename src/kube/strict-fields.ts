import { quote } from '../core/api-error.js';
import { isJsonObject, type Json, type JsonArray, type JsonObject } from '../core/json.js';
import { embedsTypeMeta } from '../registry/typed-json.js';
import { Passed } from '../registry/passed.js';
import { fieldIndex, type TypeField } from '../registry/type-table.js';

/** Most complaints collected about one body: that of kube-apiserver. */
const mostErrors = 100;

/** Types that read themselves, whatever is in them. */
const opaque = new Set([
  'meta/v1.Time',
  'meta/v1.MicroTime',
  'meta/v1.Duration',
  'meta/v1.FieldsV1',
  'intstr.IntOrString',
  'resource.Quantity',
  'runtime.RawExtension',
]);

/** What a value in a body is read into. */
type Target = { readonly kind: 'struct'; readonly type: string } | TypeField | undefined;

/**
 * What a strict decoder has against a JSON text that is well-formed: members a struct does not have, members that come
 * twice; in the order of the text.
 *
 * @param type Member of the table of types; `undefined`: a map, of which only members that come twice are told.
 * @see kubernetes-sigs/json internal/golang/encoding/json/kubernetes_patch.go
 */
export function strictErrors(text: string, type: string | undefined): readonly string[] {
  const scan = new StrictScan(text);
  scan.value(type === undefined ? undefined : { kind: 'struct', type }, '');
  return [...scan.found];
}

const blank = /[ \t\r\n]*/y;
const stringToken = /"(?:[^"\\]|\\.)*"/y;
const otherToken = /[^,\]} \t\r\n]+/y;

/** One walk over a text. */
class StrictScan {
  readonly found: Set<string> = new Set();
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** @param into `undefined`: anything goes, but not twice; `null`: nothing is looked at. */
  value(into: Target | null, path: string): void {
    this.#skip(blank);
    const opened = this.#text[this.#at];
    if (opened === '{') this.#object(into, path);
    else if (opened === '[') this.#array(into, path);
    else if (opened === '"') this.#skip(stringToken);
    else this.#skip(otherToken);
  }

  #object(into: Target | null, path: string): void {
    const seen = new Set<string>();
    this.#at += 1;
    for (;;) {
      this.#skip(blank);
      if (this.#text[this.#at] !== '"') break;
      const key = this.#key();
      this.#skip(blank);
      this.#at += 1;
      const place = path === '' ? key : `${path}.${key}`;
      const inner = into === null ? null : memberOf(into, key);
      if (inner === 'unknown') this.#note(`unknown field ${quote(place)}`);
      else if (into !== null && seen.has(key)) this.#note(`duplicate field ${quote(place)}`);
      seen.add(key);
      this.value(inner === 'unknown' ? null : inner, place);
      this.#skip(blank);
      if (this.#text[this.#at] !== ',') break;
      this.#at += 1;
    }
    this.#at += 1;
  }

  #array(into: Target | null, path: string): void {
    this.#at += 1;
    for (let index = 0; ; index += 1) {
      this.#skip(blank);
      if (this.#text[this.#at] === ']' || this.#at >= this.#text.length) break;
      this.value(into === null ? null : itemOf(into), `${path}[${String(index)}]`);
      this.#skip(blank);
      if (this.#text[this.#at] !== ',') break;
      this.#at += 1;
    }
    this.#at += 1;
  }

  #key(): string {
    const token = this.#skip(stringToken);
    return token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
  }

  #skip(token: RegExp): string {
    token.lastIndex = this.#at;
    const [found = ''] = token.exec(this.#text) ?? [];
    this.#at += found.length;
    return found;
  }

  #note(text: string): void {
    if (this.found.size < mostErrors) this.found.add(text);
  }
}

/** What a member is read into; `null`: something that reads itself. */
function memberOf(into: Target, key: string): Target | null | 'unknown' {
  if (into === undefined) return undefined;
  const type = structOf(into);
  // A map's members are its values.
  if (type === undefined) return isField(into) && into[3].includes('m') ? plainTarget(into[2]) : null;
  const field = fieldIndex(type)?.get(key);
  if (field !== undefined) return /[rm]/.test(field[3]) ? field : plainTarget(field[2]);
  return (key === 'kind' || key === 'apiVersion') && embedsTypeMeta(type) ? undefined : 'unknown';
}

function itemOf(into: Target): Target | null {
  if (into === undefined) return undefined;
  return isField(into) && into[3].includes('r') ? plainTarget(into[2]) : null;
}

function plainTarget(type: string): Target | null {
  return opaque.has(type) || fieldIndex(type) === undefined ? null : { kind: 'struct', type };
}

function isField(target: Target): target is TypeField {
  return Array.isArray(target);
}

function structOf(target: Target): string | undefined {
  return target === undefined || isField(target) ? undefined : target.type;
}

/** An object without the members its struct does not have, and which those are. */
export interface Known {
  readonly object: JsonObject;
  /** As a strict decoder names them. */
  readonly unknown: readonly string[];
}

/** Leaves out the members a struct does not have: native kinds never store them. An object without any is itself. */
export function knownMembers(object: JsonObject, type: string): Known {
  const unknown: string[] = [];
  const known = pruneStruct(object, type, '', unknown);
  return { object: known, unknown };
}

/** Parts of objects that have no unknown members. */
const wellKnown = new Passed();

function pruneStruct(object: JsonObject, type: string, path: string, unknown: string[]): JsonObject {
  const fields = fieldIndex(type);
  if (fields === undefined || opaque.has(type)) return object;
  let changed = false;
  const kept: [string, Json | undefined][] = [];
  for (const [key, value] of Object.entries(object)) {
    const place = path === '' ? key : `${path}.${key}`;
    const field = fields.get(key);
    if (field === undefined) {
      if ((key === 'kind' || key === 'apiVersion') && embedsTypeMeta(type)) kept.push([key, value]);
      else {
        changed = true;
        unknown.push(`unknown field ${quote(place)}`);
      }
      continue;
    }
    if (path === '' && wellKnown.has(value, field)) {
      kept.push([key, value]);
      continue;
    }
    const before = unknown.length;
    const pruned = value === undefined ? value : pruneField(value, field, place, unknown);
    changed ||= pruned !== value;
    if (path === '' && unknown.length === before) wellKnown.add(value, field);
    kept.push([key, pruned]);
  }
  return changed ? Object.fromEntries(kept) : object;
}

function pruneField(value: Json, [, , type, flags]: TypeField, path: string, unknown: string[]): Json {
  const one = (item: Json, place: string): Json =>
    isJsonObject(item) ? pruneStruct(item, type, place, unknown) : item;
  if (fieldIndex(type) === undefined) return value;
  if (flags.includes('r') && Array.isArray(value)) {
    const items = value as JsonArray;
    const pruned = items.map((item, at) => one(item, `${path}[${String(at)}]`));
    return pruned.every((item, at) => item === items[at]) ? items : pruned;
  }
  if (flags.includes('m') && isJsonObject(value)) {
    const members = Object.entries(value).map(([key, item]): [string, Json | undefined] => [
      key,
      item === undefined ? item : one(item, `${path}.${key}`),
    ]);
    return members.every(([key, item]) => item === value[key]) ? value : Object.fromEntries(members);
  }
  return one(value, path);
}
