import type { Json, JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { Resource } from '../../registry/contract.js';
import { hasStatusEndpoint } from '../../registry/generation.js';
import { typed } from '../../registry/typed-json.js';
import { withoutAllocated } from './allocated.js';
import { compareStates, type Comparison } from './compare.js';
import { withoutUnowned } from './fields-of.js';
import { difference, FieldSet, union } from './field-set.js';
import {
  capUpdaters,
  isSameManager,
  readManaged,
  writeManaged,
  type Managed,
  type Manager,
} from './managers.js';
import { shapeOf } from './shape.js';

/** A write as far as ownership is concerned. */
export interface Update {
  readonly resource: Resource;
  /** Version of the URL. */
  readonly version: string;
  /** What was sent, or came out of a patch, before anything was added to it. */
  readonly sent: KubeObject;
  /** Absent for a creation. */
  readonly previous: KubeObject | undefined;
  readonly next: KubeObject;
  readonly manager: Manager;
  /** RFC 3339. */
  readonly time: string;
}

/**
 * `managedFields` after a write that is no apply: what it changed is its manager's from now on, and nobody else's.
 *
 * An object nobody manages stays so, as on the real server: only creations and applies begin to keep count.
 *
 * @see kubernetes/apimachinery pkg/util/managedfields/internal
 */
export function recordUpdate(update: Update): readonly JsonObject[] | undefined {
  const { next, previous, manager, time } = update;
  const before = previous === undefined ? [] : (readManaged(previous) ?? []);
  const given = givesUp(update) ? [] : (readManaged(next) ?? before);
  if (previous !== undefined && given.length === 0) return undefined;
  const changes = changesOf(update);
  return writeManaged(capUpdaters(takeOver(given, changes, manager, time)));
}

/** Whether a write asks for nobody to own anything: by a list that is empty, of the object itself only. */
function givesUp({ sent, manager }: Update): boolean {
  const { managedFields } = sent.metadata as JsonObject;
  return manager.subresource === '' && Array.isArray(managedFields) && managedFields.length === 0;
}

function changesOf({ resource, version, sent, previous, next, manager }: Update): Comparison {
  const shape = shapeOf(resource, version);
  const [before, after] = [
    printed(apartFrom(next, previous ?? {}), resource, version),
    printed(apartFrom(previous ?? {}, next), resource, version),
  ];
  const found = compareStates(before, after, shape);
  const ignored = new FieldSet();
  if (manager.subresource === '' && hasStatusEndpoint(resource)) ignored.members.add('f:status');
  const trim = (set: FieldSet): FieldSet => {
    const trimmed = withoutUnowned(set);
    for (const step of ignored.members) {
      trimmed.members.delete(step);
      trimmed.children.delete(step);
    }
    return trimmed;
  };
  const added = withoutAllocated(trim(found.added), resource, sent, shape);
  return { added, modified: trim(found.modified), removed: trim(found.removed) };
}

/** An object without the parts another has the very same of: nothing differs in them. */
function apartFrom(other: JsonObject, object: JsonObject): JsonObject {
  const rest: Record<string, Json | undefined> = {};
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (typeof value !== 'object' || value !== other[key]) rest[key] = value;
  }
  return rest;
}

/** An object as its manager would read it: native kinds as their Go structs print them, members that are no pointers included. */
function printed(object: JsonObject, resource: Resource, version: string): Json {
  return resource.custom ? object : typed(object, resource, version);
}

/** The entries once a manager has taken what it changed. */
function takeOver(
  entries: readonly Managed[],
  { added, modified, removed }: Comparison,
  manager: Manager,
  time: string,
): readonly Managed[] {
  const taken = union(added, modified);
  const own = entries.find((entry) => isSameManager(entry, manager));
  const others = entries
    .filter((entry) => entry !== own)
    .map((entry) => ({ ...entry, set: difference(difference(entry.set, taken), removed) }));
  if (own !== undefined)
    return [
      ...others,
      taken.empty
        ? { ...own, set: difference(own.set, removed) }
        : { ...own, time, set: union(difference(own.set, removed), taken) },
    ];
  return taken.empty ? others : [...others, { ...manager, time, set: taken }];
}

/** The entry of those who wrote an object before anybody applied to it. */
export function ownersBefore(update: Omit<Update, 'previous' | 'sent'>): readonly Managed[] {
  const { added, modified } = changesOf({ ...update, previous: undefined, sent: update.next });
  const set = union(added, modified);
  return set.empty ? [] : [{ ...update.manager, time: update.time, set }];
}
