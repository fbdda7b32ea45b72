import { annotation } from '../core/kube-object.js';
import { inRange, type ReleaseName } from '../core/release.js';
import type { ObjectStore, StoredObject } from '../state/object-store.js';
import { readRules, type Rule } from './match-rule.js';
import { compileRego, regoOverride, type RegoPolicy } from './rego-overrides.js';

/** A role, read once. */
export interface CompiledRole {
  readonly policy: RegoPolicy | undefined;
  readonly rules: readonly Rule[];
}

interface GroupResource {
  readonly group: string;
  readonly plural: string;
}

/** Where a release keeps roles and bindings. */
export interface RbacKinds {
  readonly globalRoles: GroupResource;
  readonly globalRoleBindings: GroupResource;
  readonly workspaceRoles: GroupResource;
  readonly workspaceRoleBindings: GroupResource;
  readonly clusterRoles: GroupResource;
  readonly clusterRoleBindings: GroupResource;
  readonly roles: GroupResource;
  readonly roleBindings: GroupResource;
}

const ours = 'iam.kubesphere.io';
const native = 'rbac.authorization.k8s.io';
const kindsOf4 = kinds(ours);
const kindsOf3 = kinds(native);

function kinds(clusterGroup: string): RbacKinds {
  return {
    globalRoles: { group: ours, plural: 'globalroles' },
    globalRoleBindings: { group: ours, plural: 'globalrolebindings' },
    workspaceRoles: { group: ours, plural: 'workspaceroles' },
    workspaceRoleBindings: { group: ours, plural: 'workspacerolebindings' },
    clusterRoles: { group: clusterGroup, plural: 'clusterroles' },
    clusterRoleBindings: { group: clusterGroup, plural: 'clusterrolebindings' },
    roles: { group: clusterGroup, plural: 'roles' },
    roleBindings: { group: clusterGroup, plural: 'rolebindings' },
  };
}

/** Before 4.1 roles of clusters and namespaces are Kubernetes' own. */
export function rbacKinds(release: ReleaseName): RbacKinds {
  return inRange(release, { since: 'v4.1' }) ? kindsOf4 : kindsOf3;
}

const compiled = new WeakMap<StoredObject, CompiledRole>();

/** A role of a store; `undefined` when there is none of this name. */
export function findRole(
  store: ObjectStore,
  resource: GroupResource,
  namespace: string | undefined,
  name: string,
): CompiledRole | undefined {
  const stored = store.find(resource, namespace, name);
  if (stored === undefined) return undefined;
  const known = compiled.get(stored);
  if (known !== undefined) return known;
  const text = annotation(stored.object, regoOverride) ?? '';
  // A module that cannot be read allows nothing, like one with an error in the real server.
  const role = { policy: text === '' ? undefined : compileRego(text), rules: readRules(stored.object) };
  compiled.set(stored, role);
  return role;
}
