import { ApiError, badRequest } from '../../../core/api-error.js';
import { digString, isJsonObject, type Json, type JsonObject } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import { applyMergePatch } from '../../../core/merge-patch.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { json, success } from '../../../registry/reply.js';
import { untyped } from '../../../registry/typed-json.js';
import { createObject } from '../../../registry/verbs/create.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { updateObject } from '../../../registry/verbs/update.js';

const secrets = { group: '', plural: 'secrets' };
const namespace = 'kubesphere-system';
const prefix = 'io.kubesphere.config.platformconfig.';
const secretType = 'config.kubesphere.io/generic-platform-config';
const dataKey = 'configuration.yaml';
const kind = 'GenericPlatformConfiguration';
const apiVersion = 'config.kubesphere.io/v1alpha2';
const namePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** `GET /platformconfigs/{config}`. @throws ApiError 404 */
export async function getPlatformConfig(context: RequestContext): Promise<Reply> {
  return json(await shown(find(context)));
}

/** `POST /platformconfigs`. @throws ApiError 400, 409 */
export async function createPlatformConfig(context: RequestContext): Promise<Reply> {
  const config = readConfig(context);
  const name = digString(config, 'metadata', 'name');
  const resource = context.catalog.get('', 'secrets');
  return json(
    await shown(createObject(context, resource, await secretOf(name, config['data'] ?? {})).object),
  );
}

/** `PUT /platformconfigs/{config}`. @throws ApiError 400, 404 */
export async function putPlatformConfig(context: RequestContext): Promise<Reply> {
  find(context);
  const { data = {} } = readConfig(context);
  return json(await store(context, data));
}

/** `PATCH /platformconfigs/{config}`: only `data` is merged. @throws ApiError 400, 404 */
export async function patchPlatformConfig(context: RequestContext): Promise<Reply> {
  const { data } = await shown(find(context));
  const current = isJsonObject(data) ? data : {};
  const patch = readBodyObject(context, 'v1alpha2.GenericPlatformConfiguration')['data'] ?? {};
  return json(await store(context, applyMergePatch(current, isJsonObject(patch) ? patch : {})));
}

/** `DELETE /platformconfigs/{config}`. @throws ApiError 404 */
export function deletePlatformConfig(context: RequestContext): Reply {
  const { name } = find(context).metadata;
  deleteObject(context, context.catalog.get('', 'secrets'), { namespace, name });
  return success();
}

function find({ cluster, params }: RequestContext): KubeObject {
  const name = params['config'] ?? '';
  const found = cluster.store.find(secrets, namespace, prefix + name)?.object;
  if (found === undefined) throw new ApiError(404, 'NotFound', `platform config ${name} not found`);
  return found;
}

function readConfig(context: RequestContext): JsonObject {
  const config = readBodyObject(context, 'v1alpha2.GenericPlatformConfiguration');
  const sent = { kind: digString(config, 'kind'), apiVersion: digString(config, 'apiVersion') };
  if (sent.kind !== kind) throw badRequest(`invalid kind: ${sent.kind}`);
  if (sent.apiVersion !== apiVersion) throw badRequest(`invalid apiVersion: ${sent.apiVersion}`);
  const name = digString(config, 'metadata', 'name');
  const expected = context.params['config'] ?? name;
  if (!namePattern.test(name) || name !== expected) throw badRequest(`invalid config name: ${name}`);
  return config;
}

async function store(context: RequestContext, data: Json): Promise<JsonObject> {
  const resource = context.catalog.get('', 'secrets');
  const secret = await secretOf(context.params['config'] ?? '', data);
  return shown(updateObject(context, resource, secret).object);
}

async function secretOf(name: string, data: Json): Promise<JsonObject> {
  const { stringify } = await import('yaml');
  const text = Buffer.from(stringify(data)).toString('base64');
  const metadata = { name: prefix + name, namespace };
  return { kind: 'Secret', apiVersion: 'v1', metadata, type: secretType, data: { [dataKey]: text } };
}

async function shown(secret: KubeObject): Promise<JsonObject> {
  const { parse } = await import('yaml');
  const text = Buffer.from(digString(secret, 'data', dataKey), 'base64').toString('utf8');
  const data = parse(text) as Json;
  const { uid, resourceVersion, creationTimestamp, name } = secret.metadata;
  return {
    kind,
    apiVersion,
    metadata: { name: name.slice(prefix.length), uid, resourceVersion, creationTimestamp },
    data: isJsonObject(data) ? untyped(data) : data,
  };
}
