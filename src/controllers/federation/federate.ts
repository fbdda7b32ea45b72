import { ApiError } from '../../core/api-error.js';
import { digArray, digObject, digString, type JsonObject } from '../../core/json.js';
import { federatedKinds, federationGroup, type FederatedKind } from '../../core/federated-kinds.js';
import { annotation, label, type KubeObject } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import type { Resource, WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { updateObject } from '../../registry/verbs/update.js';
import type { Change } from '../../state/object-store.js';
import type { KnownClusters } from '../clusters/ready-clusters.js';
import {
  hasFinalizer,
  isDeleting,
  keyOf,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type QueuedController,
  type WorkKey,
} from '../controller.js';
import { copyOf, managedLabel, withWanted } from './copy-of.js';
import { joinedClusters, placedOn } from './placed-on.js';

const finalizer = 'kubefed.io/sync-controller';
const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };
const namespaceKind = 'federatednamespaces';

/** How a copy in a cluster is doing; `undefined`: as it should be. */
type Trouble = string | undefined;

/**
 * Has copies of federated objects in the clusters they are placed on, with the overrides of each, and none elsewhere; says
 * in their status how that went. Copies somebody changes or deletes are put right. A federated object that is deleted
 * waits until its copies are gone from every cluster, unless they are to stay (`kubefed.io/orphan`).
 *
 * FederatedWorkspaces only show what their templates say: workspaces are placed by these themselves.
 *
 * @see kubernetes-sigs/kubefed pkg/controller/sync/controller.go
 */
export const federationControllers: readonly QueuedController[] = federatedKinds
  .filter(({ kind }) => kind !== 'FederatedWorkspace')
  .map((kind): QueuedController => ({
    name: kind.kind.toLowerCase(),
    since: 'v3.0',
    until: 'v3.4',
    watches: [
      `${kind.plural}.${federationGroup}`,
      `${kind.target.plural}.${kind.target.group}`,
      `${clusters.plural}.${clusters.group}`,
      ...(kind.namespaced && kind.plural !== namespaceKind ? [`${namespaceKind}.${federationGroup}`] : []),
    ],
    keysOf: (context, change) => keysOf(context, change, kind),
    settle: (context, key) => {
      settle(context, key, kind);
    },
  }));

function keysOf({ world }: WriteContext, change: Change, kind: FederatedKind): readonly WorkKey[] {
  const { resource, stored, previous } = change;
  const { namespace = '', name } = stored.object.metadata;
  if (resource.group === federationGroup && resource.plural === kind.plural) return [{ namespace, name }];
  const { store } = world.host;
  const own = { group: federationGroup, plural: kind.plural };
  if (resource.group === clusters.group || resource.group === federationGroup) {
    const within = resource.group === federationGroup ? namespace : undefined;
    return store.list(own, within).map(({ object }) => keyOfWork(object));
  }
  const isCopy = [stored, previous].some((one) => one && label(one.object, managedLabel) !== undefined);
  if (!isCopy) return [];
  const place = kind.plural === namespaceKind ? name : namespace;
  return store.find(own, place === '' ? undefined : place, name) === undefined
    ? []
    : [{ namespace: place, name }];
}

function keyOfWork({ metadata }: KubeObject): WorkKey {
  return { namespace: metadata.namespace ?? '', name: metadata.name };
}

function settle(context: WriteContext, { namespace, name }: WorkKey, kind: FederatedKind): void {
  const { world } = context;
  const host = { ...context, cluster: world.host };
  const resource = host.catalog.get(federationGroup, kind.plural);
  const federated = world.host.store.find(resource, namespace === '' ? undefined : namespace, name)?.object;
  if (federated === undefined) return;
  const joined = joinedClusters(world);
  if (isDeleting(federated)) {
    if (hasFinalizer(federated, finalizer) && isReleased(context, federated, kind, joined))
      writeBack(host, resource, withoutFinalizer(federated, finalizer));
    return;
  }
  if (!hasFinalizer(federated, finalizer)) {
    writeBack(host, resource, withFinalizer(federated, finalizer));
    return;
  }
  const { names, reason } = placedOn(world, federated, kind, joined);
  const troubles = new Map<string, Trouble>();
  for (const { metadata } of joined.objects) {
    const there = contextIn(context, joined, metadata.name);
    if (names.has(metadata.name)) {
      troubles.set(
        metadata.name,
        there === undefined ? 'ClusterNotReady' : putCopy(there, federated, kind, metadata.name),
      );
    } else if (there !== undefined && dropCopy(there, federated, kind)) {
      troubles.set(metadata.name, 'WaitingForRemoval');
    }
  }
  report(host, resource, federated, troubles, reason);
}

