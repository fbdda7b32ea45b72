import { ApiError, alreadyExists, badRequest, invalid, notFound } from '../../core/api-error.js';
import { deepFreeze, type JsonObject } from '../../core/json.js';
import type { KubeObject, ObjectMeta } from '../../core/kube-object.js';
import { StoredObject } from '../../state/object-store.js';
import type { Resource, WriteContext, WriteSteps } from '../contract.js';
import { canonicalObject } from '../canonical.js';
import { checkStoredTypes } from '../check-stored-types.js';
import { guarded } from '../guarded.js';
import { countsGeneration, hasStatusEndpoint } from '../generation.js';
import { metaProblems, readObject, type Cause } from '../object-meta.js';

/** A write about to be stored. */
export interface PendingWrite {
  /** As sent, or as it came out of a patch. */
  readonly sent: KubeObject;
  /** Absent for a creation. */
  readonly previous: KubeObject | undefined;
  readonly next: KubeObject;
}

/** How a write is to be done. */
export interface WriteOptions extends WriteSteps {
  /** Says what becomes of `metadata.managedFields`, `undefined` to have none; absent: they stay as they are. */
  readonly manage?: (write: PendingWrite) => readonly JsonObject[] | undefined;
  /** True when every member is known to be of its field's type: a door has checked it, or a controller made it. */
  readonly typed?: boolean;
}

/** How a create is to be done. */
export interface CreateOptions extends WriteOptions {
  /** Namespace the request names; absent: the object's own. */
  readonly namespace?: string;
}

/** Longest part of a generateName that is used: five characters are added. */
const generatedBase = 58;
/** How many generated names are tried. */
const generateTries = 8;
const namespaces = { group: '', plural: 'namespaces' };

/**
 * Creates an object, as `POST` does: the answer is the object before any controller has seen it.
 *
 * @throws ApiError BadRequest, NotFound or Forbidden (namespace), Invalid, AlreadyExists
 * @see kubernetes/apiserver pkg/registry/rest/create.go
 */
export function createObject(
  context: WriteContext,
  resource: Resource,
  given: JsonObject,
  options: CreateOptions = {},
): StoredObject {
  const read = readTyped(given, resource, options);
  const namespace = namespaceFor(read, resource, options.namespace);
  if (context.guard !== undefined) {
    const { name } = read.metadata;
    const dryRun = options.dryRun === true;
    const write = { operation: 'CREATE', resource, subresource: '', namespace, name, given, dryRun } as const;
    return guarded(context, write, (open, steps) =>
      createObject(open, resource, given, { ...options, ...steps }),
    );
  }
  if (resource.namespaced) checkNamespace(context, resource, namespace, read.metadata.name);
  if (read.metadata.resourceVersion !== undefined && read.metadata.resourceVersion !== '0') {
    throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created');
  }
  const named = { ...read, metadata: freshMeta(read.metadata, resource, namespace) };
  const { mutate } = options;
  const prepared = prepareAll(named, undefined, resource, context, {
    ...(mutate && {
      mutate: (next: KubeObject) => {
        const mutated = mutate(
          withManagedFields({ sent: read, previous: undefined, next }, options),
          undefined,
        );
        const { uid } = mutated.metadata;
        const metadata = freshMeta(mutated.metadata, resource, namespace);
        return { ...mutated, metadata: { ...metadata, ...(uid !== undefined && { uid }) } };
      },
    }),
  });
  const generated = prepared.metadata.name === '' && prepared.metadata.generateName !== undefined;
  for (let attempt = 1; ; attempt += 1) {
    const object = generated ? withGeneratedName(prepared, context) : prepared;
    check(object, resource, context);
    const taken =
      context.cluster.store.find(resource, object.metadata.namespace, object.metadata.name) !== undefined;
    if (!taken) {
      const written = { sent: read, previous: undefined, next: object };
      // What admission changes is nobody's: who manages what has been noted before.
      const managed = mutate === undefined ? withManagedFields(written, options) : object;
      if (options.admit !== undefined) options.admit(rehearse(managed, context).object, undefined);
      return options.dryRun === true
        ? rehearse(managed, context)
        : context.cluster.store.create(resource, managed);
    }
    if (!generated) throw alreadyExists(resource, object.metadata.name);
    if (attempt === generateTries) throw generateConflict(resource, object.metadata.name);
  }
}

/** An object completed by its kind, then changed by mutating admission and completed again. */
export function prepareAll(
  object: KubeObject,
  previous: StoredObject | undefined,
  resource: Resource,
  context: WriteContext,
  { mutate }: WriteOptions,
): KubeObject {
  const prepare = (one: KubeObject): KubeObject =>
    resource.hooks?.prepare?.(one, previous?.object, context) ?? one;
  const prepared = prepare(object);
  return mutate === undefined ? prepared : prepare(mutate(prepared, previous));
}

