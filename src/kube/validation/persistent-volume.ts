import { posix } from 'node:path';
import { quote } from '../../core/api-error.js';
import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../core/json.js';
import { sameJson } from '../../core/same-json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { nameProblems } from '../../registry/names.js';
import {
  forbidden,
  immutableProblems,
  invalidFor,
  invalidShown,
  invalidValue,
  required,
  shownPointer,
  unsupported,
  type Cause,
} from './causes.js';
import { modeProblems } from './claims.js';
import { backstepProblems } from './formats.js';
import { goStruct } from './go-struct.js';
import { isPortalTooLong, portalTooLong, scsiProblems } from './iscsi.js';
import { goQuantity, quantityOf, shownQuantity } from './quantities.js';
import { neededProblems } from './ranges.js';
import { nodeSelectorProblems } from './scheduling.js';
import { commonSources, secretRefProblems } from './volume-sources.js';

const policies = ['Delete', 'Recycle', 'Retain'];
/** Types of volumes, in the order they are looked at. */
const types = [
  ...[
    'hostPath',
    'gcePersistentDisk',
    'awsElasticBlockStore',
    'glusterfs',
    'flocker',
    'nfs',
    'rbd',
    'quobyte',
  ],
  ...['cephfs', 'iscsi', 'cinder', 'fc', 'flexVolume', 'azureFile', 'vsphereVolume', 'photonPersistentDisk'],
  ...['portworxVolume', 'azureDisk', 'scaleIO', 'local', 'storageos', 'csi'],
];

/**
 * What is wrong with a PersistentVolume, whose source may not change.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidatePersistentVolumeSpec
 */
export function persistentVolumeProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const spec = digObject(object, 'spec');
  const causes = specProblems(spec, object.metadata.name);
  if (previous === undefined) return causes;
  const before = digObject(previous, 'spec');
  // Differs from Kubernetes: the real text goes on with a diff of the two Go structs.
  if (!sameJson(sourceOf(spec, before), sourceOf(before, before)))
    causes.push(
      forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation'),
    );
  const mode = spec['volumeMode'];
  causes.push(...immutableProblems('volumeMode', mode, before['volumeMode'], shownPointer(mode)));
  const [place, old] = [spec['nodeAffinity'], before['nodeAffinity']];
  if (old !== undefined && !sameJson(place, old)) {
    const members = [['Required', 'required', '*core.NodeSelector']] as const;
    const shown = place === undefined ? '"null"' : goStruct('core.VolumeNodeAffinity', members, place);
    const why = 'field is immutable, except for updating from beta label to GA';
    causes.push(invalidShown('nodeAffinity', shown, why));
  }
  return causes;
}

/** Where a volume is; its driver may be told once how to authenticate when it grows. */
function sourceOf(spec: JsonObject, before: JsonObject): JsonObject {
  const sources = Object.fromEntries(Object.entries(spec).filter(([key]) => types.includes(key)));
  if (dig(before, 'csi', 'controllerExpandSecretRef') !== undefined || !isJsonObject(sources['csi']))
    return sources;
  const { controllerExpandSecretRef: _, ...csi } = sources['csi'];
  return { ...sources, csi };
}

function specProblems(spec: JsonObject, name: string): Cause[] {
  const given = digArray(spec, 'accessModes').map(String);
  const causes = given.length === 0 ? [required('spec.accessModes')] : modeProblems(given, 'spec');
  const policy = digString(spec, 'persistentVolumeReclaimPolicy');
  causes.push(...capacityProblems(spec));
  if (policy !== '' && !policies.includes(policy))
    causes.push(unsupported('spec.persistentVolumeReclaimPolicy', policy, policies));
  const affinity = spec['nodeAffinity'];
  if (isJsonObject(affinity)) causes.push(...affinityProblems(affinity['required']));
  causes.push(...sourceProblems(spec, name));
  const path = dig(spec, 'hostPath', 'path');
  if (typeof path === 'string' && posix.normalize(path) === '/' && policy === 'Recycle') {
    const why = "may not be 'recycle' for a hostPath mount of '/'";
    causes.push(forbidden('spec.persistentVolumeReclaimPolicy', why));
  }
  const className = digString(spec, 'storageClassName');
  if (className !== '')
    causes.push(...invalidFor('spec.storageClassName', className, nameProblems(className, 'subdomain')));
  const mode = spec['volumeMode'];
  if (typeof mode === 'string' && mode !== 'Block' && mode !== 'Filesystem')
    causes.push(unsupported('spec.volumeMode', mode, ['Block', 'Filesystem']));
  return causes;
}

