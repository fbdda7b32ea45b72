import { seeingEvents } from '../kube/events/event-store.js';
import { applyMergePatch } from '../core/merge-patch.js';
import { digString, type JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { Resource, WriteContext } from '../registry/contract.js';
import { checkStoredTypes } from '../registry/check-stored-types.js';
import { createObject } from '../registry/verbs/create.js';
import { deleteObject } from '../registry/verbs/delete.js';
import type { ClusterChanges, ObjectPatch, ObjectReference } from './scenario.js';
import { UnfitScenario } from './unfit-scenario.js';

/**
 * Deletes, puts and patches objects of one cluster, in this order, through the path every write takes: controllers
 * see each change.
 *
 * @throws UnfitScenario for a kind the release does not have
 * @throws ApiError for whatever kube-apiserver would refuse
 */
export function changeObjects(writer: WriteContext, changes: ClusterChanges): void {
  const context = seeingEvents(writer);
  for (const reference of changes.delete ?? []) {
    deleteObject(context, kindOf(context, reference.apiVersion, reference.kind), keyOf(reference));
  }
  for (const object of changes.objects ?? []) put(context, object);
  for (const each of changes.patches ?? []) patch(context, each);
}

/** Creates an object, or merges it into the one of that name: scenarios that combine may both count on it. */
function put(context: WriteContext, object: JsonObject): void {
  const resource = kindOf(context, digString(object, 'apiVersion'), digString(object, 'kind'));
  const { store } = context.cluster;
  const name = digString(object, 'metadata', 'name');
  const namespace = digString(object, 'metadata', 'namespace');
  const known = name === '' ? undefined : store.find(resource, namespace, name);
  if (known !== undefined) {
    merge(context, resource, known.object, object);
    return;
  }
  const stored = createObject(context, resource, object).object;
  const { status } = object;
  if (status === undefined) return;
  // A create drops a status of its own making; a scenario says how things are, status included.
  const current = store.find(resource, stored.metadata.namespace, stored.metadata.name);
  if (current !== undefined) store.update(resource, { ...current.object, status });
}

function patch(context: WriteContext, { merge: changes, ...reference }: ObjectPatch): void {
  const resource = kindOf(context, reference.apiVersion, reference.kind);
  const { namespace, name } = keyOf(reference);
  merge(context, resource, context.cluster.store.get(resource, namespace, name).object, changes);
}

function merge(
  { cluster }: WriteContext,
  resource: Resource,
  current: KubeObject,
  changes: JsonObject,
): void {
  const { apiVersion, kind } = current;
  const changed = { ...applyMergePatch(current, changes), apiVersion, kind } as KubeObject;
  checkStoredTypes(changed, resource);
  cluster.store.update(resource, changed);
}

function kindOf({ catalog, world }: WriteContext, apiVersion: string, kind: string): Resource {
  const found = catalog.byKind(apiVersion, kind);
  if (found !== undefined) return found;
  throw new UnfitScenario(
    `${world.release.name} has no kind ${kind} of ${apiVersion}; correct apiVersion and kind`,
  );
}

function keyOf({ namespace, name }: ObjectReference): { readonly namespace?: string; readonly name: string } {
  return { name, ...(namespace !== undefined && { namespace }) };
}
