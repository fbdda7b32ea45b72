import { digArray, digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import { nameProblems } from '../../registry/names.js';
import {
  choiceProblems,
  duplicate,
  forbidden,
  inItems,
  invalidFor,
  invalidValue,
  required,
  type Cause,
} from './causes.js';
import { claimTemplateProblems } from './claims.js';
import { pullPolicies, relativePathProblems } from './formats.js';
import { isPortalTooLong, portalTooLong, scsiProblems } from './iscsi.js';
import type { PodRules } from './pod-rules.js';
import { downwardProblems, keyFileProblems, projectedProblems } from './projected-volume.js';
import { quantityOf } from './quantities.js';
import { modeProblems, neededProblems } from './ranges.js';
import { commonSources, secretRefProblems } from './volume-sources.js';

/** Types a volume of a pod can have, in the order they are looked at. */
const types = [
  ...['emptyDir', 'hostPath', 'gitRepo', 'gcePersistentDisk', 'awsElasticBlockStore', 'secret', 'nfs'],
  ...['iscsi', 'glusterfs', 'flocker', 'persistentVolumeClaim', 'rbd', 'cinder', 'cephfs', 'quobyte'],
  ...['downwardAPI', 'fc', 'flexVolume', 'configMap', 'azureFile', 'vsphereVolume', 'photonPersistentDisk'],
  ...['portworxVolume', 'azureDisk', 'storageos', 'projected', 'scaleIO', 'csi', 'ephemeral', 'image'],
];
/** Types a second of which is refused under another name. */
const misnamed: Readonly<Record<string, string>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' };

/**
 * What is wrong with the volumes of a pod.
 *
 * @param sound Gets the volumes that nothing is wrong with, by name: only those can be mounted.
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidateVolumes
 */
export function volumeProblems(
  spec: JsonObject,
  path: string,
  sound: Map<string, JsonObject>,
  rules: PodRules,
): Cause[] {
  const made = new Set(
    digArray(spec, 'volumes')
      .filter((volume) => rules.podName !== '' && isJsonObject(digObject(volume)['ephemeral']))
      .map((volume) => `${rules.podName}-${digString(volume, 'name')}`),
  );
  return inItems(spec, 'volumes', path, (volume, field) => {
    const name = digString(volume, 'name');
    const causes = sourceProblems(digObject(volume), field, name, rules);
    if (name === '') causes.push(required(`${field}.name`));
    else causes.push(...invalidFor(`${field}.name`, name, nameProblems(name, 'label')));
    if (sound.has(name)) causes.push(duplicate(`${field}.name`, name));
    if (causes.length === 0) sound.set(name, digObject(volume));
    const claim = digString(volume, 'persistentVolumeClaim', 'claimName');
    if (!made.has(claim)) return causes;
    const why = 'must not reference a PVC that gets created for an ephemeral volume';
    return [...causes, invalidValue(`${field}.persistentVolumeClaim.claimName`, claim, why)];
  });
}

function sourceProblems(volume: JsonObject, field: string, name: string, rules: PodRules): Cause[] {
  const given = types.filter((type) => isJsonObject(volume[type]));
  const [first, ...others] = given;
  if (first === undefined) return [required(field, 'must specify a volume type')];
  const causes = typeProblems(first, digObject(volume, first), `${field}.${first}`, rules);
  if (first === 'ephemeral' && rules.podName !== '' && name !== '') {
    const claim = `${rules.podName}-${name}`;
    const texts = nameProblems(claim, 'subdomain').map((why) => `PVC name ${JSON.stringify(claim)}: ${why}`);
    causes.push(...invalidFor(`${field}.name`, name, texts));
  }
  for (const type of others)
    causes.push(forbidden(`${field}.${misnamed[type] ?? type}`, 'may not specify more than 1 volume type'));
  if (isPortalTooLong(digObject(volume, 'iscsi'), name))
    causes.push(invalidValue(`${field}.name`, name, portalTooLong));
  return causes;
}

function typeProblems(type: string, source: JsonObject, field: string, rules: PodRules): Cause[] {
  switch (type) {
    case 'emptyDir': {
      const limit = quantityOf(source['sizeLimit']);
      return limit !== undefined && limit.milli < 0n
        ? [forbidden(`${field}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')]
        : [];
    }
    case 'gitRepo': {
      const folder = digString(source, 'directory');
      return [
        ...neededProblems(source, field, ['repository']),
        ...invalidFor(`${field}.directory`, folder, relativePathProblems(folder)),
      ];
    }
    case 'secret':
    case 'configMap':
      return [
        ...neededProblems(source, field, [type === 'secret' ? 'secretName' : 'name']),
        ...modeProblems(`${field}.defaultMode`, source['defaultMode']),
        ...inItems(source, 'items', field, keyFileProblems),
      ];
    case 'iscsi':
      return [
        ...neededProblems(source, field, ['targetPortal']),
        ...scsiProblems(source, field, {
          unknownForm: 'must be valid format starting with iqn, eui, or naa',
          namedSecret: false,
        }),
      ];
    case 'persistentVolumeClaim':
      return neededProblems(source, field, ['claimName']);
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
    case 'csi': {
      const ref = source['nodePublishSecretRef'];
      const causes = commonSources['csi']?.(source, field) ?? [];
      if (!isJsonObject(ref)) return causes;
      const name = digString(ref, 'name');
      // What is wrong with the name itself is said of a member there is not.
      return name === ''
        ? [...causes, required(`${field}.nodePublishSecretRef.name`)]
        : [...causes, ...invalidFor(`${field}.name`, name, nameProblems(name, 'subdomain'))];
    }
    case 'ephemeral': {
      const template = source['volumeClaimTemplate'];
      const place = `${field}.volumeClaimTemplate`;
      return isJsonObject(template) ? claimTemplateProblems(template, place) : [required(place)];
    }
    case 'image':
      return [
        ...(rules.isPod ? neededProblems(source, field, ['reference']) : []),
        ...choiceProblems(`${field}.pullPolicy`, source['pullPolicy'], pullPolicies),
      ];
    default:
      return [
        ...(commonSources[type]?.(source, field) ?? []),
        ...(type === 'cinder' || type === 'storageos' ? secretRefProblems(source, field, ['name']) : []),
      ];
  }
}
