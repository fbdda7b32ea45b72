import type { generateSync } from 'json-schema-faker';
import { notImplemented } from '../core/api-error.js';
import { isJsonObject, type Json, type JsonObject } from '../core/json.js';
import { userReferenceLabel, workspaceLabel } from '../core/well-known-keys.js';
import { fakeableSchema } from './answer-schema.js';
import { countItems, cutPage, type PageAsked } from './cut-page.js';
import { documentedSuccess } from './documented-success.js';
import type { Schema } from './spec-document.js';
import type { Operation, OperationMatch } from './spec-index.js';
import { Unsatisfiable } from './unsatisfiable.js';
import { fitsSchema } from './validators.js';

/** Makes up a value that fits a schema. */
export type FakeValue = typeof generateSync;

const options = {
  alwaysFakeOptionals: true,
  // Schemas are cut before they get here.
  maxDepth: 100_000,
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
/** How often a body is made up anew that does not fit its schema: with other values, and other parts of choices. */
const attempts = 60;
/** How many ways to decide choices are tried when no value fits the first. */
const ways = 8;

/** What is known of making up a body for an operation. */
interface Making {
  /** By attempt. */
  readonly schemas: Map<number, JsonObject>;
  /** The first attempt that comes to something for one seed: all others begin with it. */
  first: number | undefined;
}

const makings = new WeakMap<Operation, Making>();

/**
 * A body that fits the schema of an operation's success and agrees with the path: its namespace, workspace and name are
 * those asked for, as far as the schema allows. An example the document gives for the whole body is preferred when it fits.
 * The same seed gives the same body.
 *
 * @param page The part of a list that is wanted
 * @throws ApiError 501 when nothing fits the schema, or nothing that is made up here
 */
export function generateBody(match: OperationMatch, seed: number, fake: FakeValue, page?: PageAsked): Json {
  const { operation, params } = match;
  const { schema, examples } = documentedSuccess(operation);
  if (schema === undefined) {
    if (examples[0] !== undefined) return examples[0];
    return operation.method === 'GET' ? undocumentedRead(operation, params) : success;
  }
  const shown = examples.find((example) => fitsSchema(schema, operation.document, example));
  const whole = shown === undefined ? madeUp(match, schema, seed, fake) : shown;
  return page === undefined ? whole : cutPage(whole, page);
}

function madeUp(match: OperationMatch, schema: Schema, seed: number, fake: FakeValue): Json {
  const { operation } = match;
  let making = makings.get(operation);
  if (making === undefined) makings.set(operation, (making = { schemas: new Map(), first: undefined }));
  // Not where the last one has ended: a body must not depend on what was asked for before.
  making.first ??= tryAll(match, schema, 1, fake, making, 0).attempt;
  return tryAll(match, schema, seed, fake, making, making.first).body;
}

/** @throws ApiError 501 when no attempt comes to anything */
function tryAll(
  { operation, params }: OperationMatch,
  schema: Schema,
  seed: number,
  fake: FakeValue,
  making: Making,
  first: number,
): { readonly body: Json; readonly attempt: number } {
  let why = 'nothing that was made up fits it';
  let broken = 0;
  for (let attempt = first; attempt < first + attempts && broken < ways; attempt += 1) {
    const made = attemptBody(operation, schema, making, attempt, seed, fake);
    if ('why' in made) {
      broken += 1;
      why = made.why;
      continue;
    }
    const agreed = agreeing(made.body, params, nameOf(operation, params));
    for (const body of [agreed, made.body])
      if (operation.document['x-given'] !== true || fitsSchema(schema, operation.document, body))
        return { body, attempt };
  }
  throw notImplemented(`an answer to ${operation.key}: its schema cannot be satisfied (${why})`);
}

function attemptBody(
  operation: Operation,
  schema: Schema,
  { schemas }: Making,
  attempt: number,
  seed: number,
  fake: FakeValue,
): { readonly body: Json } | { readonly why: string } {
  let fakeable = schemas.get(attempt);
  try {
    if (fakeable === undefined)
      schemas.set(
        attempt,
        (fakeable = fakeableSchema(schema, operation, attempt, (text, number) =>
          String(fake(text, { seed: number })),
        )),
      );
  } catch (error) {
    if (error instanceof RangeError) return { why: 'it is nested too deep' };
    if (error instanceof Unsatisfiable) return { why: error.message };
    throw error;
  }
  try {
    return { body: fake(fakeable, { ...options, seed: seed + attempt }) as Json };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
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
