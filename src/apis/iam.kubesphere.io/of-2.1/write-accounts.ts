import { ldapError } from '../../../auth/ldap-error.js';
import { checkPassword, hashPassword } from '../../../auth/passwords.js';
import { ApiError, badRequest, internalError, notFound } from '../../../core/api-error.js';
import { digArray, digObject, digString, type JsonObject } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import { namesUser } from '../../../rbac/names-user.js';
import { isUserManager } from '../../../rbac/simple-rules-2.1.js';
import { workspaceOfBinding } from '../../../rbac/workspace-roles-2.1.js';
import type { Reply, RequestContext, Resource } from '../../../registry/contract.js';
import { json, success } from '../../../registry/reply.js';
import { createObject } from '../../../registry/verbs/create.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { updateObject } from '../../../registry/verbs/update.js';
import { accountOf, findAccount, requireAccount, users } from './account.js';
import { readUser, type SentUser } from './read-body.js';

const native = 'rbac.authorization.k8s.io';
const members = [
  'username',
  'email',
  'lang',
  'description',
  'password',
  'current_password',
  'cluster_role',
] as const;
const shortestPassword = 6;
/** An address, or a name with an address in angle brackets. */
const address = /^(?:[^<>@]{0,200}<[^\s<>@,;]+@[^\s<>@,;]+>|[^\s<>@,;]+@[^\s<>@,;]+)$/;

type Sent = SentUser<(typeof members)[number]>;

/**
 * `POST /users` of 2.1: an entry in the directory, and the binding of its role in the cluster. A role that does not exist
 * is noticed when the entry is already there.
 *
 * @see kubesphere/kubesphere pkg/apiserver/iam/users.go, pkg/models/iam/im.go
 */
export function createAccount(context: RequestContext): Reply {
  const sent = readUser(context, members);
  // What is wrong with a name is said with the name that was sent: none.
  if (sent.username === '') throw badRequest('invalid username: ');
  checkAddress(sent.email);
  if (Buffer.byteLength(sent.password) < shortestPassword) throw badRequest('invalid password');
  const name = sent.username.trim();
  const email = sent.email.trim();
  const taken = context.cluster.store
    .list(users)
    .some(({ object }) => object.metadata.name === name || digString(object, 'spec', 'email') === email);
  if (taken) throw ldapError(409, 68, 'username or email already exists');
  const created = asInternal(() =>
    createObject(context, context.catalog.get(users.group, users.plural), {
      metadata: {
        name,
        ...(sent.description.trim() !== '' && {
          annotations: { 'kubesphere.io/description': sent.description.trim() },
        }),
      },
      spec: {
        email,
        ...(sent.lang !== '' && { lang: sent.lang }),
        password: hashed(context, name, sent.password.trim()),
      },
      status: { state: 'Active' },
    }),
  );
  if (sent.cluster_role !== '') bindClusterRole(context, name, sent.cluster_role);
  return json(accountOf(created.object, context));
}

/**
 * `PUT /users/{user}` of 2.1: what is sent empty stays. Whoever changes their own password proves the current one unless
 * they manage accounts; nobody changes their own role.
 */
export async function updateAccount(context: RequestContext): Promise<Reply> {
  const sent = readUser(context, members);
  const name = context.params['user'] ?? '';
  if (sent.username !== name) {
    const text = `the name of user (${sent.username}) does not match the name on the URL (${name})`;
    throw badRequest(text);
  }
  checkAddress(sent.email);
  if (sent.password !== '' && Buffer.byteLength(sent.password) < shortestPassword)
    throw badRequest('invalid password');
  const isSelf = context.user.name === name;
  const current = findAccount(context, name);
  if (isSelf && sent.password !== '' && !isUserManager(context.cluster.store, name)) {
    const fits =
      current !== undefined && (await checkPassword(context.world, current, sent.current_password));
    if (!fits) throw badRequest('incorrect current password');
  }
  const isTaken = context.cluster.store
    .list(users)
    .some(({ object }) => object.metadata.name !== name && digString(object, 'spec', 'email') === sent.email);
  if (isTaken) throw ldapError(409, 68, `email is duplicated: ${sent.email}`);
  if (current === undefined) throw ldapError(500, 32);
  asInternal(() =>
    updateObject(context, context.catalog.get(users.group, users.plural), changed(context, current, sent)),
  );
  if (!isSelf && sent.cluster_role !== '') bindClusterRole(context, name, sent.cluster_role);
  return json(accountOf(requireAccount(context, name), context));
}

