import {
  ApiError,
  badRequest,
  conflict,
  notFound,
  qualified,
  quote,
  staleVersion,
} from '../../core/api-error.js';
import { deepFreeze, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject, ObjectMeta } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import { shareParts } from '../../core/share-parts.js';
import { StoredObject } from '../../state/object-store.js';
import type { Resource, WriteContext } from '../contract.js';
import { canonicalObject, storedMeaning } from '../canonical.js';
import { guarded } from '../guarded.js';
import { hasStatusEndpoint, nextGeneration } from '../generation.js';
import { changedMetaProblems } from '../object-meta.js';
import {
  checkAll,
  createObject,
  namespaceFor,
  prepareAll,
  readTyped,
  withManagedFields,
  type WriteOptions,
} from './create.js';

/** How an update is to be done. */
export interface UpdateOptions extends WriteOptions {
  /** Namespace the request names; absent: the object's own. */
  readonly namespace?: string;
  /** Name the request names; absent: the object's own. */
  readonly name?: string;
  /** Writes only this part; absent: everything but a status that has an endpoint of its own. */
  readonly subresource?: 'status' | 'finalize';
  /** True when a resourceVersion may be left out for any kind, as a patch does. */
  readonly unconditional?: boolean;
}

/** Native kinds that a PUT to a missing name creates. */
const createdOnUpdate = new Set([
  'roles.rbac.authorization.k8s.io',
  'rolebindings.rbac.authorization.k8s.io',
  'clusterroles.rbac.authorization.k8s.io',
  'clusterrolebindings.rbac.authorization.k8s.io',
  'endpoints.',
  'events.',
  'events.events.k8s.io',
  'limitranges.',
  'services.',
  'runtimeclasses.node.k8s.io',
  'leases.coordination.k8s.io',
]);

/** Native kinds that insist on a resourceVersion; custom resources all do. */
const conditional = new Set([
  'customresourcedefinitions.apiextensions.k8s.io',
  'apiservices.apiregistration.k8s.io',
  'leases.coordination.k8s.io',
  'runtimeclasses.node.k8s.io',
  'poddisruptionbudgets.policy',
  ...['csidrivers', 'csinodes', 'csistoragecapacities', 'volumeattachments'].map(
    (plural) => `${plural}.storage.k8s.io`,
  ),
  ...[
    'validatingwebhookconfigurations',
    'mutatingwebhookconfigurations',
    'validatingadmissionpolicies',
    'validatingadmissionpolicybindings',
  ].map((plural) => `${plural}.admissionregistration.k8s.io`),
]);

/**
 * Replaces an object, as `PUT` does. An object that changes nothing keeps its version; one whose last finalizer goes
 * while it is being deleted is gone afterwards.
 *
 * @returns the object as written, before any controller has seen it
 * @throws ApiError BadRequest, NotFound, Conflict, Invalid
 * @see kubernetes/apiserver pkg/registry/rest/update.go, pkg/registry/generic/registry/store.go
 */
export function updateObject(
  context: WriteContext,
  resource: Resource,
  given: JsonObject,
  options: UpdateOptions = {},
): StoredObject {
  const read = readTyped(given, resource, options);
  const name = checkNames(read, options);
  const namespace = namespaceFor(read, resource, options.namespace);
  const { store } = context.cluster;
  const previous = store.find(resource, namespace, name);
  if (previous === undefined) {
    if (options.subresource === undefined && createdOnUpdate.has(`${resource.plural}.${resource.group}`)) {
      return createObject(context, resource, read, options);
    }
    throw notFound(resource, name);
  }
  checkPreconditions(read.metadata, previous.object.metadata, resource, options);
  return replaceObject(context, resource, previous, read, options);
}

/**
 * Stores the next state of an object whose current state is known: what an update and a patch have in common.
 *
 * @throws ApiError Invalid
 */
