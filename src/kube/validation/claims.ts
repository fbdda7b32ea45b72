import { ApiError, quote } from '../../core/api-error.js';
import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import type { WriteContext } from '../../registry/contract.js';
import { nameProblems } from '../../registry/names.js';
import {
  forbidden,
  immutableProblems,
  invalidFor,
  invalidShown,
  invalidValue,
  required,
  unsupported,
  type Cause,
  shownPointer,
} from './causes.js';
import { goPointer } from './go-struct.js';
import { annotationProblems, labelProblems, selectorProblems } from './labels.js';
import { amountProblems, quantityOf, shownQuantity } from './quantities.js';

const storageClasses = { group: 'storage.k8s.io', plural: 'storageclasses' };
const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const volumeModes = ['Block', 'Filesystem'];
const fixedText =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

/**
 * What is wrong with a claim, of which only the size may change once it is bound.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidatePersistentVolumeClaimUpdate
 */
export function claimProblems(claim: KubeObject, previous: KubeObject | undefined): Cause[] {
  const causes = claimSpecProblems(digObject(claim, 'spec'), 'spec');
  if (previous === undefined) return causes;
  const [now, before] = [digObject(claim, 'spec'), digObject(previous, 'spec')];
  causes.push(...classAnnotationProblems(claim, previous));
  const isBound = dig(claim, 'status', 'phase') === 'Bound';
  // Differs from Kubernetes: the real text goes on with a diff of the two Go structs.
  if (!sameJson(fixed(now, before, isBound), fixed(before, before, isBound)))
    causes.push(forbidden('spec', fixedText));
  const [size, old, real] = [
    sizeOf(now),
    sizeOf(before),
    quantityOf(dig(claim, 'status', 'capacity', 'storage')),
  ];
  if (size !== undefined && old !== undefined && size.milli < old.milli && size.milli <= (real?.milli ?? 0n))
    causes.push(forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  const mode = now['volumeMode'];
  causes.push(...immutableProblems('volumeMode', mode, before['volumeMode'], shownPointer(mode)));
  return causes;
}

const classAnnotation = 'volume.beta.kubernetes.io/storage-class';

/** The class a claim once named by an annotation stays, but for becoming a member. */
function classAnnotationProblems(claim: KubeObject, previous: KubeObject): Cause[] {
  const [now, was] = [claim, previous].map((one) => one.metadata.annotations?.[classAnnotation]);
  const moved = dig(previous, 'spec', 'storageClassName') === undefined && was !== undefined;
  if (moved && dig(claim, 'spec', 'storageClassName') === was && (now === undefined || now === was))
    return [];
  return (now ?? '') === (was ?? '')
    ? []
    : [invalidValue(`metadata.annotations.${classAnnotation}`, now ?? '', 'field is immutable')];
}

function sizeOf(spec: JsonObject): ReturnType<typeof quantityOf> {
  return quantityOf(dig(spec, 'resources', 'requests', 'storage'));
}

/** A claim's spec without what may change: its volume and class are given once, its size when it is bound. */
function fixed(spec: JsonObject, before: JsonObject, isBound: boolean): JsonObject {
  const { volumeName, storageClassName, volumeAttributesClassName, resources, ...rest } = spec;
  const { storage: _, ...requests } = digObject(resources, 'requests');
  return {
    ...rest,
    ...(digString(before, 'volumeName') !== '' && { volumeName }),
    ...(before['storageClassName'] !== undefined && { storageClassName }),
    ...(!isBound && { volumeAttributesClassName }),
    resources: isBound ? { ...digObject(resources), requests } : canonical(resources),
  };
}

/** Quantities that are the same are the same, however they are written. */
function canonical(resources: Json | undefined): JsonObject {
  return Object.fromEntries(
    Object.entries(digObject(resources)).map(([part, amounts]) => [
      part,
      Object.fromEntries(Object.entries(digObject(amounts)).map(([name, one]) => [name, shownQuantity(one)])),
    ]),
  );
}

function claimSpecProblems(spec: JsonObject, path: string): Cause[] {
  const modes = digArray(spec, 'accessModes').map(String);
  const causes: Cause[] = [];
  if (modes.length === 0) causes.push(required(`${path}.accessModes`, 'at least 1 access mode is required'));
  causes.push(...selectorProblems(spec['selector'], `${path}.selector`), ...modeProblems(modes, path));
  const size = dig(spec, 'resources', 'requests', 'storage');
  const field = `${path}.resources[storage]`;
  const quantity = quantityOf(size);
  if (quantity === undefined) causes.push(required(field));
  else if (quantity.milli <= 0n)
    causes.push(invalidValue(field, shownQuantity(size), 'must be greater than zero'));
  else causes.push(...amountProblems('storage', size, field));
  const name = digString(spec, 'storageClassName');
  if (name !== '')
    causes.push(...invalidFor(`${path}.storageClassName`, name, nameProblems(name, 'subdomain')));
  const mode = spec['volumeMode'];
  if (typeof mode === 'string' && !volumeModes.includes(mode))
    causes.push(unsupported(`${path}.volumeMode`, mode, volumeModes));
  for (const key of ['dataSource', 'dataSourceRef'])
    if (isJsonObject(spec[key])) causes.push(...sourceProblems(spec[key], `${path}.${key}`));
  return [...causes, ...sourcesProblems(spec, path)];
}

/** Members of metadata a template of claims may have. */
const templateMeta = new Set(['labels', 'annotations']);

/**
 * What is wrong with the template of the claims a pod brings along.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidatePersistentVolumeClaimTemplate
 */
export function claimTemplateProblems(template: JsonObject, path: string): Cause[] {
  const metadata = digObject(template, 'metadata');
  const field = `${path}.metadata`;
  return [
    ...annotationProblems(metadata['annotations'], `${field}.annotations`),
    ...labelProblems(metadata['labels'], `${field}.labels`),
    ...metaMembers
      .filter((key) => !templateMeta.has(key) && metadata[key] !== undefined)
      .map((key) => forbidden(`${field}.${key === 'uid' ? 'uID' : key}`, 'cannot be set')),
    ...claimSpecProblems(digObject(template, 'spec'), `${path}.spec`),
  ];
}

const metaMembers = [
  ...['name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion', 'generation'],
  ...['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'ownerReferences'],
  ...['finalizers', 'managedFields'],
];

/** What is wrong with how volumes may be used. */
export function modeProblems(modes: readonly string[], path: string): Cause[] {
  const field = `${path}.accessModes`;
  const causes = modes
    .filter((mode) => !accessModes.includes(mode))
    .map((mode) => unsupported(field, mode, accessModes));
  const alone = 'ReadWriteOncePod';
  return modes.includes(alone) && modes.some((mode) => mode !== alone && accessModes.includes(mode))
    ? [...causes, forbidden(field, 'may not use ReadWriteOncePod with other access modes')]
    : causes;
}

function sourceProblems(source: JsonObject, field: string): Cause[] {
  const [kind, group] = [digString(source, 'kind'), digString(source, 'apiGroup')];
  const causes = ['name', 'kind']
    .filter((key) => digString(source, key) === '')
    .map((key) => required(`${field}.${key}`));
  if (group === '' && kind !== 'PersistentVolumeClaim') {
    const why = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
    causes.push(invalidValue(field, kind, why));
  }
  if (group !== '') causes.push(...invalidFor(`${field}.apiGroup`, group, nameProblems(group, 'subdomain')));
  const namespace = digString(source, 'namespace');
  return namespace === ''
    ? causes
    : [...causes, ...invalidFor(`${field}.namespace`, namespace, nameProblems(namespace, 'label'))];
}

/** What is wrong with saying twice what a claim begins with. */
function sourcesProblems({ dataSource: one, dataSourceRef: other }: JsonObject, path: string): Cause[] {
  if (!isJsonObject(one) || !isJsonObject(other)) return [];
  // The value that is shown is the Go struct of the path of the one that is wrong.
  const shown = `field.Path{name:"dataSource", index:"", parent:${goPointer('field.Path', path)}}`;
  const bad = (why: string): Cause[] => [invalidShown(path, shown, why)];
  if (digString(other, 'namespace') !== '')
    return bad('may not be specified when dataSourceRef.namespace is specified');
  const isSame = ['apiGroup', 'kind', 'name'].every((key) => (one[key] ?? '') === (other[key] ?? ''));
  return isSame ? [] : bad('must match dataSourceRef');
}

/**
 * Refuses to let a claim grow that cannot: its class must say that its volumes may.
 *
 * @throws ApiError 403
 * @see kubernetes/kubernetes plugin/pkg/admission/storage/persistentvolume/resize/admission.go
 */
export function checkGrowth(
  claim: KubeObject,
  previous: KubeObject | undefined,
  { cluster }: WriteContext,
): void {
  const [now, before] = [digObject(claim, 'spec'), digObject(previous, 'spec')];
  const [size, old] = [sizeOf(now), sizeOf(before)];
  if (size === undefined || old === undefined || size.milli <= old.milli) return;
  const { name } = claim.metadata;
  const refused = (why: string): ApiError =>
    new ApiError(403, 'Forbidden', `persistentvolumeclaims ${quote(name)} is forbidden: ${why}`, {
      details: { name, kind: 'persistentvolumeclaims' },
    });
  if (dig(previous, 'status', 'phase') !== 'Bound')
    throw refused('Only bound persistent volume claims can be expanded');
  const [className, oldName] = [digString(now, 'storageClassName'), digString(before, 'storageClassName')];
  const known = cluster.store.find(storageClasses, undefined, className)?.object;
  if (className === '' || className !== oldName || known?.['allowVolumeExpansion'] !== true)
    throw refused(
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
}
