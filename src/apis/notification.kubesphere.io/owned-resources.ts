import { ApiError, badRequest, notFound } from '../../core/api-error.js';
import { digObject, digString, type JsonObject } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import type { Reply, RequestContext, Resource } from '../../registry/contract.js';
import { listReply, objectReply, page } from '../../registry/entity-reply.js';
import { readTypedBody } from '../../registry/read-json-body.js';
import { success } from '../../registry/reply.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { patchObject } from '../../registry/verbs/patch.js';
import { updateObject } from '../../registry/verbs/update.js';
import { parsePatch } from './parse-patch.js';

/** A version of the notification API: what it calls by which name. */
export interface NotificationVersion {
  readonly version: 'v2beta1' | 'v2beta2';
  readonly kinds: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
}

const types = ['', 'dingtalk', 'email', 'slack', 'webhook', 'wechat'];

/** Versions of the notification API. */
export const notificationVersions: Readonly<Record<NotificationVersion['version'], NotificationVersion>> = {
  v2beta1: {
    version: 'v2beta1',
    kinds: new Set(['configs', 'receivers', 'secrets']),
    types: new Set(types),
  },
  v2beta2: {
    version: 'v2beta2',
    kinds: new Set([
      'notificationmanagers',
      'configs',
      'receivers',
      'routers',
      'silences',
      'secrets',
      'configmaps',
    ]),
    types: new Set([...types, 'feishu']),
  },
};

const group = 'notification.kubesphere.io';
/** Where secrets and config maps of notifications are kept. */
const namespace = 'kubesphere-monitoring-federated';
const native = new Set(['secrets', 'configmaps']);
/** Kinds whose objects hold settings of several types of receivers, one of which can be asked for. */
const typedKinds = new Set(['configs', 'receivers']);
const globalOnly = new Set(['routers', 'notificationmanagers']);

/**
 * `GET /{resources}` and `GET /users/{user}/{resources}`: objects of everybody, or those of a user.
 *
 * @see kubesphere/kubesphere pkg/models/notification/notification.go
 */
export function listOwned(context: RequestContext, version: NotificationVersion): Reply {
  const resource = resourceOf(context, version, typeOf(context));
  refuseTenant(context, resource, 'list');
  const type = typeOf(context);
  const all = context.cluster.store.list(resource, placeOf(resource));
  const own = all.filter(
    ({ object }) => resource.plural === 'notificationmanagers' || isOwn(context, resource, object),
  );
  if (type === '' || !typedKinds.has(resource.plural))
    return listReply(context, resource, own, undefined, { consumed: ['type'] });
  const { items } = page(context, resource, own, { consumed: ['type'] });
  const cleaned = items.map(({ object }) => ofType(object, type)).filter((one) => one !== undefined);
  return listReply(context, resource, cleaned, undefined, { everything: true });
}

/** `GET …/{resources}/{name}`. */
export function getOwned(context: RequestContext, version: NotificationVersion): Reply {
  const resource = resourceOf(context, version, typeOf(context));
  const found = existing(context, resource, 'get');
  const type = typeOf(context);
  if (type === '' || !typedKinds.has(resource.plural)) return objectReply(context, resource, found);
  const shown = ofType(found, type);
  if (shown === undefined) throw notFound({ group, plural: resource.kind }, found.metadata.name);
  const apiVersion = `${group}/${version.version}`;
  return objectReply(context, resource, shown, { as: { kind: resource.kind, apiVersion } });
}

/** `POST …/{resources}`: labels tell whose the object is, whatever the body says. */
export function createOwned(context: RequestContext, version: NotificationVersion): Reply {
  const resource = resourceOf(context, version);
  const sent = readTypedBody(context, resource);
  return refusedAsBad(() => {
    refuseTenant(context, resource, 'create');
    const created = createObject(context, resource, labelled(context, resource, sent));
    return objectReply(context, resource, created.object, 'created');
  });
}

/** `PUT …/{resources}/{name}`. */
export function updateOwned(context: RequestContext, version: NotificationVersion): Reply {
  const resource = resourceOf(context, version);
  const sent = readTypedBody(context, resource);
  return refusedAsBad(() => {
    refuseTenant(context, resource, 'update');
    if (digString(sent, 'metadata', 'name') !== context.params['name'])
      throw badRequest('incorrcet parameter, resource name is not equal to the name in body');
    existing(context, resource, 'update');
    const updated = updateObject(context, resource, labelled(context, resource, sent));
    return objectReply(context, resource, updated.object, 'created');
  });
}