function affinityProblems(needed: Json | undefined): Cause[] {
  const field = 'spec.nodeAffinity.required';
  return isJsonObject(needed)
    ? nodeSelectorProblems(needed, field)
    : [required(field, 'must specify required node constraints')];
}

function capacityProblems(spec: JsonObject): Cause[] {
  const capacity = digObject(spec, 'capacity');
  const names = Object.keys(capacity);
  const field = 'spec.capacity';
  const causes = names.length === 0 ? [required(field)] : [];
  if (capacity['storage'] === undefined || names.length > 1) {
    const { reason, message } = unsupported(field, '', ['storage']);
    causes.push({ reason, message: message.replace('""', () => goResources(capacity)), field });
  }
  for (const [name, value] of Object.entries(capacity)) {
    const quantity = quantityOf(value);
    if (quantity === undefined || quantity.milli > 0n) continue;
    const [place, shown] = [`${field}[${name}]`, shownQuantity(value)];
    if (quantity.milli < 0n) causes.push(invalidShown(place, shown, 'must be a valid resource quantity'));
    causes.push(invalidValue(place, shown, 'must be greater than zero'));
  }
  return causes;
}

/** Amounts the way Go prints them. */
function goResources(amounts: JsonObject): string {
  const shown = Object.keys(amounts)
    .sort()
    .map((name) => {
      const quantity = quantityOf(amounts[name]);
      return `${quote(name)}:${quantity === undefined ? '' : goQuantity(quantity)}`;
    });
  return shown.length === 0 ? 'core.ResourceList(nil)' : `core.ResourceList{${shown.join(', ')}}`;
}

function sourceProblems(spec: JsonObject, name: string): Cause[] {
  const given = types.filter((type) => isJsonObject(spec[type]));
  if (given.length === 0) return [required('spec', 'must specify a volume type')];
  return given.flatMap((type, at) => {
    const shown = type === 'cephfs' ? 'cephFS' : type;
    // A FlexVolume is looked at in any case.
    return at > 0 && type !== 'flexVolume'
      ? [forbidden(`spec.${shown}`, 'may not specify more than 1 volume type')]
      : typeProblems(type, digObject(spec, type), spec, name);
  });
}

const secretRefs = [
  ...['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef'],
  'nodeExpandSecretRef',
];

function typeProblems(type: string, source: JsonObject, spec: JsonObject, name: string): Cause[] {
  const field = `spec.${type}`;
  const causes = commonSources[type]?.(source, field) ?? [];
  switch (type) {
    case 'glusterfs': {
      const namespace = source['endpointsNamespace'];
      if (typeof namespace !== 'string') return causes;
      const empty = 'if the endpointnamespace is set, it must be a valid namespace name';
      const texts = namespace === '' ? [empty] : nameProblems(namespace, 'label');
      return [...causes, ...invalidFor(`${field}.endpointsNamespace`, namespace, texts)];
    }
    case 'iscsi':
      return [
        ...neededProblems(source, field, ['targetPortal']),
        ...(isPortalTooLong(source, name)
          ? [invalidValue(`${field}.targetportal`, digString(source, 'targetPortal'), portalTooLong)]
          : []),
        ...scsiProblems(source, field, { unknownForm: 'must be valid format', namedSecret: true }),
      ];
    case 'azureFile':
      return source['secretNamespace'] === '' ? [...causes, required(`${field}.secretNamespace`)] : causes;
    case 'cinder':
    case 'storageos':
      return [...causes, ...secretRefProblems(source, field, ['name', 'namespace'])];
    case 'local': {
      const path = digString(source, 'path');
      return [
        ...(path === '' ? [required(`${field}.path`)] : []),
        ...invalidFor(`${field}.path`, path, backstepProblems(path)),
        ...(spec['nodeAffinity'] === undefined
          ? [required('spec.nodeAffinity', 'Local volume requires node affinity')]
          : []),
      ];
    }
    case 'csi':
      return [
        ...causes,
        ...neededProblems(source, field, ['volumeHandle']),
        ...secretRefs.flatMap((key) => refProblems(source[key], `${field}.${key}`)),
      ];
    default:
      return causes;
  }
}

function refProblems(ref: Json | undefined, field: string): Cause[] {
  if (!isJsonObject(ref)) return [];
  return (['name', 'namespace'] as const).flatMap((key) => {
    const value = digString(ref, key);
    return value === ''
      ? [required(`${field}.${key}`)]
      : invalidFor(`${field}.${key}`, value, nameProblems(value, key === 'name' ? 'subdomain' : 'label'));
  });
}
