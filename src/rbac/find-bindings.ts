import { digArray, digString } from '../core/json.js';
import { label, type KubeObject } from '../core/kube-object.js';
import type { ReleaseName } from '../core/release.js';
import { roleReferenceLabel, userReferenceLabel, workspaceLabel } from '../core/well-known-keys.js';
import type { ObjectStore } from '../state/object-store.js';
import { findsByLabel, scopeKinds, type RoleScope } from './role-scopes.js';

/** Which bindings are wanted; what is absent does not matter. */
export interface BindingQuery {
  readonly scope: RoleScope;
  /** Workspace or namespace, as the scope has it. */
  readonly place?: string;
  readonly user?: string;
  /** Groups of that user. */
  readonly groups?: readonly string[];
  readonly role?: string;
}

/**
 * Bindings as handlers look for them, which is not how the authorizer does: since 4.1 by the labels `user-ref` and
 * `role-ref`, before by subjects and role.
 *
 * @see kubesphere/kubesphere pkg/models/iam/am/am.go
 */
export function findBindings(store: ObjectStore, release: ReleaseName, query: BindingQuery): KubeObject[] {
  const { bindings } = scopeKinds(query.scope, release);
  const namespace = query.scope === 'namespace' ? query.place : undefined;
  const workspace = query.scope === 'workspace' ? (query.place ?? '') : '';
  return store
    .list(bindings, namespace)
    .map(({ object }) => object)
    .filter((binding) => workspace === '' || label(binding, workspaceLabel) === workspace)
    .filter((binding) => (findsByLabel(release) ? fitsLabels(binding, query) : fitsSubjects(binding, query)));
}

function fitsLabels(binding: KubeObject, { user, role }: BindingQuery): boolean {
  if (user !== undefined && label(binding, userReferenceLabel) !== user) return false;
  return role === undefined || label(binding, roleReferenceLabel) === role;
}

function fitsSubjects(binding: KubeObject, { user, groups = [], role }: BindingQuery): boolean {
  if (role !== undefined && digString(binding, 'roleRef', 'name') !== role) return false;
  if (user === undefined) return true;
  return digArray(binding, 'subjects').some((subject) => {
    const kind = digString(subject, 'kind');
    const name = digString(subject, 'name');
    return (kind === 'User' && name === user) || (kind === 'Group' && groups.includes(name));
  });
}

/** The user a binding is about: its label since 4.1, its first subject that is a user before; `''` for none. */
export function userOfBinding(binding: KubeObject, release: ReleaseName): string {
  if (findsByLabel(release)) return label(binding, userReferenceLabel) ?? '';
  const subject = digArray(binding, 'subjects').find((one) => digString(one, 'kind') === 'User');
  return digString(subject, 'name');
}
