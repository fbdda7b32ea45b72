import { ldapError } from '../../../auth/ldap-error.js';
import { digString, type JsonObject } from '../../../core/json.js';
import { annotation, type KubeObject } from '../../../core/kube-object.js';
import type { RequestContext } from '../../../registry/contract.js';

/** Where accounts are kept: 2.1 really has them in a directory. */
export const users = { group: 'iam.kubesphere.io', plural: 'users' };
const bindings = { group: 'rbac.authorization.k8s.io', plural: 'clusterrolebindings' };
/** How Go prints a time nobody set. */
const never = '0001-01-01T00:00:00Z';

/** What is told of an account besides its entry, in the order it is printed. */
export interface AccountRoles {
  readonly cluster_role?: string;
  readonly role?: string;
  readonly role_binding?: string;
  readonly role_bind_time?: string;
  readonly workspace_role?: string;
}

/** A user as 2.1 knows one: the entry of the directory, with the roles a list is about. */
export function accountOf(
  user: KubeObject,
  { world }: RequestContext,
  { cluster_role = '', ...roles }: AccountRoles = {},
): JsonObject {
  const { name, creationTimestamp } = user.metadata;
  const lang = digString(user, 'spec', 'lang');
  return {
    username: name,
    email: digString(user, 'spec', 'email'),
    ...(lang !== '' && { lang }),
    description: annotation(user, 'kubesphere.io/description') ?? '',
    create_time: creationTimestamp ?? never,
    avatar_url: '',
    last_login_time: world.sessions.logins(name).at(-1)?.time ?? '',
    status: 0,
    cluster_role,
    ...roles,
  };
}

/** The one role of an account in the cluster: that of the binding named like it; empty for none. */
export function clusterRoleOf({ cluster }: RequestContext, name: string): string {
  return digString(cluster.store.find(bindings, undefined, name)?.object, 'roleRef', 'name');
}

/** The user of a name; `undefined` when there is none. */
export function findAccount({ cluster }: RequestContext, name: string): KubeObject | undefined {
  return cluster.store.find(users, undefined, name)?.object;
}

/** The user of a name. @throws ApiError in the words of the directory, 500 unless told otherwise */
export function requireAccount(context: RequestContext, name: string, status: 404 | 500 = 500): KubeObject {
  const found = findAccount(context, name);
  if (found === undefined) throw ldapError(status, 32, `user ${name} does not exist`);
  return found;
}
