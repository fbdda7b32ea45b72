import { digString, type JsonObject } from '../core/json.js';
import { inRange, type ReleaseName } from '../core/release.js';

/** Who a subject of a binding stands for: a user name or a group; `undefined` for nobody. */
export type Principal = { readonly user: string } | { readonly group: string } | undefined;

/**
 * Reads a subject of a binding.
 *
 * @param namespace Of the binding; used for ServiceAccounts that name none, empty for bindings without namespace.
 * @see kubesphere/kubesphere pkg/apiserver/authorization/rbac/rbac.go appliesToUser
 */
export function principalOf(subject: JsonObject, namespace: string, release: ReleaseName): Principal {
  const name = digString(subject, 'name');
  switch (digString(subject, 'kind')) {
    case 'User':
      return { user: name };
    case 'Group':
      return { group: name };
    case 'ServiceAccount': {
      const from = digString(subject, 'namespace') || namespace;
      const prefix = serviceAccountPrefix(digString(subject, 'apiGroup'), release);
      return from === '' || prefix === undefined
        ? undefined
        : { user: `${prefix}:serviceaccount:${from}:${name}` };
    }
    default:
      return undefined;
  }
}

function serviceAccountPrefix(apiGroup: string, release: ReleaseName): string | undefined {
  if (!inRange(release, { since: 'v4.1' })) return 'system';
  if (apiGroup === 'kubesphere.io') return 'kubesphere';
  return apiGroup === 'rbac.authorization.k8s.io' ? 'system' : undefined;
}
