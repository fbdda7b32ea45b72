import { digString } from '../../../core/json.js';
import { annotation, type KubeObject } from '../../../core/kube-object.js';
import { simpleRulesInCluster } from '../../../rbac/simple-rules-2.1.js';
import { readConditions } from '../../../registry/conditions.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { json } from '../../../registry/reply.js';
import { accountOf, clusterRoleOf, requireAccount, users } from './account.js';

/**
 * `GET /users` of 2.1: the accounts of its directory by `keyword`, `username` or `email`, of which the last one given
 * counts. With `check` it tells whether a name or address is taken.
 *
 * @see kubesphere/kubesphere pkg/models/iam/im.go ListUsers
 */
export function listAccounts(context: RequestContext): Reply {
  const all = context.cluster.store.list(users).map(({ object }) => object);
  const check = context.query.get('check') ?? '';
  if (check !== '')
    return json({ exist: all.some((user) => check === user.metadata.name || check === emailOf(user)) });
  const { exact, limit, offset, orderBy, reverse } = readConditions(context.query);
  const keyOf = (user: KubeObject): string =>
    orderBy === 'username' ? user.metadata.name : (user.metadata.creationTimestamp ?? '');
  const found = all.filter(filterOf(exact));
  found.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0) * (reverse ? -1 : 1));
  const items = found.slice(offset, offset + Math.max(0, limit));
  return json({
    items: items.map((user) =>
      accountOf(user, context, { cluster_role: clusterRoleOf(context, user.metadata.name) }),
    ),
    total_count: found.length,
  });
}

function filterOf(exact: ReadonlyMap<string, string>): (user: KubeObject) => boolean {
  const [keyword = '', names = '', mails = ''] = ['keyword', 'username', 'email'].map((key) =>
    exact.get(key),
  );
  if (mails !== '') return (user) => mails.split('|').includes(emailOf(user));
  if (names !== '') return ({ metadata }) => names.split('|').includes(metadata.name);
  if (keyword === '') return () => true;
  return (user) =>
    [user.metadata.name, emailOf(user), annotation(user, 'kubesphere.io/description') ?? ''].some((text) =>
      text.toLowerCase().includes(keyword.toLowerCase()),
    );
}

function emailOf(user: KubeObject): string {
  return digString(user, 'spec', 'email');
}

/** `GET /users/{user}` of 2.1, with what the user may do in the cluster. @throws ApiError 404 */
export function getAccount(context: RequestContext): Reply {
  const name = context.params['user'] ?? '';
  const account = accountOf(requireAccount(context, name, 404), context, {
    cluster_role: clusterRoleOf(context, name),
  });
  return json({ ...account, cluster_rules: simpleRulesInCluster(context.cluster.store, name) });
}
