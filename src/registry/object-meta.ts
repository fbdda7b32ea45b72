import { type ApiError, badRequest, quote } from '../core/api-error.js';
import { isJsonObject, type Json, type JsonObject } from '../core/json.js';
import type { KubeObject, ObjectMeta, OwnerReference } from '../core/kube-object.js';
import type { Resource } from './contract.js';
import { labelValueProblems, nameProblems, nameRule, qualifiedNameProblems } from './names.js';

/** One thing that is wrong with an object: a member of `details.causes`. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

type FieldShape = 'string' | 'int64' | 'time' | 'strings' | 'map' | 'owners' | 'any';

const shapes: Readonly<Record<string, FieldShape>> = {
  name: 'string',
  generateName: 'string',
  namespace: 'string',
  selfLink: 'string',
  uid: 'string',
  resourceVersion: 'string',
  generation: 'int64',
  creationTimestamp: 'time',
  deletionTimestamp: 'time',
  deletionGracePeriodSeconds: 'int64',
  labels: 'map',
  annotations: 'map',
  ownerReferences: 'owners',
  finalizers: 'strings',
  managedFields: 'any',
};

const goTypes: Readonly<Record<FieldShape, string>> = {
  string: 'string',
  int64: 'int64',
  time: 'v1.Time',
  strings: '[]string',
  map: 'map[string]string',
  owners: '[]v1.OwnerReference',
  any: '',
};

/**
 * Reads an object somebody sent as an object of a kind: kind and apiVersion are those of the kind, metadata has only
 * members it may have, each of its own type.
 *
 * @throws ApiError 400 in the words of kube-apiserver's decoder
 */
export function readObject(given: JsonObject, resource: Resource): KubeObject {
  const metadata = readMeta(given['metadata'], resource);
  const version = versionOf(given, resource);
  const apiVersion = resource.group === '' ? version : `${resource.group}/${version}`;
  return { ...given, kind: resource.kind, apiVersion, metadata };
}

/**
 * Custom resources are kept in the version their definition says, else their first; native objects in the one they came
 * in. Where a webhook converts, a custom resource has the version it is written at until then.
 */
function versionOf(given: JsonObject, resource: Resource): string {
  const { defined, versions } = resource;
  if (defined !== undefined) return defined.conversion === undefined ? defined.storage : defined.version;
  const preferred = versions[0] ?? 'v1';
  if (resource.custom || typeof given['apiVersion'] !== 'string') return preferred;
  const version = given['apiVersion'].slice(given['apiVersion'].indexOf('/') + 1);
  return resource.versions.includes(version) ? version : preferred;
}

function readMeta(given: Json | undefined, resource: Resource): ObjectMeta {
  if (given === undefined || given === null) return { name: '' };
  if (!isJsonObject(given)) throw wrongType(resource, given, `${resource.kind}.metadata`, 'v1.ObjectMeta');
  const members: [string, Json][] = [];
  for (const [key, shape] of Object.entries(shapes)) {
    if (!Object.hasOwn(given, key)) continue;
    const value = given[key];
    if (value === undefined || value === null) continue;
    checkShape(resource, key, shape, value);
    // An empty list of managers is a wish: that nobody is one any more.
    if (!isEmpty(value) || key === 'managedFields')
      members.push([key, shape === 'map' ? withTexts(value) : value]);
  }
  return { name: '', ...Object.fromEntries(members) };
}

/** A map whose values that are null are empty, as Go reads them. */
function withTexts(value: Json): Json {
  if (!isJsonObject(value) || !Object.values(value).includes(null)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, text ?? '']));
}

function isEmpty(value: Json): boolean {
  return (
    value === '' ||
    (Array.isArray(value) && value.length === 0) ||
    (isJsonObject(value) && Object.keys(value).length === 0)
  );
}

