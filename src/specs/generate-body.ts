import type { generateSync } from 'json-schema-faker';
import { isJsonObject, type Json, type JsonObject } from '../core/json.js';
import { userReferenceLabel, workspaceLabel } from '../core/well-known-keys.js';
import { documentedSuccess, fakeableSchema } from './answer-schema.js';
import { countItems, cutPage, type PageAsked } from './cut-page.js';
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
/** Labels that say what an object belongs to, by the variable of the path. */
const labelsOf: Readonly<Record<string, string>> = {
  workspace: workspaceLabel,
  cluster: 'kubesphere.io/cluster',
  user: userReferenceLabel,
};
/** Members of a spec that say the same. */
const specMembers: Readonly<Record<string, string>> = { node: 'nodeName' };
/** Variables that say where an object is, not what it is called. */
const places = new Set(['namespace', 'devops', 'workspace', 'cluster']);
/** What a write answers that has nothing to tell. */
const success: JsonObject = { message: 'success' };
const schemas = new WeakMap<Operation, JsonObject>();

/**
 * A body that fits the schema of an operation's success and agrees with the path: its namespace, workspace and name are
 * those asked for. The same seed gives the same body.
 *
 * @param page The part of a list that is wanted
 */
export function generateBody(
  { operation, params }: OperationMatch,
  seed: number,
  fake: FakeValue,
  page?: PageAsked,
): Json {
  const { schema } = documentedSuccess(operation);
  if (schema === undefined) return operation.method === 'GET' ? undocumentedRead(operation, params) : success;
  let fakeable = schemas.get(operation);
  if (fakeable === undefined) schemas.set(operation, (fakeable = fakeableSchema(schema, operation)));
  const body = fake(fakeable, { ...options, seed }) as Json;
  const whole = agreeing(body, params, nameOf(operation, params));
  return page === undefined ? whole : cutPage(whole, page);
}

/** A path that ends in a name is one thing, any other a list. */
function undocumentedRead(operation: Operation, params: OperationMatch['params']): Json {
  const name = operation.path.endsWith('}') ? nameOf(operation, params) : undefined;
  return name === undefined ? { items: [], totalItems: 0 } : { metadata: placed({}, params, name) };
}

/**
 * The name of the object a path is about: its last variable, or that before a part of it (`users/{user}/kubeconfig`).
 * `undefined` when the path is about a list, or about all of a place.
 */
function nameOf({ path }: Operation, params: OperationMatch['params']): string | undefined {
  const variable = path.slice(path.lastIndexOf('{') + 1, path.lastIndexOf('}'));
  return path.endsWith('}') || !places.has(variable) ? params[variable] : undefined;
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
  const { metadata, items, spec } = body;
  if (isJsonObject(metadata) && items === undefined) {
    changed['metadata'] = placed(metadata, params, name);
    if (isJsonObject(spec)) changed['spec'] = { ...spec, ...membersFor(spec, params) };
  }
  if (Array.isArray(items)) {
    changed['items'] = items.map((item: Json) => agreeing(item, params, undefined));
    Object.assign(changed, countItems(body, items.length));
  }
  return changed;
}

function membersFor(spec: JsonObject, params: OperationMatch['params']): JsonObject {
  const told = Object.entries(specMembers).filter(
    ([variable, member]) => params[variable] !== undefined && Object.hasOwn(spec, member),
  );
  return Object.fromEntries(told.map(([variable, member]) => [member, params[variable] ?? '']));
}

/** The metadata of an object that is where the path says. */
function placed(
  metadata: JsonObject,
  params: OperationMatch['params'],
  name: string | undefined,
): JsonObject {
  const namespace = params['namespace'] ?? params['devops'];
  const { labels } = metadata;
  const told = Object.entries(labelsOf).filter(([variable]) => params[variable] !== undefined);
  return {
    ...metadata,
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
    ...(told.length > 0 && {
      labels: {
        ...(isJsonObject(labels) ? labels : {}),
        ...Object.fromEntries(told.map(([variable, written]) => [written, params[variable] ?? ''])),
      },
    }),
  };
}
