import type { generateSync } from 'json-schema-faker';
import { isJsonObject, type Json, type JsonObject } from '../core/json.js';
import { documentedSuccess, fakeableSchema } from './answer-schema.js';
import type { Operation, OperationMatch } from './spec-index.js';

/** Makes up a value that fits a schema. */
export type FakeValue = typeof generateSync;

const options = {
  alwaysFakeOptionals: true,
  // Schemas are cut before they get here.
  maxDepth: 50,
  minDateTime: '2024-01-10T08:00:00Z',
  maxDateTime: '2024-01-11T08:00:00Z',
};
const totals = ['totalItems', 'total_count', 'totalCount', 'total', 'count'];
/** What a write answers that has nothing to tell. */
const success: JsonObject = { message: 'success' };
const schemas = new WeakMap<Operation, JsonObject>();

/**
 * A body that fits the schema of an operation's success and agrees with the path: its namespace, workspace and name are
 * those asked for. The same seed gives the same body.
 */
export function generateBody({ operation, params }: OperationMatch, seed: number, fake: FakeValue): Json {
  const { schema } = documentedSuccess(operation);
  if (schema === undefined) return operation.method === 'GET' ? undocumentedRead(operation, params) : success;
  let fakeable = schemas.get(operation);
  if (fakeable === undefined) schemas.set(operation, (fakeable = fakeableSchema(schema, operation)));
  const body = fake(fakeable, { ...options, seed }) as Json;
  return agreeing(body, params, nameOf(operation, params));
}

/** A path that ends in a name is one thing, any other a list. */
function undocumentedRead(operation: Operation, params: OperationMatch['params']): Json {
  const name = nameOf(operation, params);
  return name === undefined ? { items: [], totalItems: 0 } : { metadata: placed({}, params, name) };
}

/** The name of the object a path is about; `undefined` when it is about a list or a part of it. */
function nameOf({ path }: Operation, params: OperationMatch['params']): string | undefined {
  return path.endsWith('}') ? params[path.slice(path.lastIndexOf('{') + 1, -1)] : undefined;
}

function agreeing(body: Json, params: OperationMatch['params'], name: string | undefined): Json {
  if (Array.isArray(body)) return body.map((item: Json) => agreeing(item, params, undefined));
  if (!isJsonObject(body)) return body;
  const changed: Record<string, Json | undefined> = { ...body };
  for (const [variable, value] of Object.entries(params)) {
    for (const member of [variable, `${variable}_id`])
      if (Object.hasOwn(body, member) && typeof body[member] === 'string') changed[member] = value;
  }
  if (name !== undefined && typeof body['name'] === 'string') changed['name'] = name;
  const { metadata, items } = body;
  if (isJsonObject(metadata) && items === undefined) changed['metadata'] = placed(metadata, params, name);
  if (Array.isArray(items)) {
    changed['items'] = items.map((item: Json) => agreeing(item, params, undefined));
    for (const total of totals) if (typeof body[total] === 'number') changed[total] = items.length;
  }
  return changed;
}

/** The metadata of an object that is where the path says. */
function placed(
  metadata: JsonObject,
  params: OperationMatch['params'],
  name: string | undefined,
): JsonObject {
  const namespace = params['namespace'] ?? params['devops'];
  const { workspace } = params;
  const { labels } = metadata;
  return {
    ...metadata,
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
    ...(workspace !== undefined && {
      labels: { ...(isJsonObject(labels) ? labels : {}), 'kubesphere.io/workspace': workspace },
    }),
  };
}