function checkShape(resource: Resource, key: string, shape: FieldShape, value: Json): void {
  const fail = (bad: Json, path = key, type = goTypes[shape], struct = 'ObjectMeta'): never => {
    throw wrongType(resource, bad, `${struct}.metadata.${path}`, type);
  };
  switch (shape) {
    case 'string':
      if (typeof value !== 'string') fail(value);
      return;
    case 'int64':
      if (typeof value !== 'number' || !Number.isInteger(value)) fail(value);
      return;
    case 'time':
      if (typeof value !== 'string') fail(value);
      else if (value !== '' && Number.isNaN(Date.parse(value))) throw badTime(resource, value);
      return;
    case 'strings':
      if (!Array.isArray(value)) fail(value);
      for (const item of value as readonly Json[]) if (typeof item !== 'string') fail(item, key, 'string');
      return;
    case 'map':
      if (!isJsonObject(value)) fail(value);
      for (const item of Object.values(value as JsonObject)) {
        if (item !== undefined && item !== null && typeof item !== 'string') fail(item, key, 'string');
      }
      return;
    case 'owners':
      if (!Array.isArray(value)) fail(value);
      for (const item of value as readonly Json[]) {
        if (!isJsonObject(item)) fail(item, key, 'v1.OwnerReference');
        for (const member of ['apiVersion', 'kind', 'name', 'uid']) {
          const text = (item as JsonObject)[member];
          if (text !== undefined && typeof text !== 'string')
            fail(text, `${key}.${member}`, 'string', 'OwnerReference');
        }
      }
      return;
    case 'any':
      return;
  }
}

/** What Go calls the JSON type of a value in its errors. */
export function goJsonType(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function wrongType(resource: Resource, value: Json, field: string, type: string): ApiError {
  const shown =
    goJsonType(value) === 'number' && type.startsWith('int')
      ? `number ${JSON.stringify(value)}`
      : goJsonType(value);
  return undecodable(
    resource,
    `json: cannot unmarshal ${shown} into Go struct field ${field} of type ${type}`,
  );
}

function badTime(resource: Resource, value: string): ApiError {
  return undecodable(
    resource,
    `parsing time ${quote(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${quote(value)} as "2006"`,
  );
}

/** 400 for a body whose kind is right and whose content is not. */
export function undecodable(resource: Resource, why: string): ApiError {
  const version = resource.versions[0] ?? 'v1';
  return badRequest(
    `${resource.kind} in version ${quote(version)} cannot be handled as a ${resource.kind}: ${why}`,
  );
}

/** What is wrong with a new object's metadata, in the order kube-apiserver lists it. */
export function metaProblems(metadata: ObjectMeta, resource: Resource): Cause[] {
  const causes = nameCauses(metadata, resource);
  if (resource.namespaced && (metadata.namespace ?? '') === '') {
    causes.push({ reason: 'FieldValueRequired', message: 'Required value', field: 'metadata.namespace' });
  }
  const { generation = 0 } = metadata;
  if (generation < 0)
    causes.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${String(generation)}: must be greater than or equal to 0`,
      field: 'metadata.generation',
    });
  return [...causes, ...partProblems(metadata), ...finalizerProblems(metadata.finalizers ?? [], resource)];
}

/** What is looked at of metadata besides names. */
function partProblems(metadata: ObjectMeta): Cause[] {
  return [
    ...labelProblems(metadata.labels ?? {}, 'metadata.labels'),
    ...annotationProblems(metadata.annotations ?? {}, 'metadata.annotations'),
    ...ownerProblems(metadata.ownerReferences ?? []),
  ];
}

/** How the rules of a kind look at metadata once more: at what changed, or at all of it. */
type Look = 'change' | 'whole';

/** Kinds whose rules look at metadata in an update otherwise than most do, by `plural.group`. */
const looks: Readonly<Record<string, readonly Look[]>> = {
  'events.': [],
  'poddisruptionbudgets.policy': [],
  ...Object.fromEntries(
    [
      ...['limitranges.', 'resourcequotas.', 'events.events.k8s.io', 'deployments.apps', 'statefulsets.apps'],
      ...['cronjobs.batch', 'horizontalpodautoscalers.autoscaling', 'priorityclasses.scheduling.k8s.io'],
      ...['endpointslices.discovery.k8s.io', 'flowschemas.flowcontrol.apiserver.k8s.io'],
      ...['prioritylevelconfigurations.flowcontrol.apiserver.k8s.io', 'csidrivers.storage.k8s.io'],
      'leases.coordination.k8s.io',
    ].map((kind) => [kind, ['change']]),
  ),
  ...Object.fromEntries(
    ['persistentvolumeclaims.']
      .concat(
        ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'].map(
          (plural) => `${plural}.rbac.authorization.k8s.io`,
        ),
      )
      .map((kind) => [kind, ['whole', 'change', 'whole']]),
  ),
};
const usualLooks: readonly Look[] = ['change', 'whole'];
/** Kinds whose rules take any name of a finalizer in an update. */
const anyFinalizer = new Set(['pods.', 'runtimeclasses.node.k8s.io', 'leases.coordination.k8s.io']);

/**
 * What is wrong with the metadata of an object that is there: its name stays as it is, whatever it is. Nearly everything is
 * told several times, as kube-apiserver and then the rules of the kind look at all of it and at what changed.
 *
 * @see kubernetes/apiserver pkg/registry/rest/update.go BeforeUpdate
 */
export function changedMetaProblems(
  metadata: ObjectMeta,
  previous: ObjectMeta,
  given: ObjectMeta,
  resource: Resource,
): Cause[] {
  const kind = `${resource.plural}.${resource.group}`;
  const parts = partProblems(metadata);
  const format = finalizerFormatProblems(metadata.finalizers ?? []);
  const changes = changeProblems(given, previous);
  const own = resource.custom ? (['change'] as const) : Object.hasOwn(looks, kind) ? looks[kind] : usualLooks;
  const names =
    resource.custom || anyFinalizer.has(kind) ? [] : finalizerNameProblems(metadata.finalizers ?? []);
  if (parts.length + format.length + changes.length + names.length === 0) return [];
  return [
    ...[...parts, ...format],
    ...[...changes, ...parts],
    ...(own ?? []).flatMap((look) =>
      look === 'change' ? [...changes, ...parts, ...names] : [...parts, ...format, ...names],
    ),
  ];
}

/** What a change of metadata must not do. @see kubernetes/apimachinery pkg/api/validation/objectmeta.go */
function changeProblems(given: ObjectMeta, current: ObjectMeta): Cause[] {
  const causes: Cause[] = [];
  if (current.deletionTimestamp !== undefined) {
    const known = new Set(current.finalizers);
    const added = (given.finalizers ?? []).filter((finalizer) => !known.has(finalizer));
    if (added.length > 0) {
      causes.push({
        reason: 'FieldValueForbidden',
        message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((text) => quote(text)).join(', ')}}`,
        field: 'metadata.finalizers',
      });
    }
  }
  for (const key of ['name', 'uid'] as const) {
    const value = given[key];
    if (value !== undefined && value !== '' && value !== current[key])
      causes.push(invalidValue(`metadata.${key}`, value, 'field is immutable'));
  }
  const { deletionGracePeriodSeconds: grace } = given;
  if (grace !== undefined && grace !== current.deletionGracePeriodSeconds) {
    const message = `Invalid value: ${String(grace)}: field is immutable`;
    causes.push({ reason: 'FieldValueInvalid', message, field: 'metadata.deletionGracePeriodSeconds' });
  }
  return causes;
}

