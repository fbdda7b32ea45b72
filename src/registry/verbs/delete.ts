import { conflict } from '../../core/api-error.js';
import { deepFreeze, digString, dig } from '../../core/json.js';
import type { KubeObject, ObjectMeta } from '../../core/kube-object.js';
import { StoredObject } from '../../state/object-store.js';
import { formatTimestamp } from '../../state/clock.js';
import type { Resource, WriteContext } from '../contract.js';
import type { WriteOptions } from './create.js';
import { isHeld } from './update.js';

/** What becomes of the objects that an object owns. */
export type Propagation = 'Background' | 'Foreground' | 'Orphan';

/** How a deletion is to be done. */
export interface DeleteOptions extends WriteOptions {
  readonly propagation?: Propagation;
  /** Seconds an object with a graceful end may still run; only pods have one. */
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** What a deletion came to. */
export interface Deletion {
  /** The object's last or current state. */
  readonly stored: StoredObject;
  /** False while finalizers or a grace period still hold it. */
  readonly gone: boolean;
}

const propagationFinalizers: Readonly<Partial<Record<Propagation, string>>> = {
  Foreground: 'foregroundDeletion',
  Orphan: 'orphan',
};

/**
 * Deletes an object: at once, or by marking it when something holds it.
 *
 * The answer is what a caller sees at that moment; controllers may have taken the object out since.
 *
 * @throws ApiError NotFound, Conflict
 * @see kubernetes/apiserver pkg/registry/generic/registry/store.go Delete
 */
export function deleteObject(
  context: WriteContext,
  resource: Resource,
  key: { readonly namespace?: string; readonly name: string },
  options: DeleteOptions = {},
): Deletion {
  const { store } = context.cluster;
  const current = store.get(resource, key.namespace, key.name);
  if (context.guard !== undefined) {
    const { namespace = '', name } = current.object.metadata;
    const { guard, ...open } = context;
    const { dryRun = false } = options;
    const what = { resource, subresource: '', namespace, name, previous: current, dryRun };
    guard({ context: open, operation: 'DELETE', ...what });
    return deleteObject(open, resource, key, options);
  }
  checkPreconditions(resource, current.object, options);
  resource.hooks?.validateDelete?.(current.object, context);
  const begun = resource.hooks?.beginDelete?.(current.object, context) ?? current.object;
  const { metadata } = begun;
  const wanted = withPropagation(metadata.finalizers ?? [], options.propagation);
  const now = context.world.clock.now();
  const { at, grace } = endOf(metadata, graceOf(resource, begun, options), now);
  const marked: KubeObject = {
    ...begun,
    ...(isNamespace(resource) && { status: { phase: 'Terminating' } }),
    metadata: {
      ...metadata,
      ...(metadata.generation !== undefined &&
        metadata.deletionTimestamp === undefined && { generation: metadata.generation + 1 }),
      deletionTimestamp: formatTimestamp(at),
      // The storage of namespaces marks them by itself, and leaves the period out.
      ...(!isNamespace(resource) && { deletionGracePeriodSeconds: grace }),
      finalizers: wanted,
    },
  };
  if (isHeld(marked) || isNamespace(resource)) {
    if (isAgain(metadata, wanted, options)) return { stored: current, gone: false };
    const object = dropEmptyFinalizers(marked);
    if (options.dryRun === true)
      return { stored: new StoredObject(deepFreeze(object), store.version), gone: false };
    return { stored: store.update(resource, object), gone: false };
  }
  if (options.dryRun === true) return { stored: current, gone: true };
  return { stored: store.remove(resource, metadata.namespace, metadata.name), gone: true };
}

/**
 * When a deletion ends, and the period it has. One that has begun counts from its beginning, but never ends in the past:
 * then a second is left of it.
 */
function endOf(
  { deletionTimestamp, deletionGracePeriodSeconds: before = 0 }: ObjectMeta,
  grace: number,
  now: number,
): { readonly at: number; readonly grace: number } {
  if (deletionTimestamp === undefined) return { at: now + grace * 1000, grace };
  const begun = Date.parse(deletionTimestamp);
  if (before === 0) return { at: begun, grace: 0 };
  const at = begun + (grace - before) * 1000;
  return at < now ? { at: now, grace: Math.min(grace, 1) } : { at, grace };
}

/**
 * Tells whether a deletion adds nothing to the one before: a period can only become shorter, and what becomes of
 * dependents can be said anew only of objects without one.
 */
function isAgain(
  { deletionTimestamp, deletionGracePeriodSeconds: left = 0, finalizers = [] }: ObjectMeta,
  wanted: readonly string[],
  { gracePeriodSeconds }: DeleteOptions,
): boolean {
  if (deletionTimestamp === undefined) return false;
  if (left > 0) return gracePeriodSeconds === undefined || positive(gracePeriodSeconds) >= left;
  return wanted.join() === finalizers.join();
}

function isNamespace({ group, plural }: Resource): boolean {
  return group === '' && plural === 'namespaces';
}

function dropEmptyFinalizers(object: KubeObject): KubeObject {
  const { finalizers = [], ...metadata } = object.metadata;
  return {
    ...object,
    metadata: finalizers.length > 0 ? { ...metadata, finalizers } : metadata,
  };
}

function withPropagation(
  finalizers: readonly string[],
  propagation: Propagation | undefined,
): readonly string[] {
  if (propagation === undefined) return finalizers;
  const own = Object.values(propagationFinalizers);
  const others = finalizers.filter((finalizer) => !own.includes(finalizer));
  const added = propagationFinalizers[propagation];
  return added === undefined ? others : [...others, added];
}

/** Seconds an object keeps running after its deletion; 0 for all but running pods. */
function graceOf({ group, plural }: Resource, object: KubeObject, options: DeleteOptions): number {
  if (group !== '' || plural !== 'pods') return 0;
  const phase = digString(object, 'status', 'phase');
  if (digString(object, 'spec', 'nodeName') === '' || phase === 'Succeeded' || phase === 'Failed') return 0;
  if (options.gracePeriodSeconds !== undefined) return positive(options.gracePeriodSeconds);
  const own = dig(object, 'spec', 'terminationGracePeriodSeconds');
  return typeof own === 'number' ? positive(own) : 30;
}

/** A period below zero is one second. */
function positive(seconds: number): number {
  return seconds < 0 ? 1 : seconds;
}

/** Kinds whose own code checks preconditions, in the words of the storage. */
const checkedByStorage = new Set(['namespaces', 'customresourcedefinitions']);

/** @see kubernetes/apiserver pkg/registry/rest/delete.go BeforeDelete */
function checkPreconditions(
  resource: Resource,
  { metadata }: KubeObject,
  { preconditions }: DeleteOptions,
): void {
  if (preconditions === undefined) return;
  const { uid, resourceVersion } = preconditions;
  const wrong = [
    ['UID', uid, metadata.uid, 'deleted and then recreated'],
    ['ResourceVersion', resourceVersion, metadata.resourceVersion, 'modified'],
  ] as const;
  for (const [what, wanted, found = '', become] of wrong) {
    if (wanted === undefined || wanted === found) continue;
    const { group, plural, kind } = resource;
    if (checkedByStorage.has(plural)) {
      const why = `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${found}`;
      throw conflict(resource, metadata.name, why);
    }
    const why = `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${found}). The object might have been ${become}`;
    throw conflict({ group, plural: kind }, metadata.name, why);
  }
}
