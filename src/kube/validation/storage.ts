import { isDeepStrictEqual } from 'node:util';
import { dig, digArray, digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { nameProblems, qualifiedNameProblems } from '../../registry/names.js';
import {
  choiceProblems,
  forbidden,
  immutableProblems,
  invalidFor,
  invalidValue,
  required,
  unsupported,
  type Cause,
  shownPointer,
} from './causes.js';
import { amountProblems, quantityOf, shownQuantity } from './quantities.js';

const policies = ['Delete', 'Recycle', 'Retain'];
const bindings = ['Immediate', 'WaitForFirstConsumer'];

/** What is wrong with a StorageClass. @see kubernetes/kubernetes pkg/apis/storage/validation/validation.go */
export function storageClassProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const provisioner = digString(object, 'provisioner');
  const changes =
    previous === undefined
      ? []
      : ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode']
          .filter((key) => !isDeepStrictEqual(object[key], previous[key]))
          .map((key) => forbidden(key, `updates to ${key} are forbidden.`));
  const causes =
    provisioner === ''
      ? [required('provisioner')]
      : invalidFor('provisioner', provisioner, qualifiedNameProblems(provisioner.toLowerCase()));
  const policy = digString(object, 'reclaimPolicy');
  if (policy !== '' && !policies.includes(policy))
    causes.push(unsupported('reclaimPolicy', policy, ['Delete', 'Retain']));
  const mode = digString(object, 'volumeBindingMode');
  if (!bindings.includes(mode)) causes.push(unsupported('volumeBindingMode', mode, bindings));
  return [...changes, ...causes];
}

const modes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
/** Members of a volume's spec that say where it is. */
const notSources = new Set([
  ...['accessModes', 'capacity', 'claimRef', 'mountOptions', 'nodeAffinity'],
  ...['persistentVolumeReclaimPolicy', 'storageClassName', 'volumeMode', 'volumeAttributesClassName'],
]);

/** What is wrong with a PersistentVolume, whose source may not change. */
export function persistentVolumeProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const spec = digObject(object, 'spec');
  const causes: Cause[] = [];
  const given = digArray(spec, 'accessModes').map(String);
  if (given.length === 0) causes.push(required('spec.accessModes'));
  for (const mode of given)
    if (!modes.includes(mode)) causes.push(unsupported('spec.accessModes', mode, modes));
  causes.push(...capacityProblems(spec));
  const sources = sourcesOf(spec);
  const [, ...others] = Object.keys(sources);
  causes.push(...others.map((key) => forbidden(`spec.${key}`, 'may not specify more than 1 volume type')));
  if (Object.keys(sources).length === 0) causes.push(required('spec', 'must specify a volume type'));
  causes.push(
    ...choiceProblems('spec.persistentVolumeReclaimPolicy', spec['persistentVolumeReclaimPolicy'], policies),
  );
  const name = digString(spec, 'storageClassName');
  if (name !== '') causes.push(...invalidFor('spec.storageClassName', name, nameProblems(name, 'subdomain')));
  const mode = spec['volumeMode'];
  if (typeof mode === 'string' && mode !== 'Block' && mode !== 'Filesystem')
    causes.push(unsupported('spec.volumeMode', mode, ['Block', 'Filesystem']));
  if (previous === undefined) return causes;
  const before = digObject(previous, 'spec');
  // Differs from Kubernetes: the real text goes on with a diff of the two Go structs.
  if (!isDeepStrictEqual(sources, sourcesOf(before)))
    causes.push(
      forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation'),
    );
  return [...causes, ...immutableProblems('volumeMode', mode, before['volumeMode'], shownPointer(mode))];
}

function sourcesOf(spec: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(spec).filter(([key, value]) => !notSources.has(key) && isJsonObject(value)),
  );
}

function capacityProblems(spec: JsonObject): Cause[] {
  const capacity = digObject(spec, 'capacity');
  const names = Object.keys(capacity);
  if (names.length === 0) return [required('spec.capacity')];
  if (dig(capacity, 'storage') === undefined || names.length > 1) {
    const shown = Object.keys(capacity).sort().join(', ');
    return [unsupported('spec.capacity', shown, ['storage'])];
  }
  const size = capacity['storage'];
  const quantity = quantityOf(size);
  if (quantity !== undefined && quantity.milli <= 0n)
    return [invalidValue('spec.capacity[storage]', shownQuantity(size), 'must be greater than zero')];
  return amountProblems('storage', size, 'spec.capacity[storage]');
}
