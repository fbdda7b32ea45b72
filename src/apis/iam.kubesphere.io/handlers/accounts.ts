import { notFound } from '../../../core/api-error.js';
import { digString, type JsonObject } from '../../../core/json.js';
import { annotation, type KubeObject } from '../../../core/kube-object.js';
import { findBindings } from '../../../rbac/find-bindings.js';
import { readConditions } from '../../../registry/conditions.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { json } from '../../../registry/reply.js';
import { selectByConditions } from '../../../registry/select-by-conditions.js';

const users = { group: 'iam.kubesphere.io', plural: 'users' };
/** How Go prints a time nobody set. */
const never = '0001-01-01T00:00:00Z';

/** `GET /users` of 2.1: the accounts of its directory, found and cut by conditions. */
export function listAccounts(context: RequestContext): Reply {
  const all = context.cluster.store.list(users);
  const { items, total } = selectByConditions(context, users, all, readConditions(context.query));
  return json({ items: items.map(({ object }) => accountOf(object, context)), total_count: total });
}

/** `GET /users/{user}` of 2.1. @throws ApiError 404 */
export function getAccount(context: RequestContext): Reply {
  const name = context.params['user'] ?? '';
  const found = context.cluster.store.find(users, undefined, name)?.object;
  if (found === undefined) throw notFound({ group: '', plural: 'user' }, name);
  return json(accountOf(found, context));
}

/** A user as 2.1 knows one: an entry of its directory with the one role in the cluster. */
function accountOf(user: KubeObject, { world, cluster, release }: RequestContext): JsonObject {
  const { name, creationTimestamp } = user.metadata;
  const [binding] = findBindings(cluster.store, release.name, { scope: 'cluster', user: name });
  return {
    username: name,
    email: digString(user, 'spec', 'email'),
    description: annotation(user, 'kubesphere.io/description') ?? '',
    create_time: creationTimestamp ?? never,
    avatar_url: '',
    last_login_time: world.sessions.logins(name).at(-1)?.time ?? '',
    status: 0,
    cluster_role: digString(binding, 'roleRef', 'name'),
  };
}
