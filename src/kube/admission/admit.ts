import { ApiError, conflict, internalOf, staleVersion } from '../../core/api-error.js';
import { digObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { StoredObject } from '../../state/object-store.js';
import type { Deletion } from '../../registry/verbs/delete.js';
import { canonicalStruct } from '../../registry/canonical.js';
import { readTyped } from '../../registry/verbs/create.js';
import { shownObject } from '../encoding.js';
import { knownMembers } from '../strict-fields.js';
import { structOf, type ServedKind } from '../served-kind.js';
import type { AdmissionSteps, GuardedWrite } from './guarded-write.js';
import type { Attributes } from './attributes.js';
import type { Guards } from './guards.js';
import { judgeByPolicies, refuseMutation } from './policies/run-policies.js';
import { mutate, validate } from './webhooks/run-webhooks.js';

/** How often a write is tried anew because something else was written while webhooks were asked. */
const tries = 5;

/** Thrown to stop a write half-way. */
class Paused extends Error {
  readonly next: KubeObject;
  readonly previous: StoredObject | undefined;

  constructor(next: KubeObject, previous: StoredObject | undefined) {
    super('a write that admission has stopped was not taken up again');
    this.next = next;
    this.previous = previous;
  }
}

/** Thrown when the object is no longer the one webhooks were asked about. */
class Overtaken extends Error {}

/**
 * Asks admission about a write, then does it: webhooks that change the object see it with its defaults, those that judge
 * it see it as it would be stored. Where versions are converted, so is the outcome, before it is stored and after. While
 * somebody is asked others may write; then everything begins again.
 *
 * @throws ApiError what admission or the write itself throws; 409 when others are always faster
 * @see kubernetes/apiserver pkg/endpoints/handlers/create.go, update.go, patch.go
 */
export async function admit(
  write: GuardedWrite,
  guards: Guards,
  store: (steps: AdmissionSteps) => StoredObject,
): Promise<StoredObject> {
  return patiently(write, () => attemptOf(write, guards, store));
}

async function patiently<T>(write: GuardedWrite, attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; count <= tries; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
    }
  }
  const { kind, path } = write;
  throw conflict(kind.resource, path.name, staleVersion);
}

/** What has become of a write that admission lets pass. */
interface Passed {
  /** The object as it is to be stored; `undefined`: as it is asked for. */
  readonly mutated: KubeObject | undefined;
  /** As it was when it was looked at last. */
  readonly final: Paused;
}

/** Asks admission about a write. @throws ApiError what admission or the write itself throws; Overtaken */
async function ask(
  write: GuardedWrite,
  guards: Guards,
  store: (steps: AdmissionSteps) => StoredObject,
): Promise<Passed> {
  let mutated: KubeObject | undefined;
  let seen: { readonly previous: StoredObject | undefined } | undefined;
  const mutateStep: AdmissionSteps['mutate'] = (next, previous) => {
    if (seen !== undefined && seen.previous !== previous) throw new Overtaken();
    return mutated ?? next;
  };
  const draft = pausedAt((pause) => store({ dryRun: true, mutate: pause }));
  // What is given at creation, such as the uid a Job selects its pods by, has to stay the same from here on.
  if (draft.previous === undefined) mutated = draft.next;
  if (guards.mutating) {
    seen = draft;
    const changed = await mutate(asDrafted(attributesOf(write, draft)), write.warn);
    if (changed !== undefined) mutated = taken(changed, write.kind, draft.next.metadata.uid);
  }
  const final = pausedAt((pause) => store({ dryRun: true, mutate: mutateStep, admit: pause }));
  seen = final;
  await judge(attributesOf(write, final), guards, write.warn);
  return { mutated, final };
}

async function attemptOf(
  write: GuardedWrite,
  guards: Guards,
  store: (steps: AdmissionSteps) => StoredObject,
): Promise<StoredObject> {
  const passed = await ask(write, guards, store);
  const { converted } = write;
  await converted?.prepare(passed.final.next);
  const stored = store({
    dryRun: write.dryRun,
    mutate: (next, previous) => {
      if (passed.final.previous !== previous) throw new Overtaken();
      return asPassed(passed, next, previous);
    },
  });
  return converted === undefined ? stored : converted.reread(stored);
}

function asPassed(
  { mutated, final }: Passed,
  next: KubeObject,
  previous: StoredObject | undefined,
): KubeObject {
  const wanted = mutated ?? next;
  if (previous !== undefined) return wanted;
  // The very name and uid webhooks were asked about.
  const { name, uid } = final.next.metadata;
  return { ...wanted, metadata: { ...wanted.metadata, name, ...(uid !== undefined && { uid }) } };
}

/**
 * Asks admission about a write that is done later.
 *
 * @param store As for {@link admit}; it stores nothing.
 * @returns how to do it
 * @throws ApiError as {@link admit}
 */