function changed(context: RequestContext, current: KubeObject, sent: Sent): JsonObject {
  const { lang, password, description, email } = sent;
  return {
    ...current,
    metadata: {
      ...current.metadata,
      annotations: {
        ...current.metadata.annotations,
        ...(description !== '' && { 'kubesphere.io/description': description }),
      },
    },
    spec: {
      ...digObject(current, 'spec'),
      email,
      ...(lang !== '' && { lang }),
      ...(password !== '' && { password: hashed(context, current.metadata.name, password) }),
    },
  };
}

/** `DELETE /users/{user}` of 2.1: the user leaves every binding; one that is left without anybody goes. */
export function deleteAccount(context: RequestContext): Reply {
  const name = context.params['user'] ?? '';
  if (context.user.name === name) throw new ApiError(403, 'Forbidden', 'cannot delete yourself');
  if (findAccount(context, name) === undefined) throw ldapError(500, 32);
  deleteObject(context, context.catalog.get(users.group, users.plural), { name });
  context.world.passwords.delete(name);
  for (const plural of ['rolebindings', 'clusterrolebindings'])
    leaveBindings(context, context.catalog.get(native, plural), name);
  return success();
}

function leaveBindings(context: RequestContext, resource: Resource, user: string): void {
  for (const { object } of context.cluster.store.list(resource)) {
    if (!namesUser(object, user)) continue;
    const subjects = digArray(object, 'subjects').filter(
      (subject) => digString(subject, 'kind') !== 'User' || digString(subject, 'name') !== user,
    );
    const { name, namespace } = object.metadata;
    if (subjects.length > 0 || workspaceOfBinding(object) !== '')
      updateObject(context, resource, { ...object, subjects }, { unconditional: true });
    else deleteObject(context, resource, { name, ...(namespace !== undefined && { namespace }) });
  }
}

/** Gives an account its one role in the cluster, by a binding of its name. @throws ApiError 500 for a missing role */
function bindClusterRole(context: RequestContext, user: string, role: string): void {
  const { store } = context.cluster;
  if (store.find({ group: native, plural: 'clusterroles' }, undefined, role) === undefined) {
    throw internalError(notFound({ group: native, plural: 'clusterrole' }, role).message);
  }
  const resource = context.catalog.get(native, 'clusterrolebindings');
  const known = store.find(resource, undefined, user)?.object;
  if (known !== undefined) {
    if (digString(known, 'roleRef', 'name') === role) return;
    deleteObject(context, resource, { name: user });
  }
  createObject(context, resource, {
    metadata: { name: user },
    subjects: [{ kind: 'User', apiGroup: native, name: user }],
    roleRef: { apiGroup: native, kind: 'ClusterRole', name: role },
  });
}

function checkAddress(email: string): void {
  if (!address.test(email.trim())) throw badRequest(`invalid email: ${email}`);
}

function hashed({ world }: RequestContext, name: string, password: string): string {
  world.passwords.set(name, [password]);
  return hashPassword(world, password);
}

/**
 * Differs from KubeSphere: its directory takes any name; here accounts are objects, and what they cannot be called is
 * answered as whatever else goes wrong.
 */
function asInternal<T>(write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw error instanceof ApiError ? internalError(error.message) : error;
  }
}
