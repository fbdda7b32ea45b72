import { digArray, digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import { nameProblems } from '../../registry/names.js';
import {
  goStrings,
  invalidFor,
  invalidShown,
  invalidValue,
  required,
  tooLong,
  unsupported,
  type Cause,
} from './causes.js';
import { azureDiskProblems } from './azure-disk.js';
import { backstepProblems } from './formats.js';
import { neededProblems, rangeProblems } from './ranges.js';

/** What is wrong with a source of volumes at a field. */
export type SourceProblems = (source: JsonObject, field: string) => Cause[];

const needs =
  (...keys: readonly string[]): SourceProblems =>
  (source, field) =>
    neededProblems(source, field, keys);

/**
 * Sources that pods and PersistentVolumes name in the same way, by the member they are in.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go validateVolumeSource, ValidatePersistentVolumeSpec
 */
export const commonSources: Readonly<Record<string, SourceProblems>> = {
  hostPath: hostPathProblems,
  gcePersistentDisk: (source, field) =>
    partitioned('pdName')(source, field.replace(/gcePersistentDisk$/, 'persistentDisk')),
  awsElasticBlockStore: partitioned('volumeID'),
  nfs: (source, field) => {
    const path = digString(source, 'path');
    const causes = neededProblems(source, field, ['server', 'path']);
    return path.startsWith('/')
      ? causes
      : [...causes, invalidValue(`${field}.path`, path, 'must be an absolute path')];
  },
  glusterfs: needs('endpoints', 'path'),
  flocker: flockerProblems,
  rbd: (source, field) => [...monitorProblems(source, field), ...neededProblems(source, field, ['image'])],
  cinder: needs('volumeID'),
  cephfs: monitorProblems,
  quobyte: quobyteProblems,
  fc: fibreProblems,
  flexVolume: flexProblems,
  azureFile: needs('secretName', 'shareName'),
  vsphereVolume: needs('volumePath'),
  photonPersistentDisk: needs('pdID'),
  portworxVolume: needs('volumeID'),
  azureDisk: azureDiskProblems,
  storageos: storageOsProblems,
  scaleIO: needs('gateway', 'system', 'volumeName'),
  csi: (source, field) => driverProblems(digString(source, 'driver'), `${field}.driver`),
};

const hostPathTypes = [
  ...['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'],
];

function hostPathProblems(source: JsonObject, field: string): Cause[] {
  const [path, type] = [digString(source, 'path'), digString(source, 'type')];
  if (path === '') return [required(`${field}.path`)];
  const causes = invalidFor(`${field}.path`, path, backstepProblems(path));
  if (!hostPathTypes.includes(type)) causes.push(unsupported(`${field}.type`, type, hostPathTypes));
  return causes;
}

/** The message speaks of a partition from 1 on; 0 means the whole disk. */
function partitioned(key: string): SourceProblems {
  return (source, field) => [
    ...neededProblems(source, field, [key]),
    ...(source['partition'] === 0 ? [] : rangeProblems(`${field}.partition`, source['partition'], 1, 255)),
  ];
}

function monitorProblems(source: JsonObject, field: string): Cause[] {
  return digArray(source, 'monitors').length === 0 ? [required(`${field}.monitors`)] : [];
}

function flockerProblems(source: JsonObject, field: string): Cause[] {
  const [name, id] = [digString(source, 'datasetName'), digString(source, 'datasetUUID')];
  const causes: Cause[] = [];
  if (name === '' && id === '')
    causes.push(required(field, 'one of datasetName and datasetUUID is required'));
  if (name !== '' && id !== '') {
    const why = 'datasetName and datasetUUID can not be specified simultaneously';
    causes.push(invalidValue(field, 'resource', why));
  }
  if (name.includes('/')) causes.push(invalidValue(`${field}.datasetName`, name, "must not contain '/'"));
  return causes;
}

function quobyteProblems(source: JsonObject, field: string): Cause[] {
  const pairs = 'must be a host:port pair or multiple pairs separated by commas';
  const registry = digString(source, 'registry');
  const place = `${field}.registry`;
  const causes: Cause[] = [];
  if (registry === '') causes.push(required(place, pairs));
  else if (Buffer.byteLength(digString(source, 'tenant')) >= 65)
    causes.push(required(`${field}.tenant`, 'must be a UUID and may not exceed a length of 64 characters'));
  else
    for (const pair of registry.split(','))
      if (!/^([^:[\]]*|\[[^[\]]*\]):[^:[\]]*$/.test(pair)) causes.push(invalidValue(place, registry, pairs));
  return [...causes, ...neededProblems(source, field, ['volume'])];
}

function fibreProblems(source: JsonObject, field: string): Cause[] {
  const [names, ids] = [digArray(source, 'targetWWNs'), digArray(source, 'wwids')];
  const place = `${field}.targetWWNs`;
  if (names.length === 0)
    return ids.length === 0 ? [required(place, 'must specify either targetWWNs or wwids, but not both')] : [];
  const why = 'targetWWNs and wwids can not be specified simultaneously';
  return [
    ...(ids.length > 0 ? [invalidShown(place, goStrings(names), why)] : []),
    ...(source['lun'] === undefined
      ? [required(`${field}.lun`, 'lun is required if targetWWNs is specified')]
      : rangeProblems(`${field}.lun`, source['lun'], 0, 255)),
  ];
}

function flexProblems(source: JsonObject, field: string): Cause[] {
  const causes = neededProblems(source, field, ['driver']);
  for (const key of Object.keys(digObject(source, 'options'))) {
    const [group = ''] = key.split('/');
    if (!/\.(kubernetes|k8s)\.io$/i.test(`.${group}`)) continue;
    const why = 'kubernetes.io and k8s.io namespaces are reserved';
    causes.push(invalidValue(`${field}.options[${key}]`, key, why));
  }
  return causes;
}

function storageOsProblems(source: JsonObject, field: string): Cause[] {
  const [name, namespace] = [digString(source, 'volumeName'), digString(source, 'volumeNamespace')];
  return [
    ...(name === ''
      ? [required(`${field}.volumeName`)]
      : invalidFor(`${field}.volumeName`, name, nameProblems(name, 'label'))),
    ...(namespace === ''
      ? []
      : invalidFor(`${field}.volumeNamespace`, namespace, nameProblems(namespace, 'label'))),
  ];
}

/** What is wrong with the name of a CSI driver. @see ValidateCSIDriverName there */
export function driverProblems(name: string, field: string): Cause[] {
  return [
    ...(name === '' ? [required(field)] : []),
    ...(Buffer.byteLength(name) > 63 ? [tooLong(field, 63)] : []),
    ...invalidFor(field, name, nameProblems(name.toLowerCase(), 'subdomain')),
  ];
}

/** What a reference to a secret lacks, if there is one. */
export function secretRefProblems(source: JsonObject, field: string, keys: readonly string[]): Cause[] {
  const ref = source['secretRef'];
  return isJsonObject(ref) ? neededProblems(ref, `${field}.secretRef`, keys) : [];
}