function contextIn(context: WriteContext, { ready }: KnownClusters, name: string): WriteContext | undefined {
  const cluster = ready.get(name);
  return cluster && { ...context, cluster };
}

/** Has the copy in a cluster be as it is wanted. @returns what KubeFed calls what went wrong */
function putCopy(
  context: WriteContext,
  federated: KubeObject,
  kind: FederatedKind,
  cluster: string,
): Trouble {
  const target = context.catalog.get(kind.target.group, kind.target.plural);
  const there = findCopy(context, target, federated);
  if (there !== undefined && label(there, managedLabel) === 'false') return 'ManagedLabelFalse';
  let wanted: JsonObject;
  try {
    wanted = copyOf(federated, kind, cluster);
  } catch (error) {
    return told(error, 'ApplyOverridesFailed');
  }
  try {
    if (there === undefined) createObject(context, target, wanted);
    else if (isDeleting(there)) return 'WaitingForRemoval';
    else {
      const next = withWanted(there, wanted, federated, kind);
      if (!sameJson(next, there)) updateObject(context, target, next, { unconditional: true });
    }
    return undefined;
  } catch (error) {
    return told(error, there === undefined ? 'CreationFailed' : 'UpdateFailed');
  }
}

/** @throws what is no refusal */
function told(error: unknown, trouble: string): string {
  if (error instanceof ApiError) return trouble;
  throw error;
}

function findCopy(
  { cluster }: WriteContext,
  target: Resource,
  federated: KubeObject,
): KubeObject | undefined {
  const { namespace, name } = federated.metadata;
  return cluster.store.find(target, target.namespaced ? namespace : undefined, name)?.object;
}

/** Takes the copy in a cluster away; the host's own namespace only stops being one. @returns whether one is still there */
function dropCopy(context: WriteContext, federated: KubeObject, kind: FederatedKind, stays = false): boolean {
  const target = context.catalog.get(kind.target.group, kind.target.plural);
  const there = findCopy(context, target, federated);
  if (there === undefined || label(there, managedLabel) !== 'true') return false;
  if (stays || (kind.plural === namespaceKind && context.cluster.isHost)) {
    const { [managedLabel]: _, ...labels } = there.metadata.labels ?? {};
    writeBack(context, target, { ...there, metadata: { ...there.metadata, labels } });
    return false;
  }
  if (!isDeleting(there)) deleteObject(context, target, keyOf(there));
  return findCopy(context, target, federated) !== undefined;
}

/** Lets go of all copies. @returns whether none is left, as far as anybody can see */
function isReleased(
  context: WriteContext,
  federated: KubeObject,
  kind: FederatedKind,
  joined: KnownClusters,
): boolean {
  const stays = annotation(federated, 'kubefed.io/orphan') === 'true';
  let isGone = joined.notReady.length === 0;
  for (const { metadata } of joined.objects) {
    const there = contextIn(context, joined, metadata.name);
    if (there !== undefined && dropCopy(there, federated, kind, stays)) isGone = false;
  }
  return isGone;
}

/** Writes down how it went. @see kubernetes-sigs/kubefed pkg/controller/sync/status/status.go */
function report(
  context: WriteContext,
  resource: Resource,
  federated: KubeObject,
  troubles: ReadonlyMap<string, Trouble>,
  reason: string | undefined,
): void {
  const now = context.cluster.store.find(
    resource,
    federated.metadata.namespace,
    federated.metadata.name,
  )?.object;
  if (now === undefined) return;
  const isFine = reason === undefined && [...troubles.values()].every((trouble) => trouble === undefined);
  const why = reason ?? (isFine ? '' : 'CheckClusters');
  const told = [...troubles].map(([name, status]) => ({ name, ...(status !== undefined && { status }) }));
  const state = isFine ? 'True' : 'False';
  const known = digArray(now, 'status', 'conditions')[0];
  const isSame = digString(known, 'status') === state && digString(known, 'reason') === why;
  const { observedGeneration: seen, clusters: before } = digObject(now, 'status');
  const observedGeneration = now.metadata.generation ?? 0;
  if (isSame && seen === observedGeneration && sameJson(before ?? [], told)) return;
  const at = context.world.clock.timestamp();
  const condition = {
    type: 'Propagation',
    status: state,
    lastUpdateTime: at,
    lastTransitionTime: digString(known, 'status') === state ? digString(known, 'lastTransitionTime') : at,
    ...(why !== '' && { reason: why }),
  };
  const status = { observedGeneration, conditions: [condition], ...(told.length > 0 && { clusters: told }) };
  updateObject(
    context,
    resource,
    { ...now, status },
    { unconditional: true, typed: true, subresource: 'status' },
  );
}