/** `PATCH …/{resources}/{name}` (3.4): a merge patch, whatever its Content-Type. */
export function patchOwned(context: RequestContext, version: NotificationVersion): Reply {
  const resource = resourceOf(context, version);
  return refusedAsBad(() => {
    const { metadata } = existing(context, resource, 'update');
    const body = parsePatch(context);
    const key = keyOf(resource, metadata.name);
    const patched = patchObject(context, resource, key, { type: 'application/merge-patch+json', body });
    return objectReply(context, resource, patched.object, 'created');
  });
}

/** `DELETE …/{resources}/{name}`. */
export function deleteOwned(context: RequestContext, version: NotificationVersion): Reply {
  const resource = resourceOf(context, version);
  return refusedAsBad(() => {
    const { metadata } = existing(context, resource, 'delete');
    deleteObject(context, resource, keyOf(resource, metadata.name));
    return success();
  });
}

function typeOf({ query }: RequestContext): string {
  return query.get('type') ?? '';
}

/** @param type Absent where the query does not choose one. @throws ApiError 400 for what the version does not know */
function resourceOf(context: RequestContext, version: NotificationVersion, type?: string): Resource {
  const plural = context.params['resources'] ?? '';
  if (!version.kinds.has(plural) || !version.types.has(type ?? '')) {
    throw badRequest(`unknown resource type ${plural}${type === undefined ? '' : `/${type}`}`);
  }
  return context.catalog.get(native.has(plural) ? '' : group, plural);
}

function placeOf({ plural }: Resource): string | undefined {
  return native.has(plural) ? namespace : undefined;
}

function keyOf(resource: Resource, name: string): { readonly name: string; readonly namespace?: string } {
  return resource.namespaced ? { name, namespace } : { name };
}

function refuseTenant({ params }: RequestContext, { plural }: Resource, verb: string): void {
  if (params['user'] === undefined || !globalOnly.has(plural)) return;
  throw badRequest(`${plural}.${group} "" is forbidden: tenant can not ${verb} ${plural}`);
}

function isOwn({ params }: RequestContext, { plural }: Resource, object: KubeObject): boolean {
  const user = params['user'];
  const type = label(object, 'type');
  if (user !== undefined) return type === 'tenant' && label(object, 'user') === user;
  return type === globalType(plural);
}

function globalType(plural: string): string {
  return plural === 'configs' ? 'default' : 'global';
}

function existing(context: RequestContext, resource: Resource, verb: string): KubeObject {
  refuseTenant(context, resource, verb);
  const name = context.params['name'] ?? '';
  const found = context.cluster.store.find(resource, placeOf(resource), name)?.object;
  if (found === undefined) throw notFound({ group: resource.group, plural: resource.singular }, name);
  const user = context.params['user'];
  const subject = native.has(resource.plural) ? 'forbidden' : `${resource.kind}.${group} "" is forbidden`;
  if (user !== undefined && !isOwn(context, resource, found))
    throw badRequest(`${subject}: user '${user}' is not the owner of object`);
  if (user === undefined && resource.plural !== 'notificationmanagers' && !isOwn(context, resource, found))
    throw badRequest(`${subject}: object is not a global object`);
  return found;
}

function labelled({ params }: RequestContext, resource: Resource, sent: JsonObject): JsonObject {
  const user = params['user'];
  const metadata = digObject(sent, 'metadata');
  const owner = user === undefined ? { type: globalType(resource.plural) } : { type: 'tenant', user };
  const managed = native.has(resource.plural) ? { 'notification.kubesphere.io/managed': 'true' } : {};
  const version = resource.versions[0] ?? '';
  return {
    ...sent,
    apiVersion: resource.group === '' ? version : `${resource.group}/${version}`,
    kind: resource.kind,
    metadata: {
      ...metadata,
      ...(resource.namespaced && { namespace }),
      labels: { ...digObject(metadata, 'labels'), ...managed, ...owner },
    },
  };
}

/** The object with nothing but its settings of one type; `undefined` when it has none. */
function ofType(object: KubeObject, type: string): KubeObject | undefined {
  const settings = digObject(object, 'spec')[type];
  return settings === undefined ? undefined : { ...object, spec: { [type]: settings } };
}

/** Whatever is neither missing nor in conflict is a bad request here. */
function refusedAsBad(run: () => Reply): Reply {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === 404 || error.reason === 'Conflict') throw error;
    throw badRequest(error.message);
  }
}
