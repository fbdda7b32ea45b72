import type { User } from '../core/kube-object.js';
import type { AccessAttributes, Decision } from '../registry/contract.js';
import type { ObjectStore } from '../state/object-store.js';
import type { ClusterState, World } from '../state/world.js';
import { decide, workspaceOf, type RbacStores } from './decide.js';
import { rbacKinds, type RbacKinds } from './roles.js';

interface Remembered {
  readonly attributes: AccessAttributes;
  readonly workspace: string;
  readonly decision: Decision;
}

/** What was decided over one cluster, and for which state of the stores. */
interface DecisionCache {
  hostWrites: number;
  ownWrites: number;
  epoch: number;
  readonly decisions: Map<string, Remembered>;
}

/** What is decided where roles do not matter. @see kubernetes/apiserver authorizerfactory */
const regardless: Readonly<Record<string, Decision>> = {
  AlwaysAllow: { allowed: true, reason: '' },
  AlwaysDeny: { allowed: false, reason: 'Everything is forbidden.' },
};

/** Decisions kept per cluster. */
const kept = 4096;

const caches = new WeakMap<ObjectStore, DecisionCache>();

/**
 * Decides whether someone may do something in a cluster. Repeated questions are answered from memory until a role or a
 * binding changes.
 */
export function evaluate(attributes: AccessAttributes, world: World, cluster: ClusterState): Decision {
  const fixed = regardless[world.settings.authorizationMode];
  if (fixed !== undefined) return fixed;
  const stores: RbacStores = { release: world.release.name, host: world.host.store, own: cluster.store };
  const cache = currentCache(stores);
  const workspace = workspaceOf(attributes, stores);
  const key = keyOf(attributes);
  const known = cache.decisions.get(key);
  if (known !== undefined && known.workspace === workspace && sameQuestion(known.attributes, attributes)) {
    return known.decision;
  }
  const decision = decide(attributes, workspace, stores);
  if (cache.decisions.size >= kept) cache.decisions.clear();
  cache.decisions.set(key, { attributes, workspace, decision });
  return decision;
}

function currentCache({ host, own, release }: RbacStores): DecisionCache {
  let cache = caches.get(own);
  if (cache === undefined) {
    cache = { hostWrites: -1, ownWrites: -1, epoch: -1, decisions: new Map() };
    caches.set(own, cache);
  }
  if (cache.ownWrites === own.writes && cache.hostWrites === host.writes) return cache;
  cache.hostWrites = host.writes;
  cache.ownWrites = own.writes;
  const epoch = epochOf(host, own, rbacKinds(release));
  if (epoch !== cache.epoch) {
    cache.epoch = epoch;
    cache.decisions.clear();
  }
  return cache;
}

/** Grows with every write to a role or a binding, and stands still otherwise. */
function epochOf(host: ObjectStore, own: ObjectStore, kinds: RbacKinds): number {
  return (
    host.writesOf(kinds.globalRoles) +
    host.writesOf(kinds.globalRoleBindings) +
    host.writesOf(kinds.workspaceRoles) +
    host.writesOf(kinds.workspaceRoleBindings) +
    own.writesOf(kinds.clusterRoles) +
    own.writesOf(kinds.clusterRoleBindings) +
    own.writesOf(kinds.roles) +
    own.writesOf(kinds.roleBindings)
  );
}

/** Not unique on its own: a hit is compared member by member. */
function keyOf({ user, verb, resource, name, namespace, path }: AccessAttributes): string {
  return `${user.name} ${verb} ${path ?? resource ?? ''} ${name ?? ''} ${namespace ?? ''}`;
}

function sameQuestion(a: AccessAttributes, b: AccessAttributes): boolean {
  return (
    a.verb === b.verb &&
    a.resource === b.resource &&
    a.name === b.name &&
    a.namespace === b.namespace &&
    a.path === b.path &&
    a.apiGroup === b.apiGroup &&
    a.apiVersion === b.apiVersion &&
    a.subresource === b.subresource &&
    a.workspace === b.workspace &&
    a.scope === b.scope &&
    a.devops === b.devops &&
    a.isKubernetesRequest === b.isKubernetesRequest &&
    sameUser(a.user, b.user)
  );
}

function sameUser(a: User, b: User): boolean {
  if (a === b) return true;
  return (
    a.name === b.name &&
    a.uid === b.uid &&
    a.groups.length === b.groups.length &&
    a.groups.every((group, at) => group === b.groups[at])
  );
}
