import { ApiError, badRequest, notFound } from '../../../core/api-error.js';
import { digArray, digObject, digString, isJsonObject, type JsonObject } from '../../../core/json.js';
import { type KubeObject } from '../../../core/kube-object.js';
import { inRange } from '../../../core/release.js';
import { globalRoleAnnotation, userReferenceLabel } from '../../../core/well-known-keys.js';
import { boundUsers } from '../../../rbac/bound-users.js';
import { findBindings } from '../../../rbac/find-bindings.js';
import { assertNameMatches } from '../../../registry/assert-name-matches.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readTypedBody } from '../../../registry/read-json-body.js';
import { success } from '../../../registry/reply.js';
import { createObject } from '../../../registry/verbs/create.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { updateObject } from '../../../registry/verbs/update.js';
import { assertRoleExists, bindUser, roleOfUser } from './bind-user.js';
import { listReply, objectReply } from '../../../registry/entity-reply.js';

const users = { group: 'iam.kubesphere.io', plural: 'users' };
const loginRecords = { group: 'iam.kubesphere.io', plural: 'loginrecords' };
/** Names how lists show users. */
const passwordless = 'without password';
const preRegistration = 'system:pre-registration';

/** Since 4.1 the role on the platform is stored with the user; before, answers compute it. */
function storesGlobalRole({ release }: RequestContext): boolean {
  return inRange(release.name, { since: 'v4.1' });
}

/**
 * `GET /users`: since 4.1 `globalrole` looks bindings up and ignores everything else; before, the query may name where users
 * are to be bound.
 */
export function listUsers(context: RequestContext): Reply {
  const { store } = context.cluster;
  const role = context.query.get('globalrole') ?? '';
  if (role !== '' && storesGlobalRole(context)) return usersOfGlobalRole(context, role);
  const all = store.list(users);
  const show = (user: KubeObject): KubeObject => shownUser(user, context);
  if (storesGlobalRole(context)) return listReply(context, users, all, show, { form: passwordless });
  // What is shown depends on bindings too, so its bytes cannot be kept.
  const found = boundUsers(context, all);
  return listReply(context, users, found?.users ?? all, show, found && { consumed: found.consumed });
}

function usersOfGlobalRole(context: RequestContext, role: string): Reply {
  const { cluster, release } = context;
  const names = findBindings(cluster.store, release.name, { scope: 'global', role }).flatMap((binding) =>
    digArray(binding, 'subjects')
      .filter((subject) => digString(subject, 'kind') === 'User')
      .map((subject) => digString(subject, 'name')),
  );
  const found = names.map((name) => {
    const user = cluster.store.find(users, undefined, name);
    if (user === undefined) throw new ApiError(500, 'InternalError', missingUser(context, name).message);
    return user;
  });
  return listReply(context, users, found, (user) => shownUser(user, context), {
    everything: true,
    form: passwordless,
  });
}

/** `GET /users/{user}`. Before 4.1 a missing user is the server's own failure: 500. */
export function getUser(context: RequestContext): Reply {
  const name = context.params['user'] ?? '';
  const found = context.cluster.store.find(users, undefined, name);
  if (found === undefined) {
    const error = missingUser(context, name);
    throw storesGlobalRole(context) ? error : new ApiError(500, 'InternalError', error.message);
  }
  return objectReply(context, users, shownUser(found.object, context));
}

/** `POST /users`: the answer is the user as created, before any controller has seen it. */
export function createUser(context: RequestContext): Reply {
  const resource = context.catalog.get(users.group, users.plural);
  const sent = readTypedBody(context, resource);
  const isRegistration = context.user.name === preRegistration;
  const wanted = isRegistration ? registered(sent, context) : sent;
  const role = digObject(wanted, 'metadata', 'annotations')[globalRoleAnnotation];
  if (typeof role === 'string' && role !== '') assertRoleExists(context, 'global', undefined, role);
  const created = createObject(
    context,
    resource,
    storesGlobalRole(context) ? wanted : withoutAnnotation(wanted),
  ).object;
  if (typeof role === 'string' && role !== '')
    bindUser(context, 'global', undefined, created.metadata.name, role);
  return objectReply(context, users, withoutPassword(created), 'created');
}

/** A user who signs up: the identity of the provider is kept, the role is not theirs to choose. */
function registered(sent: JsonObject, { user, release }: RequestContext): JsonObject {
  const provider = user.extra['idp'] ?? [];
  const uid = user.extra['uid'] ?? [];
  const [providerName = ''] = provider;
  const [identity = ''] = uid;
  if (provider.length !== 1 || uid.length !== 1) throw badRequest('invalid registration token');
  const metadata = digObject(withoutAnnotation(sent), 'metadata');
  const annotations = digObject(metadata, 'annotations');
  const labels = digObject(metadata, 'labels');
  if (inRange(release.name, { since: 'v4.1' })) {
    const key = `iam.kubesphere.io/identity-provider.${providerName}`;
    return { ...sent, metadata: { ...metadata, annotations: { ...annotations, [key]: identity } } };
  }
  return {
    ...sent,
    metadata: {
      ...metadata,
      annotations,
      labels: {
        ...labels,
        'iam.kubesphere.io/identify-provider': providerName,
        'iam.kubesphere.io/origin-uid': identity,
      },
    },
  };
}