export async function admitAhead(
  write: GuardedWrite,
  guards: Guards,
  store: (steps: AdmissionSteps) => StoredObject,
): Promise<AdmissionSteps> {
  const passed = await patiently(write, () => ask(write, guards, store));
  return { mutate: (next, previous) => asPassed(passed, next, previous) };
}

/** Asks whatever judges a write as it would be stored. @throws ApiError when something refuses it */
export async function judge(
  attributes: Attributes,
  guards: Guards,
  warn: (text: string) => void,
): Promise<void> {
  if (guards.changing) refuseMutation(attributes);
  if (guards.policies) judgeByPolicies(attributes, warn);
  if (guards.validating) await validate(attributes, warn);
}

/** The object a write has come to when it is stopped. */
function pausedAt(
  run: (pause: (next: KubeObject, previous: StoredObject | undefined) => never) => unknown,
): Paused {
  try {
    run((next, previous) => {
      throw new Paused(next, previous);
    });
  } catch (error) {
    if (error instanceof Paused) return error;
    throw error;
  }
  throw new Error('a write did not come to where admission looks at it');
}

function attributesOf(
  write: GuardedWrite,
  { next, previous }: { readonly next?: KubeObject; readonly previous: StoredObject | undefined },
): Attributes {
  const { context, kind, path, subresource, dryRun } = write;
  const { resource, version } = kind;
  const name = next?.metadata.name ?? previous?.object.metadata.name ?? path.name;
  const isNamespace = resource.group === '' && resource.plural === 'namespaces';
  const operation = next === undefined ? 'DELETE' : previous === undefined ? 'CREATE' : 'UPDATE';
  return {
    context,
    operation,
    kind: { group: resource.group, version, kind: resource.kind },
    resource,
    version,
    subresource,
    namespace: isNamespace ? name : path.namespace,
    name,
    object: next && shown(next, kind),
    oldObject: previous && shown(previous.object, kind),
    options: optionsOf(operation, write),
    dryRun,
    user: write.user(),
  };
}

/** A write as webhooks that change objects see it: what is created counts no generations yet. */
function asDrafted(attributes: Attributes): Attributes {
  const { operation, object } = attributes;
  if (operation !== 'CREATE' || object === undefined) return attributes;
  const { generation: _, ...metadata } = digObject(object, 'metadata');
  return { ...attributes, object: { ...object, metadata } };
}

/** An object as the API shows it, as plain JSON. */
function shown(object: KubeObject, kind: ServedKind): JsonObject {
  return JSON.parse(JSON.stringify(shownObject(object, kind))) as JsonObject;
}

/** An object that comes back from webhooks. @throws ApiError 500 when it is none of its kind */
function taken(object: JsonObject, kind: ServedKind, uid: string | undefined): KubeObject {
  const type = structOf(kind);
  try {
    const known = type === undefined ? object : canonicalStruct(knownMembers(object, type).object, type);
    const read = readTyped(known, kind.resource, {});
    const { uid: _, ...metadata } = read.metadata;
    return { ...read, metadata: { ...metadata, ...(uid !== undefined && { uid }) } };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw internalOf(error.message);
  }
}

/**
 * Asks admission about a deletion, then does it.
 *
 * @throws ApiError what admission or the deletion itself throws; 409 when others are always faster
 * @see kubernetes/apiserver pkg/endpoints/handlers/delete.go
 */
export async function admitDeletion(
  write: GuardedWrite,
  guards: Guards,
  key: { readonly namespace: string; readonly name: string },
  remove: () => Deletion,
): Promise<Deletion> {
  const { context, kind } = write;
  const { store } = context.cluster;
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const previous = store.get(kind.resource, key.namespace, key.name);
    await admitDeletionAhead(write, guards, previous);
    if (store.find(kind.resource, key.namespace, key.name) === previous) return remove();
  }
  throw conflict(kind.resource, key.name, staleVersion);
}

/** Asks admission about the deletion of an object that is done later. @throws ApiError what admission throws */
export async function admitDeletionAhead(
  write: GuardedWrite,
  guards: Guards,
  previous: StoredObject,
): Promise<void> {
  const attributes = attributesOf(write, { previous });
  if (guards.mutating) await mutate(attributes, write.warn);
  await judge(attributes, guards, write.warn);
}

/** The options of a write as a review shows them: those of a patch are those of what it comes to. */
function optionsOf(
  operation: Attributes['operation'],
  { context, options, dryRun }: GuardedWrite,
): JsonObject {
  const { query } = context;
  const names = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions', CONNECT: '' };
  const members = operation === 'DELETE' ? [] : ['fieldManager', 'fieldValidation'];
  return {
    ...options,
    kind: names[operation],
    apiVersion: 'meta.k8s.io/v1',
    ...(dryRun && { dryRun: ['All'] }),
    ...Object.fromEntries(
      members.flatMap((key): [string, string][] => {
        const value = query.get(key) ?? '';
        return value === '' ? [] : [[key, value]];
      }),
    ),
  };
}
