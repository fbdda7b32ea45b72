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
import { nameProblems, qualifiedNameProblems } from '../../registry/names.js';
import {
  choiceProblems,
  duplicate,
  forbidden,
  immutableProblems,
  inItems,
  invalidFor,
  invalidValue,
  plainText,
  required,
  unsupported,
  type Cause,
  shownPointer,
  tooLong,
} from './causes.js';
import { amountProblems, quantityOf, shownQuantity } from './quantities.js';

const policies = ['Delete', 'Recycle', 'Retain'];
const bindings = ['Immediate', 'WaitForFirstConsumer'];

const most = { parameters: 512, bytes: 256 * 1024 };

/**
 * What is wrong with a StorageClass; of one that is there only what may not change is looked at.
 *
 * @see kubernetes/kubernetes pkg/apis/storage/validation/validation.go
 */
export function storageClassProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const mode = digString(object, 'volumeBindingMode');
  if (previous !== undefined)
    return [
      ...['parameters', 'provisioner', 'reclaimPolicy']
        .filter((key) => !sameJson(object[key], previous[key]))
        .map((key) => forbidden(key, `updates to ${key} are forbidden.`)),
      ...immutableProblems('volumeBindingMode', mode, previous['volumeBindingMode'], JSON.stringify(mode)),
    ];
  const provisioner = digString(object, 'provisioner');
  const causes =
    provisioner === ''
      ? [required('provisioner')]
      : invalidFor('provisioner', provisioner, qualifiedNameProblems(provisioner.toLowerCase()));
  causes.push(...parameterProblems(digObject(object, 'parameters')));
  const policy = digString(object, 'reclaimPolicy');
  if (policy !== '' && !['Delete', 'Retain'].includes(policy))
    causes.push(unsupported('reclaimPolicy', policy, ['Delete', 'Retain']));
  if (!bindings.includes(mode)) causes.push(unsupported('volumeBindingMode', mode, bindings));
  return [...causes, ...topologyProblems(digArray(object, 'allowedTopologies'))];
}

/** What is wrong with what a driver is told. */
export function parameterProblems(parameters: JsonObject): Cause[] {
  const entries = Object.entries(parameters);
  if (entries.length > most.parameters) return [tooLong('parameters', most.parameters)];
  const causes = entries
    .filter(([key]) => key === '')
    .map(([key]) => invalidValue('parameters', key, 'field can not be empty.'));
  const bytes = entries.reduce(
    (sum, [key, value]) =>
      sum + Buffer.byteLength(key) + Buffer.byteLength(typeof value === 'string' ? value : ''),
    0,
  );
  return bytes > most.bytes ? [...causes, tooLong('parameters', most.bytes)] : causes;
}

/** @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidateTopologySelectorTerm */
function topologyProblems(terms: readonly Json[]): Cause[] {
  const seen: Json[] = [];
  return terms.flatMap((term, at) => {
    const path = `allowedTopologies[${String(at)}]`;
    const keys = new Set<string>();
    const causes = inItems(term, 'matchLabelExpressions', path, (expression, field) => {
      const key = digString(expression, 'key');
      const values = digArray(expression, 'values').map((one) => plainText(one));
      const own = values.flatMap((value, index) =>
        values.indexOf(value) < index ? [duplicate(`${field}.values[${String(index)}]`, value)] : [],
      );
      if (values.length === 0) own.push(required(`${field}.values`));
      own.push(...invalidFor(`${field}.key`, key, qualifiedNameProblems(key)));
      if (keys.has(key)) own.push(duplicate(`${field}.key`, key));
      keys.add(key);
      return own;
    });
    const asMap = Object.fromEntries(
      digArray(term, 'matchLabelExpressions').map((one): [string, Json] => [
        digString(one, 'key'),
        [...new Set(digArray(one, 'values'))].sort(),
      ]),
    );
    if (seen.some((other) => sameJson(other, asMap)))
      causes.push(duplicate(`${path}.matchLabelExpressions`, ''));
    seen.push(asMap);
    return causes;
  });
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
  if (!sameJson(sources, sourcesOf(before)))
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