export function replaceObject(
  context: WriteContext,
  resource: Resource,
  previous: StoredObject,
  wanted: KubeObject,
  options: UpdateOptions = {},
): StoredObject {
  const { store } = context.cluster;
  const before = previous.object;
  if (context.guard !== undefined) {
    const { namespace = '', name } = before.metadata;
    const { subresource = '', dryRun = false } = options;
    const what = { resource, subresource, namespace, name, given: wanted, previous, dryRun };
    return guarded(context, { operation: 'UPDATE', ...what }, (open, steps) =>
      replaceObject(open, resource, previous, wanted, { ...options, ...steps }),
    );
  }
  const merge = (one: KubeObject): KubeObject => {
    const merged = mergeParts(one, before, resource, options.subresource);
    return { ...merged, metadata: keptMeta(merged.metadata, before.metadata, resource) };
  };
  const { mutate } = options;
  const complete = prepareAll(merge(wanted), previous, resource, context, {
    ...(mutate && {
      mutate: (next: KubeObject) =>
        merge(mutate(withManagedFields({ sent: wanted, previous: before, next }, options), previous)),
    }),
  });
  const prepared = shareParts(complete, before);
  const generation = nextGeneration(prepared, before, resource, context);
  const completed: KubeObject = {
    ...prepared,
    metadata: { ...prepared.metadata, ...(generation !== undefined && { generation }) },
  };
  const written = { sent: wanted, previous: before, next: completed };
  // What admission changes is nobody's: who manages what has been noted before.
  const object = mutate === undefined ? withManagedFields(written, options) : completed;
  const causes = changedMetaProblems(object.metadata, before.metadata, wanted.metadata, resource);
  const meant = canonicalObject(object, resource);
  const was = sameJson(object, before) ? meant : storedMeaning(before, resource, context);
  const { subresource } = options;
  checkAll(meant, was, resource, subresource === undefined ? context : { ...context, subresource }, causes);
  options.admit?.(object, previous);
  if (sameJson(meant, was)) return previous;
  const next = withUnchanged(object, { meant, was, before }) as KubeObject;
  if (options.dryRun === true) return new StoredObject(deepFreeze(next), store.version);
  if (before.metadata.deletionTimestamp !== undefined && !isHeld(next)) {
    store.remove(resource, before.metadata.namespace, before.metadata.name);
    return new StoredObject(deepFreeze(next), store.version);
  }
  return store.replace(resource, next);
}

/** A value before and after a write: as they are, and what they mean. */
interface Versions {
  readonly meant: Json | undefined;
  readonly was: Json | undefined;
  readonly before: Json | undefined;
}

/** The next state with the very parts of the last one wherever they mean the same: what did not change stays as it is. */
function withUnchanged(next: Json, { meant, was, before }: Versions): Json {
  if (before !== undefined && sameJson(meant, was)) return before;
  if (![next, meant, was, before].every(isJsonObject)) return next;
  const [nextOf, meantOf, wasOf, beforeOf] = [next, meant, was, before] as JsonObject[];
  return Object.fromEntries(
    Object.entries(nextOf ?? {}).map(([key, value]) => [
      key,
      value === undefined
        ? value
        : withUnchanged(value, { meant: meantOf?.[key], was: wasOf?.[key], before: beforeOf?.[key] }),
    ]),
  );
}

/** Tells whether something still has to be done before a deleted object may go. */
export function isHeld(object: KubeObject): boolean {
  if ((object.metadata.finalizers?.length ?? 0) > 0) return true;
  if ((object.metadata.deletionGracePeriodSeconds ?? 0) > 0) return true;
  return object.kind === 'Namespace' && object.apiVersion === 'v1' && namespaceFinalizers(object) > 0;
}

function namespaceFinalizers(object: KubeObject): number {
  const spec = object['spec'];
  const finalizers =
    typeof spec === 'object' && spec !== null ? (spec as JsonObject)['finalizers'] : undefined;
  return Array.isArray(finalizers) ? finalizers.length : 0;
}

function checkNames(object: KubeObject, options: UpdateOptions): string {
  const { name, namespace = '' } = object.metadata;
  const wanted = options.name;
  if (wanted === undefined) return name;
  if (name === '') {
    throw badRequest(
      `the name of the object (${wanted} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (name !== wanted) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${wanted})`);
  }
  const requested = options.namespace ?? '';
  if (requested !== '' && namespace !== '' && namespace !== requested) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return name;
}

function checkPreconditions(
  given: ObjectMeta,
  current: ObjectMeta,
  resource: Resource,
  options: UpdateOptions,
): void {
  if (given.uid !== undefined && given.uid !== current.uid) {
    throw conflict(
      resource,
      current.name,
      `Precondition failed: UID in precondition: ${given.uid}, UID in object meta: ${current.uid ?? ''}`,
    );
  }
  const version = given.resourceVersion;
  if (version === undefined || version === '0') {
    const strict = resource.custom || conditional.has(`${resource.plural}.${resource.group}`);
    if (strict && options.unconditional !== true) throw versionRequired(resource, current.name);
    return;
  }
  if (!/^\d+$/.test(version)) throw badVersion(version);
  if (version !== current.resourceVersion) throw conflict(resource, current.name, staleVersion);
}

