import { badRequest } from '../../../core/api-error.js';
import { goJsonType } from '../../../core/go-json.js';
import { digObject, type Json, type JsonObject } from '../../../core/json.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { json } from '../../../registry/reply.js';
import { createObject } from '../../../registry/verbs/create.js';
import { updateObject } from '../../../registry/verbs/update.js';

const configMaps = { group: '', plural: 'configmaps' };
const namespace = 'kubesphere-system';
const name = 'platform-configuration-theme';

/** `GET /configs/theme`: the stored map, `{}` when there is none. */
export function getTheme({ cluster }: RequestContext): Reply {
  const stored = cluster.store.find(configMaps, namespace, name)?.object;
  if (stored === undefined) return json({});
  return json(stored['data'] === undefined ? null : digObject(stored, 'data'));
}

/** Replaces the theme; every value is a text. @throws ApiError 400 */
export function putTheme(context: RequestContext): Reply {
  const theme = Object.fromEntries(
    Object.entries(readBodyObject(context, 'map[string]string')).map(([key, value]) => [key, text(value)]),
  );
  const resource = context.catalog.get('', 'configmaps');
  const object: JsonObject = {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { name, namespace },
    data: theme,
  };
  if (context.cluster.store.find(configMaps, namespace, name) === undefined)
    createObject(context, resource, object);
  else updateObject(context, resource, object);
  return json(theme);
}

/** What Go's decoder makes of a value where a text is wanted; `null` is the empty one. */
function text(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  throw badRequest(`json: cannot unmarshal ${goJsonType(value)} into Go value of type string`);
}
