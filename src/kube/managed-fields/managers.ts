import { deepFreeze, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { decodeFieldSet, encodeFieldSet, union, type FieldSet } from './field-set.js';

/** How a manager came by its fields. */
export type Operation = 'Apply' | 'Update';

/** Who a write is made as. */
export interface Manager {
  readonly name: string;
  readonly operation: Operation;
  /** `group/version` the paths are written in. */
  readonly apiVersion: string;
  /** Empty for the object itself. */
  readonly subresource: string;
}

/** A manager and the fields it owns: an entry of `managedFields`. */
export interface Managed extends Manager {
  /** RFC 3339; absent when the entry came without. */
  readonly time?: string | undefined;
  readonly set: FieldSet;
}

/** Updaters an object keeps apart; older ones share an entry. */
const updatersKept = 10;
const oldUpdaters = 'ancient-changes';

/** Tells whether two entries are of one manager; for those that apply the version makes no difference. */
export function isSameManager(a: Manager, b: Manager): boolean {
  return (
    a.name === b.name &&
    a.operation === b.operation &&
    a.subresource === b.subresource &&
    (a.operation === 'Apply' || a.apiVersion === b.apiVersion)
  );
}

/** The entries an object came with; `undefined` when one of them cannot be read. One empty entry means: forget them all. */
export function readManaged({ metadata }: KubeObject): readonly Managed[] | undefined {
  const given = metadata['managedFields'];
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) return undefined;
  const items = given as readonly Json[];
  const [only] = items;
  if (items.length === 1 && isJsonObject(only) && Object.keys(only).length === 0) return [];
  const entries = items.map(readEntry);
  return entries.every((entry) => entry !== undefined) ? entries : undefined;
}

function readEntry(value: Json): Managed | undefined {
  if (!isJsonObject(value)) return undefined;
  const { manager = '', operation, apiVersion = '', time, fieldsType, fieldsV1, subresource = '' } = value;
  if (operation !== 'Apply' && operation !== 'Update') return undefined;
  if (fieldsType !== 'FieldsV1' || typeof manager !== 'string') return undefined;
  if (typeof apiVersion !== 'string' || apiVersion === '' || typeof subresource !== 'string')
    return undefined;
  const set = readFields(fieldsV1 ?? {});
  if (set === undefined) return undefined;
  return {
    name: manager,
    operation,
    apiVersion,
    subresource,
    set,
    ...(typeof time === 'string' && { time }),
  };
}

/** Entries as `managedFields` lists them; `undefined` when there are none. */
export function writeManaged(entries: readonly Managed[]): readonly JsonObject[] | undefined {
  const kept = entries.filter(({ set }) => !set.empty);
  return kept.length === 0 ? undefined : [...kept].sort(compareEntries).map(writeEntry);
}

function writeEntry({ name, operation, apiVersion, time, subresource, set }: Managed): JsonObject {
  return {
    manager: name,
    operation,
    apiVersion,
    ...(time !== undefined && { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: writeFields(set),
    ...(subresource !== '' && { subresource }),
  };
}

/** Sets as they were written, and the other way round: most entries outlive most writes as they are. */
const written = new WeakMap<FieldSet, JsonObject>();
const read = new WeakMap<JsonObject, FieldSet>();

function writeFields(set: FieldSet): JsonObject {
  const known = written.get(set);
  if (known !== undefined) return known;
  const fields = deepFreeze(encodeFieldSet(set));
  written.set(set, fields);
  read.set(fields, set);
  return fields;
}

function readFields(fields: Json): FieldSet | undefined {
  const known = isJsonObject(fields) ? read.get(fields) : undefined;
  if (known !== undefined) return known;
  const set = decodeFieldSet(fields);
  if (set !== undefined && isJsonObject(fields) && Object.isFrozen(fields)) read.set(fields, set);
  return set;
}

function compareEntries(a: Managed, b: Managed): number {
  return (
    compareText(a.operation, b.operation) ||
    compareText(a.time ?? '', b.time ?? '') ||
    compareText(a.name, b.name) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Entries of the longest standing updaters put together, when there are too many. @see apimachinery pkg/util/managedfields/internal/capmanagers.go */
export function capUpdaters(entries: readonly Managed[]): readonly Managed[] {
  const updaters = entries.filter(({ operation }) => operation === 'Update');
  if (updaters.length <= updatersKept) return entries;
  const oldest = [...updaters].sort(
    (a, b) => compareText(a.time ?? '', b.time ?? '') || compareText(a.name, b.name),
  );
  const firsts = new Map<string, Managed>();
  let result: readonly Managed[] = entries;
  let count = updaters.length;
  for (const entry of oldest) {
    if (count <= updatersKept) break;
    const first = firsts.get(entry.apiVersion);
    if (first !== undefined) {
      const bucket = { ...entry, name: oldUpdaters, subresource: '', set: union(first.set, entry.set) };
      result = [...result.filter((one) => one !== first && one !== entry), bucket];
      firsts.set(entry.apiVersion, bucket);
      count -= 1;
    } else firsts.set(entry.apiVersion, entry);
  }
  return result;
}

/** Printable characters, as many as a manager's name may have. */
const longestName = 128;

/** The manager of a write: as it says, else who the client is, up to the first slash. */
export function managerName(fieldManager: string, userAgent: string): string {
  if (fieldManager !== '') return fieldManager;
  const [agent = ''] = userAgent.split('/', 1);
  const printable = agent.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '').slice(0, longestName);
  return printable === '' ? 'unknown' : printable;
}
