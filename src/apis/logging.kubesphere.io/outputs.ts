import { ApiError } from '../../core/api-error.js';
import { parseGoJson } from '../../core/go-json.js';
import { digArray, digString, isJsonObject, type JsonArray, type JsonObject } from '../../core/json.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { readBodyObject } from '../../registry/read-json-body.js';
import { json } from '../../registry/reply.js';
import { createObject } from '../../registry/verbs/create.js';
import { updateObject } from '../../registry/verbs/update.js';
import { formatTimestamp } from '../../state/clock.js';

/** Where outputs are kept, as a JSON list in one member of a ConfigMap. */
const place = { namespace: 'kubesphere-logging-system', name: 'fluent-bit-output-config' };
const member = 'outputs';
const maps = { group: '', plural: 'configmaps' };
const namespaces = { group: '', plural: 'namespaces' };

/** `GET /fluentbit/outputs`: where logs are sent besides Elasticsearch. */
export function listOutputs(context: RequestContext): Reply {
  return answer(read(context));
}

/** `POST /fluentbit/outputs`: adds one, with an id of the server's. */
export function addOutput(context: RequestContext): Reply {
  const sent = readBodyObject(context, 'fluentbitclient.OutputPlugin');
  const id = context.world.random.uuid().replaceAll('-', '').slice(0, 16);
  return answer(write(context, [...read(context), stamped(context, sent, id)]));
}

/** `PUT /fluentbit/outputs/{output}`. @throws ApiError 404 */
export function updateOutput(context: RequestContext): Reply {
  const sent = readBodyObject(context, 'fluentbitclient.OutputPlugin');
  const all = existing(context);
  const { output = '' } = context.params;
  return answer(
    write(
      context,
      all.map((one) => (digString(one, 'id') === output ? stamped(context, sent, output) : one)),
    ),
  );
}

/** `DELETE /fluentbit/outputs/{output}`. @throws ApiError 404 */
export function deleteOutput(context: RequestContext): Reply {
  const left = existing(context).filter((one) => digString(one, 'id') !== context.params['output']);
  return answer(write(context, left));
}

function answer(outputs: readonly JsonObject[]): Reply {
  return json({ status: 200, ...(outputs.length > 0 && { outputs }) });
}

function stamped({ world }: RequestContext, sent: JsonObject, id: string): JsonObject {
  return {
    type: digString(sent, 'type'),
    name: digString(sent, 'name'),
    parameters: digArray(sent, 'parameters'),
    id,
    enable: sent['enable'] === true,
    updatetime: formatTimestamp(world.clock.now()),
  };
}

function existing(context: RequestContext): readonly JsonObject[] {
  const all = read(context);
  if (!all.some((one) => digString(one, 'id') === context.params['output']))
    throw new ApiError(404, 'NotFound', 'Not found', { dialect: 'message' });
  return all;
}

function read({ cluster }: RequestContext): readonly JsonObject[] {
  const map = cluster.store.find(maps, place.namespace, place.name)?.object;
  const text = digString(map, 'data', member);
  if (text === '') return [];
  const value = parseGoJson(text);
  return Array.isArray(value) ? (value as JsonArray).filter(isJsonObject) : [];
}

function write(context: RequestContext, outputs: readonly JsonObject[]): readonly JsonObject[] {
  const { cluster, catalog } = context;
  const map = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: place,
    data: { [member]: JSON.stringify(outputs) },
  };
  if (cluster.store.find(namespaces, undefined, place.namespace) === undefined) {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: place.namespace } };
    createObject(context, catalog.get('', 'namespaces'), namespace);
  }
  const resource = catalog.get('', 'configmaps');
  if (cluster.store.find(maps, place.namespace, place.name) === undefined)
    createObject(context, resource, map);
  else updateObject(context, resource, map);
  return outputs;
}
