import { isJsonObject, type Json, type JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import { sameJson } from '../core/same-json.js';
import type { Change } from '../state/object-store.js';
import type { MirroredKind } from './mirrored-kind.js';

/** What is to be done to one object over there, in this order; what is absent is left out. */
export interface PlannedWrite {
  readonly kind: MirroredKind;
  readonly key: string;
  readonly metadata: KubeObject['metadata'];
  /** As it was over there when it was changed here; the write is off when it no longer is. */
  readonly base: KubeObject | undefined;
  /** As it was shown here before; absent when it is new. */
  readonly before: KubeObject | undefined;
  readonly create?: KubeObject;
  readonly update?: KubeObject;
  /** A merge patch. */
  readonly status?: JsonObject;
  readonly remove?: { readonly propagation: 'Foreground' | 'Orphan' | undefined };
  /** Finalizers to take away from an object that is being deleted. */
  readonly release?: readonly string[];
}

/** The changes of one object, oldest first, and what it is over there. */
export interface ChangedObject {
  readonly kind: MirroredKind;
  readonly key: string;
  readonly base: KubeObject | undefined;
  readonly changes: readonly Change[];
}

/** What only the server sets, or has an endpoint of its own. */
const ofServer = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
]);
const propagations = new Map([
  ['foregroundDeletion', 'Foreground'],
  ['orphan', 'Orphan'],
] as const);

/**
 * What a client of the API would do to bring about what has happened to an object here: deletions are asked for, never
 * written, and an object whose last finalizer went is released from it; `undefined` when there is nothing to do.
 */
export function planWrite({ kind, key, base, changes }: ChangedObject): PlannedWrite | undefined {
  const [first, last] = [changes[0], changes.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const local = last.stored.object;
  const { metadata } = local;
  const plan = { kind, key, metadata, base, before: first.previous?.object };
  const isGone = last.type === 'DELETED';
  if (base === undefined)
    return isGone ? undefined : { ...plan, create: asSent(kind, local), ...statusOf(kind, local, base) };
  const isDeleting = isGone || metadata.deletionTimestamp !== undefined;
  const begins = isDeleting && base.metadata.deletionTimestamp === undefined;
  const added = (metadata.finalizers ?? []).filter((one) => base.metadata.finalizers?.includes(one) !== true);
  const marks = begins ? added.filter((one) => propagations.has(one as 'orphan')) : [];
  const wasHeld = isGone && local.metadata.deletionTimestamp !== undefined;
  const steps = {
    // What is shown last of an object that is gone is what it was, not what was wanted of it.
    ...(!isGone && updateOf(kind, withoutFinalizers(local, marks), base)),
    ...(!isGone && !begins && statusOf(kind, local, base)),
    ...(begins && { remove: { propagation: propagations.get(marks[0] as 'orphan') } }),
    ...(wasHeld && { release: metadata.finalizers ?? [] }),
  };
  return Object.keys(steps).length === 0 ? undefined : { ...plan, ...steps };
}

/** An object as it is sent: in the version that is served, without what the server sets. */
export function asSent({ apiVersion }: MirroredKind, object: KubeObject): KubeObject {
  const metadata = Object.fromEntries(
    Object.entries(object.metadata).filter(([name]) => !ofServer.has(name)),
  ) as unknown as KubeObject['metadata'];
  return { ...object, apiVersion, metadata };
}

function updateOf(
  kind: MirroredKind,
  local: KubeObject,
  base: KubeObject,
): { readonly update?: KubeObject } | undefined {
  const [wanted, there] = [asSent(kind, local), asSent(kind, base)];
  const { status: _, ...rest } = wanted;
  const { status: __, ...restThere } = there;
  return sameJson(kind.hasStatus ? rest : wanted, kind.hasStatus ? restThere : there)
    ? undefined
    : { update: wanted };
}

/** Native objects are given their first status by Kubernetes itself. */
function statusOf(
  { hasStatus, resource }: MirroredKind,
  { status }: KubeObject,
  base: KubeObject | undefined,
): { readonly status?: JsonObject } | undefined {
  if (!hasStatus || !isJsonObject(status) || (base === undefined && !resource.custom)) return undefined;
  const patch = mergePatch(base?.['status'], status);
  return Object.keys(patch).length === 0 ? undefined : { status: patch };
}

/** The merge patch from one value to another. @see RFC 7386 */
function mergePatch(from: Json | undefined, to: JsonObject): JsonObject {
  const before = isJsonObject(from) ? from : {};
  const patch = new Map<string, Json>();
  for (const name of Object.keys(before)) if (to[name] === undefined) patch.set(name, null);
  for (const [name, value] of Object.entries(to)) {
    if (value === undefined || sameJson(value, before[name])) continue;
    patch.set(
      name,
      isJsonObject(value) && isJsonObject(before[name]) ? mergePatch(before[name], value) : value,
    );
  }
  return Object.fromEntries(patch);
}

function withoutFinalizers(object: KubeObject, marks: readonly string[]): KubeObject {
  if (marks.length === 0) return object;
  const { finalizers = [], ...metadata } = object.metadata;
  const kept = finalizers.filter((one) => !marks.includes(one));
  return { ...object, metadata: kept.length === 0 ? metadata : { ...metadata, finalizers: kept } };
}