/** 422 that, unlike all others, names the plural. @see kubernetes/apiserver pkg/registry/generic/registry/store.go Update */
function versionRequired(resource: Resource, name: string): ApiError {
  const message = 'Invalid value: 0x0: must be specified for an update';
  const text = `${qualified(resource)} ${quote(name)} is invalid: metadata.resourceVersion: ${message}`;
  return new ApiError(422, 'Invalid', text, {
    details: {
      name,
      ...(resource.group !== '' && { group: resource.group }),
      kind: resource.plural,
      causes: [{ reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' }],
    },
  });
}

/** What is no version at all is no refusal but a fault of the server. @see kubernetes/apiserver pkg/storage/api_object_versioner.go */
function badVersion(version: string): ApiError {
  return new ApiError(500, '', `strconv.ParseUint: parsing ${quote(version)}: invalid syntax`);
}

/** The object a write asks for, with the parts the write must not touch as they were. */
function mergeParts(
  wanted: KubeObject,
  before: KubeObject,
  resource: Resource,
  subresource: UpdateOptions['subresource'],
): KubeObject {
  if (subresource === 'status') {
    return {
      ...before,
      metadata: statusMeta(wanted.metadata, before.metadata, resource),
      ...(wanted['status'] !== undefined && { status: wanted['status'] }),
    };
  }
  // A spec that is left out is an empty one, which holds nothing.
  if (subresource === 'finalize') return { ...before, spec: wanted['spec'] ?? {} };
  if (!hasStatusEndpoint(resource)) return wanted;
  // What a namespace's spec has is only changed by finalizing it.
  const kept = resource.group === '' && resource.plural === 'namespaces' ? { spec: before['spec'] } : {};
  const rest = Object.entries({ ...wanted, ...kept }).filter(
    ([key, value]) => key !== 'status' && value !== undefined,
  );
  const status = before['status'];
  return Object.fromEntries(
    status === undefined ? rest : [...rest, ['status', status]],
  ) as unknown as KubeObject;
}

/** Members of metadata that writes to a status leave alone: all that clients set, for the kinds named first. */
const whole = ['labels', 'annotations', 'finalizers', 'ownerReferences'];
const statusKeeps: Readonly<Record<string, readonly string[]>> = {
  'customresourcedefinitions.apiextensions.k8s.io': whole,
  'apiservices.apiregistration.k8s.io': whole,
  'flowschemas.flowcontrol.apiserver.k8s.io': whole,
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': whole,
  'validatingadmissionpolicies.admissionregistration.k8s.io': whole,
  'resourceclaims.resource.k8s.io': whole,
  'deployments.apps': ['labels'],
  'pods.': ['ownerReferences'],
};

/**
 * Metadata a write to a status asks for, as far as the kind lets it.
 *
 * @see kubernetes/apimachinery pkg/apis/meta/v1/meta.go ResetObjectMetaForStatus; the status strategies of kubernetes/kubernetes pkg/registry
 */
function statusMeta(wanted: ObjectMeta, before: ObjectMeta, { custom, plural, group }: Resource): ObjectMeta {
  const kept = custom ? whole : (statusKeeps[`${plural}.${group}`] ?? []);
  if (kept.length === 0) return wanted;
  const rest = Object.entries(wanted).filter(([key]) => !kept.includes(key));
  const own = Object.entries(before).filter(([key]) => kept.includes(key));
  return Object.fromEntries([...rest, ...own]) as ObjectMeta;
}

/** Metadata of the next state: what only the server sets stays as it was. */
function keptMeta(given: ObjectMeta, current: ObjectMeta, resource: Resource): ObjectMeta {
  const { labels, annotations, ownerReferences, finalizers } = given;
  const managedFields = given['managedFields'] ?? current['managedFields'];
  return {
    name: given.name,
    ...(given.generateName !== undefined && { generateName: given.generateName }),
    ...(resource.namespaced && current.namespace !== undefined && { namespace: current.namespace }),
    ...(current.uid !== undefined && { uid: current.uid }),
    ...(current.resourceVersion !== undefined && { resourceVersion: current.resourceVersion }),
    ...(current.generation !== undefined && { generation: current.generation }),
    ...(current.creationTimestamp !== undefined && { creationTimestamp: current.creationTimestamp }),
    ...(current.deletionTimestamp !== undefined && { deletionTimestamp: current.deletionTimestamp }),
    ...(current.deletionGracePeriodSeconds !== undefined && {
      deletionGracePeriodSeconds: current.deletionGracePeriodSeconds,
    }),
    ...(labels && { labels }),
    ...(annotations && { annotations }),
    ...(ownerReferences && { ownerReferences }),
    ...(finalizers && { finalizers }),
    ...(hasItems(managedFields) && { managedFields }),
  };
}

function hasItems(list: Json | undefined): boolean {
  return Array.isArray(list) && list.length > 0;
}
