import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../core/json.js';
import { nameProblems } from '../../registry/names.js';
import {
  duplicate,
  forbidden,
  inItems,
  invalidFor,
  invalidShown,
  invalidValue,
  required,
  unsupported,
  type Cause,
} from './causes.js';
import { fieldProblems, fileFields, resourceProblems } from './environment.js';
import { backstepProblems, filePathProblems } from './formats.js';
import { quantityOf } from './quantities.js';

/** Members a volume of each type cannot do without, in the order types are looked at. */
const types: ReadonlyMap<string, readonly string[]> = new Map([
  ['emptyDir', []],
  ['hostPath', ['path']],
  ['gitRepo', ['repository']],
  ['gcePersistentDisk', ['pdName']],
  ['awsElasticBlockStore', ['volumeID']],
  ['secret', ['secretName']],
  ['nfs', ['server', 'path']],
  ['iscsi', ['targetPortal', 'iqn']],
  ['glusterfs', ['endpoints', 'path']],
  ['flocker', []],
  ['persistentVolumeClaim', ['claimName']],
  ['rbd', ['image']],
  ['cinder', ['volumeID']],
  ['cephfs', []],
  ['quobyte', []],
  ['downwardAPI', []],
  ['fc', []],
  ['flexVolume', ['driver']],
  ['configMap', ['name']],
  ['azureFile', ['secretName', 'shareName']],
  ['vsphereVolume', ['volumePath']],
  ['photonPersistentDisk', ['pdID']],
  ['portworxVolume', ['volumeID']],
  ['azureDisk', ['diskName', 'diskURI']],
  ['storageos', []],
  ['projected', []],
  ['scaleIO', ['gateway', 'system', 'volumeName']],
  ['csi', ['driver']],
  ['ephemeral', ['volumeClaimTemplate']],
  ['image', []],
]);

/**
 * What is wrong with the volumes of a pod.
 *
 * @param sound Gets the volumes that nothing is wrong with, by name: only those can be mounted.
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidateVolumes
 */
export function volumeProblems(spec: JsonObject, path: string, sound: Map<string, JsonObject>): Cause[] {
  return inItems(spec, 'volumes', path, (volume, field) => {
    const name = digString(volume, 'name');
    const causes = sourceProblems(digObject(volume), field);
    if (name === '') causes.push(required(`${field}.name`));
    else causes.push(...invalidFor(`${field}.name`, name, nameProblems(name, 'label')));
    if (sound.has(name)) causes.push(duplicate(`${field}.name`, name));
    if (causes.length === 0) sound.set(name, digObject(volume));
    return causes;
  });
}

function sourceProblems(volume: JsonObject, field: string): Cause[] {
  const given = [...types.keys()].filter((type) => isJsonObject(volume[type]));
  const [first, ...others] = given;
  if (first === undefined) return [required(field, 'must specify a volume type')];
  return [
    ...typeProblems(first, digObject(volume, first), `${field}.${first}`),
    ...others.map((type) => forbidden(`${field}.${type}`, 'may not specify more than 1 volume type')),
  ];
}