/** The object to be stored, with the managed fields this write leaves it. */
export function withManagedFields(write: PendingWrite, { manage }: WriteOptions): KubeObject {
  if (manage === undefined) return write.next;
  const managedFields = manage(write);
  const { managedFields: _before, ...metadata } = write.next.metadata;
  return {
    ...write.next,
    metadata: managedFields === undefined ? metadata : { ...metadata, managedFields },
  };
}

/**
 * The namespace an object is written to: that of the request, else its own; none for cluster-wide kinds.
 *
 * @throws ApiError 400 when both are given and differ
 */
export function namespaceFor(object: KubeObject, resource: Resource, requested: string | undefined): string {
  const own = object.metadata.namespace ?? '';
  if (!resource.namespaced) return '';
  if (requested === undefined || own === requested) return own;
  if (own === '') return requested;
  throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

/** Refuses to create in a namespace that is missing or on its way out. @see NamespaceLifecycle admission */
function checkNamespace(context: WriteContext, resource: Resource, namespace: string, name: string): void {
  if (namespace === '') return;
  const found = context.cluster.store.find(namespaces, undefined, namespace)?.object;
  if (found === undefined) throw notFound(namespaces, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  const subject = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw new ApiError(403, 'Forbidden', `${subject} ${JSON.stringify(name)} is forbidden: ${why}`, {
    details: {
      ...(name !== '' && { name }),
      ...(resource.group !== '' && { group: resource.group }),
      kind: resource.plural,
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    },
  });
}

/**
 * An object somebody sent, once every member is known to be of its field's type and means only one thing.
 *
 * @throws ApiError 400, and 422 for custom resources
 */
export function readTyped(given: JsonObject, resource: Resource, { typed }: WriteOptions): KubeObject {
  const read = readObject(given, resource);
  if (typed === true) return read;
  checkStoredTypes(read, resource);
  return canonicalObject(read, resource);
}

/** Metadata of a new object: what only the server sets is dropped, whoever sent it. */
function freshMeta(given: ObjectMeta, resource: Resource, namespace: string): ObjectMeta {
  const { name, generateName, labels, annotations, ownerReferences, finalizers, managedFields } = given;
  return {
    name,
    ...(generateName !== undefined && { generateName }),
    ...(namespace !== '' && { namespace }),
    ...(countsGeneration(resource)
      ? { generation: 1 }
      : given.generation !== undefined && { generation: given.generation }),
    ...(labels && { labels }),
    ...(annotations && { annotations }),
    ...(ownerReferences && { ownerReferences }),
    ...(finalizers && { finalizers }),
    ...(Array.isArray(managedFields) && managedFields.length > 0 && { managedFields }),
  };
}

function withGeneratedName(object: KubeObject, { world }: WriteContext): KubeObject {
  const base = (object.metadata.generateName ?? '').slice(0, generatedBase);
  return { ...object, metadata: { ...object.metadata, name: base + world.random.suffix() } };
}

function check(object: KubeObject, resource: Resource, context: WriteContext): void {
  const causes = metaProblems(object.metadata, resource);
  checkAll(object, undefined, resource, context, causes);
}

/**
 * Refuses an object for what is wrong with its metadata and with the rest of it, all in one answer.
 *
 * @throws ApiError Invalid, or what the kind itself throws
 */
export function checkAll(
  object: KubeObject,
  previous: KubeObject | undefined,
  resource: Resource,
  context: WriteContext,
  causes: readonly Cause[],
): void {
  try {
    resource.hooks?.validate?.(object, previous, context);
  } catch (error) {
    const isInvalid = error instanceof ApiError && error.reason === 'Invalid';
    if (causes.length === 0) throw error;
    const more = isInvalid ? ((error.details?.causes ?? []) as readonly Cause[]) : [];
    throw invalid(resource, object.metadata.name, [...causes, ...more]);
  }
  if (causes.length > 0) throw invalid(resource, object.metadata.name, causes);
}

/** The object as it would have been stored. */
function rehearse(object: KubeObject, { world, cluster }: WriteContext): StoredObject {
  const metadata: ObjectMeta = {
    ...object.metadata,
    uid: object.metadata.uid ?? world.random.aside().uuid(),
    creationTimestamp: world.clock.timestamp(),
  };
  return new StoredObject(deepFreeze({ ...object, metadata }), cluster.store.version);
}

function generateConflict(resource: Resource, name: string): ApiError {
  const { message, details } = alreadyExists(resource, name);
  return new ApiError(
    409,
    'AlreadyExists',
    `${message}, the server was not able to generate a unique name for the object`,
    { ...(details && { details: { ...details, retryAfterSeconds: 1 } }) },
  );
}

/** An object as sent, without its status where that has an endpoint of its own: what a client's create stores. */
export function withoutStatus(object: JsonObject, resource: Resource): JsonObject {
  if (!hasStatusEndpoint(resource)) return object;
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== 'status'));
}
