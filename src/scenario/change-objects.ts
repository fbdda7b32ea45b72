import { applyMergePatch } from '../core/merge-patch.js';
import { digString, type JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { Resource, WriteContext } from '../registry/contract.js';
import { createObject } from '../registry/verbs/create.js';
import { deleteObject } from '../registry/verbs/delete.js';
import type { ClusterChanges, ObjectReference } from './scenario.js';

/** Something a scenario asks of a world that the world cannot give. */
export class UnfitScenario extends Error {
  override readonly name = 'UnfitScenario';
}

/**
 * Deletes, creates and patches objects of one cluster, in this order, through the path every write takes: controllers
 * see each change.
 *
 * @throws UnfitScenario for a kind the release does not have
 * @throws ApiError for whatever kube-apiserver would refuse
 */
export function changeObjects(context: WriteContext, changes: ClusterChanges): void {
  for (const reference of changes.delete ?? []) {
    deleteObject(context, kindOf(context, reference.apiVersion, reference.kind), keyOf(reference));
  }
  for (const object of changes.objects ?? []) create(context, object);
  for (const { merge, ...reference } of changes.patches ?? []) patch(context, reference, merge);
}

function create(context: WriteContext, object: JsonObject): void {
  const resource = kindOf(context, digString(object, 'apiVersion'), digString(object, 'kind'));
  const stored = createObject(context, resource, object);
  const { status } = object;
  if (status === undefined) return;
  // A create drops a status of its own making; a scenario says how things are, status included.
  const current = context.cluster.store.find(
    resource,
    stored.object.metadata.namespace,
    stored.object.metadata.name,
  );
  if (current !== undefined) context.cluster.store.update(resource, { ...current.object, status });
}

function patch({ cluster, ...context }: WriteContext, reference: ObjectReference, merge: JsonObject): void {
  const resource = kindOf({ cluster, ...context }, reference.apiVersion, reference.kind);
  const { namespace, name } = keyOf(reference);
  const current = cluster.store.get(resource, namespace, name).object;
  cluster.store.update(resource, applyMergePatch(current, merge) as KubeObject);
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