/** `PUT /users/{user}`: password and status stay, except that the state may be switched. */
export function updateUser(context: RequestContext): Reply {
  const resource = context.catalog.get(users.group, users.plural);
  const name = context.params['user'] ?? '';
  const sent = readTypedBody(context, resource);
  assertNameMatches(sent, name);
  const { store } = context.cluster;
  const current = store.find(users, undefined, name)?.object;
  if (current === undefined) throw missingUser(context, name);
  const role = digObject(sent, 'metadata', 'annotations')[globalRoleAnnotation];
  const kept = storesGlobalRole(context) ? sent : withoutAnnotation(sent);
  const password = digObject(current, 'spec')['password'];
  const { password: _ignored, ...spec } = digObject(kept, 'spec');
  const updated = updateObject(context, resource, {
    ...kept,
    spec: { ...spec, ...(password !== undefined && { password }) },
    status: nextStatus(context, current, digString(sent, 'status', 'state')),
  }).object;
  if (typeof role === 'string' && role !== '' && role !== roleOfUser(context, 'global', undefined, name)) {
    rebindGlobalRole(context, name, role);
  }
  const shown = withoutPassword(updated);
  const sentRole =
    storesGlobalRole(context) || typeof role !== 'string'
      ? shown
      : annotated(shown, globalRoleAnnotation, role);
  return objectReply(context, users, sentRole, { as: sent });
}

function nextStatus({ world }: RequestContext, current: KubeObject, state: string): JsonObject {
  const status = digObject(current, 'status');
  if (state !== 'Active' && state !== 'Disabled') return status;
  return { ...status, state, lastTransitionTime: world.clock.timestamp() };
}

function rebindGlobalRole(context: RequestContext, name: string, role: string): void {
  const { user } = context;
  const { allowed } = context.authorize({
    user,
    verb: 'update',
    apiGroup: '',
    resource: 'users',
    scope: 'Global',
  });
  if (!allowed) {
    const text = `user.iam.kubesphere.io "${name}" is forbidden: update global role binding is not allowed`;
    throw new ApiError(403, 'Forbidden', text);
  }
  bindUser(context, 'global', undefined, name, role);
}

/** `DELETE /users/{user}`. */
export function deleteUser(context: RequestContext): Reply {
  const name = context.params['user'] ?? '';
  if (context.cluster.store.find(users, undefined, name) === undefined) throw missingUser(context, name);
  deleteObject(context, context.catalog.get(users.group, users.plural), { name });
  return success();
}

/** `GET /users/{user}/loginrecords`. */
export function listLoginRecords(context: RequestContext): Reply {
  const name = context.params['user'] ?? '';
  const records = context.cluster.store
    .list(loginRecords)
    .filter(({ object }) => object.metadata.labels?.[userReferenceLabel] === name);
  return listReply(context, loginRecords, records);
}

/** 404 in the words of the release: the kind since 4.1, the lister's singular before. */
export function missingUser({ release }: RequestContext, name: string): ApiError {
  const singular = inRange(release.name, { since: 'v4.1' }) ? 'User' : 'user';
  return notFound({ group: users.group, plural: singular }, name);
}

/** A user as answers show it: without password, and before 4.1 with the role held on the platform. */
export function shownUser(user: KubeObject, context: RequestContext): KubeObject {
  const shown = withoutPassword(user);
  if (storesGlobalRole(context)) return shown;
  const role = roleOfUser(context, 'global', undefined, user.metadata.name);
  return role === undefined ? shown : annotated(shown, globalRoleAnnotation, role);
}

/** The same user without the password. */
export function withoutPassword(user: KubeObject): KubeObject {
  const spec = user['spec'];
  if (!isJsonObject(spec) || !Object.hasOwn(spec, 'password')) return user;
  const { password: _password, ...rest } = spec;
  return { ...user, spec: rest };
}

/** The same object with one annotation more, in the order Go prints maps in. */
export function annotated(object: KubeObject, key: string, value: string): KubeObject {
  const annotations = { ...object.metadata.annotations, [key]: value };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function withoutAnnotation(object: JsonObject): JsonObject {
  const metadata = digObject(object, 'metadata');
  const { [globalRoleAnnotation]: _role, ...annotations } = digObject(metadata, 'annotations');
  return { ...object, metadata: { ...metadata, annotations } };
}