function nameCauses(metadata: ObjectMeta, resource: Resource): Cause[] {
  const causes: Cause[] = [];
  const rule = nameRule(resource);
  if (metadata.generateName !== undefined) {
    const base = metadata.generateName.replace(/-$/, 'a');
    for (const text of nameProblems(base, rule)) {
      causes.push(invalidValue('metadata.generateName', metadata.generateName, text));
    }
  }
  if (metadata.name === '') {
    causes.push({
      reason: 'FieldValueRequired',
      message: 'Required value: name or generateName is required',
      field: 'metadata.name',
    });
  } else {
    for (const text of nameProblems(metadata.name, rule))
      causes.push(invalidValue('metadata.name', metadata.name, text));
  }
  return causes;
}

/** What is wrong with labels. */
export function labelProblems(labels: Readonly<Record<string, string>>, field: string): Cause[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedNameProblems(key).map((text) => invalidValue(field, key, text)),
    ...labelValueProblems(value).map((text) => invalidValue(field, value, text)),
  ]);
}

/** What is wrong with annotations. */
export function annotationProblems(annotations: Readonly<Record<string, string>>, field: string): Cause[] {
  const causes: Cause[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(annotations)) {
    for (const text of qualifiedNameProblems(key.toLowerCase())) causes.push(invalidValue(field, key, text));
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > annotationBytes) {
    const message = `Too long: may not be more than ${String(annotationBytes)} bytes`;
    causes.push({ reason: 'FieldValueTooLong', message, field });
  }
  return causes;
}