function typeProblems(type: string, source: JsonObject, field: string): Cause[] {
  const causes = (types.get(type) ?? [])
    .filter((key) => !isJsonObject(source[key]) && digString(source, key) === '')
    .map((key) => required(`${field}.${key}`));
  switch (type) {
    case 'emptyDir': {
      const limit = quantityOf(source['sizeLimit']);
      return limit !== undefined && limit.milli < 0n
        ? [forbidden(`${field}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')]
        : [];
    }
    case 'hostPath':
      return causes.length > 0 ? causes : hostPathProblems(source, field);
    case 'nfs': {
      const path = digString(source, 'path');
      return path.startsWith('/')
        ? causes
        : [...causes, invalidValue(`${field}.path`, path, 'must be an absolute path')];
    }
    case 'secret':
    case 'configMap':
      return [
        ...causes,
        ...modeProblems(`${field}.defaultMode`, source['defaultMode']),
        ...inItems(source, 'items', field, keyFileProblems),
      ];
    case 'downwardAPI':
      return [
        ...modeProblems(`${field}.defaultMode`, source['defaultMode']),
        ...inItems(source, 'items', field, (file) => downwardProblems(file, field)),
      ];
    case 'projected':
      return [
        ...modeProblems(`${field}.defaultMode`, source['defaultMode']),
        ...projectedProblems(source, field),
      ];
    default:
      return causes;
  }
}

const hostPathTypes = [
  ...['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'],
];

function hostPathProblems(source: JsonObject, field: string): Cause[] {
  const [path, type] = [digString(source, 'path'), digString(source, 'type')];
  const causes = invalidFor(`${field}.path`, path, backstepProblems(path));
  if (!hostPathTypes.includes(type)) causes.push(unsupported(`${field}.type`, type, hostPathTypes));
  return causes;
}

function modeProblems(field: string, mode: Json | undefined): Cause[] {
  return typeof mode === 'number' && (mode < 0 || mode > 0o777)
    ? [invalidShown(field, String(mode), 'must be a number between 0 and 0777 (octal), both inclusive')]
    : [];
}

function keyFileProblems(file: Json, field: string): Cause[] {
  const path = digString(file, 'path');
  return [
    ...(digString(file, 'key') === '' ? [required(`${field}.key`)] : []),
    ...(path === '' ? [required(`${field}.path`)] : []),
    ...invalidFor(`${field}.path`, path, filePathProblems(path)),
    ...modeProblems(`${field}.mode`, dig(file, 'mode')),
  ];
}

/** The field is that of the list, as the real server says it. */
function downwardProblems(file: Json, field: string): Cause[] {
  const path = digString(file, 'path');
  const causes = path === '' ? [required(`${field}.path`)] : [];
  causes.push(...invalidFor(`${field}.path`, path, filePathProblems(path)));
  const [ofPod, ofContainer] = [dig(file, 'fieldRef'), dig(file, 'resourceFieldRef')];
  if (isJsonObject(ofPod)) {
    causes.push(...fieldProblems(ofPod, `${field}.fieldRef`, fileFields));
    if (isJsonObject(ofContainer))
      causes.push(
        invalidValue(field, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'),
      );
  } else if (isJsonObject(ofContainer)) {
    causes.push(...resourceProblems(ofContainer, `${field}.resourceFieldRef`, true));
  } else causes.push(required(field, 'one of fieldRef and resourceFieldRef is required'));
  return [...causes, ...modeProblems(`${field}.mode`, dig(file, 'mode'))];
}

function projectedProblems(source: JsonObject, field: string): Cause[] {
  const paths = new Set<string>();
  const taken = (path: string, shown: string): Cause[] => {
    if (path === '') return [];
    if (paths.has(path)) return [invalidValue(field, shown, 'conflicting duplicate paths')];
    paths.add(path);
    return [];
  };
  return inItems(source, 'sources', field, (each, place) => {
    const causes: Cause[] = [];
    let given = 0;
    for (const key of ['secret', 'configMap'] as const) {
      const part = dig(each, key);
      if (!isJsonObject(part)) continue;
      given += 1;
      const name = digString(part, 'name');
      if (name === '') causes.push(required(`${place}.${key}.name`));
      causes.push(...inItems(part, 'items', `${place}.${key}`, keyFileProblems));
      for (const file of digArray(part, 'items')) causes.push(...taken(digString(file, 'path'), name));
    }
    const downward = dig(each, 'downwardAPI');
    if (isJsonObject(downward)) {
      given += 1;
      for (const file of digArray(downward, 'items')) {
        causes.push(...downwardProblems(file, `${place}.downwardAPI`));
        causes.push(...taken(digString(file, 'path'), digString(file, 'path')));
      }
    }
    const token = dig(each, 'serviceAccountToken');
    if (isJsonObject(token)) {
      given += 1;
      causes.push(...tokenProblems(token, `${place}.serviceAccountToken`, field));
    }
    if (given > 1) causes.push(forbidden(place, 'may not specify more than 1 volume type per source'));
    return causes;
  });
}

function tokenProblems(token: JsonObject, place: string, field: string): Cause[] {
  const causes: Cause[] = [];
  const seconds = token['expirationSeconds'];
  if (typeof seconds === 'number' && seconds < 600) {
    const why = 'may not specify a duration less than 10 minutes';
    causes.push(invalidShown(`${place}.expirationSeconds`, String(seconds), why));
  }
  const path = digString(token, 'path');
  if (path === '') causes.push(required(`${field}.path`));
  else causes.push(...invalidFor(`${field}.path`, path, filePathProblems(path)));
  return causes;
}