/** Most bytes all annotations of an object may take together. */
const annotationBytes = 256 * 1024;

/** Only native kinds insist on finalizers that are standard or have a prefix. */
function finalizerProblems(finalizers: readonly string[], { custom }: Resource): Cause[] {
  const causes = finalizerFormatProblems(finalizers);
  return custom ? causes : [...causes, ...finalizerNameProblems(finalizers)];
}

function finalizerFormatProblems(finalizers: readonly string[]): Cause[] {
  const field = 'metadata.finalizers';
  const causes = finalizers.flatMap((one) =>
    qualifiedNameProblems(one).map((text) => invalidValue(field, one, text)),
  );
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    const shown = `[]string{${finalizers.map(quote).join(', ')}}`;
    const why = 'finalizer orphan and foregroundDeletion cannot be both set';
    causes.push({ reason: 'FieldValueInvalid', message: `Invalid value: ${shown}: ${why}`, field });
  }
  return causes;
}

function finalizerNameProblems(finalizers: readonly string[]): Cause[] {
  const why = 'name is neither a standard finalizer name nor is it fully qualified';
  return finalizers.flatMap((one, at) =>
    one.includes('/') || standardFinalizers.has(one)
      ? []
      : [invalidValue(`metadata.finalizers[${String(at)}]`, one, why)],
  );
}

/** Finalizers that need no prefix. */
export const standardFinalizers: ReadonlySet<string> = new Set([
  'kubernetes',
  'orphan',
  'foregroundDeletion',
]);

/** @see kubernetes/apimachinery pkg/api/validation/objectmeta.go ValidateOwnerReferences */
function ownerProblems(owners: readonly OwnerReference[]): Cause[] {
  const field = 'metadata.ownerReferences';
  const causes: Cause[] = [];
  let first: string | undefined;
  const bad = (shown: string, why: string): void => {
    causes.push({ reason: 'FieldValueInvalid', message: `Invalid value: ${shown}: ${why}`, field });
  };
  for (const owner of owners) {
    const { apiVersion, kind, name, uid } = texts(owner);
    if (!isVersion(apiVersion))
      causes.push(invalidValue(`${field}.apiVersion`, apiVersion, 'version must not be empty'));
    for (const [key, value] of Object.entries({ kind, name, uid }))
      if (value === '') causes.push(invalidValue(`${field}.${key}`, '', `${key} must not be empty`));
    if (apiVersion === 'v1' && kind === 'Event')
      bad(goOwner(owner), '/v1, Kind=Event is disallowed from being an owner');
    if (owner.controller !== true) continue;
    const controller = `${kind}/${name}`;
    if (first === undefined) first = controller;
    else
      bad(
        `[]v1.OwnerReference{${owners.map(goOwner).join(', ')}}`,
        `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${controller}`,
      );
  }
  return causes;
}

interface OwnerTexts {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** Members of a reference; what is missing is empty. */
function texts(owner: OwnerReference): OwnerTexts {
  const text = (key: string): string => {
    const value = (owner as JsonObject)[key];
    return typeof value === 'string' ? value : '';
  };
  return { apiVersion: text('apiVersion'), kind: text('kind'), name: text('name'), uid: text('uid') };
}

/** Whether Go finds a version in an `apiVersion`. */
function isVersion(apiVersion: string): boolean {
  return (
    apiVersion !== '' && apiVersion !== '/' && apiVersion.split('/').length < 3 && !apiVersion.endsWith('/')
  );
}

/** A reference the way Go prints it. Differs from Kubernetes: where its pointers point changes with every answer there. */
function goOwner(owner: OwnerReference): string {
  const { apiVersion, kind, name, uid } = texts(owner);
  const pointer = (value: boolean | undefined): string =>
    `(*bool)(${value === undefined ? 'nil' : '0xc000012345'})`;
  return `v1.OwnerReference{APIVersion:${quote(apiVersion)}, Kind:${quote(kind)}, Name:${quote(name)}, UID:${quote(uid)}, Controller:${pointer(owner.controller)}, BlockOwnerDeletion:${pointer(owner.blockOwnerDeletion)}}`;
}

/** `Invalid value: "v": why`; strings are quoted. */
export function invalidValue(field: string, value: string, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${quote(value)}: ${why}`, field };
}
