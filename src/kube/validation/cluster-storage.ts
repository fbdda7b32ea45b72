import { isDeepStrictEqual } from 'node:util';
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
import { nameProblems, qualifiedNameProblems } from '../../registry/names.js';
import {
  duplicate,
  forbidden,
  goSelector,
  immutableProblems,
  inItems,
  invalidFor,
  invalidShown,
  invalidValue,
  negative,
  required,
  shownPointer,
  tooLong,
  unsupported,
  type Cause,
} from './causes.js';
import { selectorProblems } from './labels.js';
import { amountProblems } from './quantities.js';
import { parameterProblems } from './storage.js';

const groupPolicies = ['File', 'None', 'ReadWriteOnceWithFSType'];
const lifecycles = ['Persistent', 'Ephemeral'];
const longestDriver = 63;
const longestNodeId = 192;

/** What is wrong with a CSIDriver. @see kubernetes/kubernetes pkg/apis/storage/validation/validation.go */
export function csiDriverProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const spec = digObject(object, 'spec');
  const policy = spec['fsGroupPolicy'];
  const causes: Cause[] = [];
  if (typeof policy === 'string' && !groupPolicies.includes(policy))
    causes.push(unsupported('spec.fsGroupPolicy', policy, groupPolicies));
  causes.push(...tokenRequestProblems(digArray(spec, 'tokenRequests'), 'spec.tokenRequests'));
  const modes = digArray(spec, 'volumeLifecycleModes').filter(
    (one): one is string => typeof one === 'string',
  );
  for (const mode of modes)
    if (!lifecycles.includes(mode)) causes.push(unsupported('spec.volumeLifecycleModes', mode, lifecycles));
  if (previous === undefined) return causes;
  const before = digObject(previous, 'spec');
  const shown = `[]storage.VolumeLifecycleMode{${modes.map((one) => JSON.stringify(one)).join(', ')}}`;
  const attach = spec['attachRequired'];
  return [
    ...causes,
    // Kubernetes calls it so there.
    ...immutableProblems('spec.attachedRequired', attach, before['attachRequired'], shownPointer(attach)),
    ...immutableProblems(
      'spec.volumeLifecycleModes',
      spec['volumeLifecycleModes'],
      before['volumeLifecycleModes'],
      shown,
    ),
  ];
}

function tokenRequestProblems(requests: readonly Json[], field: string): Cause[] {
  const audiences = requests.map((one) => digString(one, 'audience'));
  return requests.flatMap((request, at) => {
    const path = `${field}[${String(at)}]`;
    const audience = audiences[at] ?? '';
    if (audiences.indexOf(audience) < at) return [duplicate(`${path}.audience`, audience)];
    const seconds = dig(request, 'expirationSeconds');
    if (typeof seconds !== 'number') return [];
    const bad = (why: string): Cause => invalidShown(`${path}.expirationSeconds`, String(seconds), why);
    if (seconds < 600) return [bad('may not specify a duration less than 10 minutes')];
    return seconds > 2 ** 32 ? [bad('may not specify a duration larger than 2^32 seconds')] : [];
  });
}

/** What is wrong with the name of a driver. */
function driverProblems(name: string, field: string): Cause[] {
  const causes: Cause[] = name === '' ? [required(field)] : [];
  if (name.length > longestDriver) causes.push(tooLong(field, longestDriver));
  return [...causes, ...invalidFor(field, name, nameProblems(name.toLowerCase(), 'subdomain'))];
}

/** What is wrong with a CSINode, whose drivers are what they were. */
export function csiNodeProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const drivers = digArray(object, 'spec', 'drivers');
  const names = drivers.map((one) => digString(one, 'name'));
  const causes = inItems(digObject(object, 'spec'), 'drivers', 'spec', (driver, path) => {
    const at = drivers.indexOf(driver);
    const [name = '', id] = [names[at], digString(driver, 'nodeID')];
    const own = driverProblems(name, `${path}.name`);
    if (id === '') own.push(required(`${path}.nodeID`));
    if (id.length > longestNodeId)
      own.push(invalidValue(`${path}.nodeID`, id, `must be ${String(longestNodeId)} characters or less`));
    own.push(...negative(`${path}.allocatable.count`, dig(driver, 'allocatable', 'count')));
    if (names.indexOf(name) < at) own.push(duplicate(`${path}.name`, name));
    const keys = digArray(driver, 'topologyKeys').filter((one): one is string => typeof one === 'string');
    for (const [index, key] of keys.entries()) {
      if (key === '') own.push(required(path));
      if (keys.indexOf(key) < index) own.push(duplicate(path, key));
      own.push(...invalidFor(path, key, qualifiedNameProblems(key)));
    }
    return own;
  });
  for (const old of digArray(previous, 'spec', 'drivers')) {
    const now = drivers[names.indexOf(digString(old, 'name'))];
    // Differs from Kubernetes: the real text shows all members of this Go struct.
    if (now !== undefined && !isDeepStrictEqual(now, old))
      causes.push(invalidShown('spec.drivers', 'storage.CSINodeDriver{}', 'field is immutable'));
  }
  return causes;
}

/** What is wrong with a VolumeAttachment, which is what it was made as. */
export function attachmentProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const spec = digObject(object, 'spec');
  const [attacher, node] = [digString(spec, 'attacher'), digString(spec, 'nodeName')];
  const source = digObject(spec, 'source');
  const { inlineVolumeSpec: inline, persistentVolumeName: volume } = source;
  const field = 'spec.source';
  const exactly = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  const causes: Cause[] = attacher === '' ? [required('spec.attacher')] : [];
  const isNamed = typeof volume === 'string';
  if (!isJsonObject(inline) && !isNamed) causes.push(required(field, exactly));
  else if (isJsonObject(inline) && isNamed) causes.push(forbidden(field, exactly));
  else if (volume === '')
    causes.push(required(`${field}.persistentVolumeName`, 'must specify non empty persistentVolumeName'));
  causes.push(...invalidFor('spec.nodeName', node, nameProblems(node, 'subdomain')));
  if (previous === undefined)
    return [
      ...causes,
      ...driverProblems(attacher, 'spec.attacher'),
      ...(isNamed
        ? invalidFor(`${field}.persistentVolumeName`, volume, nameProblems(volume, 'subdomain'))
        : []),
    ];
  // Differs from Kubernetes: the real text shows all members of this Go struct.
  return [
    ...causes,
    ...immutableProblems('spec', spec, digObject(previous, 'spec'), 'storage.VolumeAttachmentSpec{}'),
  ];
}

/** What is wrong with a CSIStorageCapacity. */
export function capacityProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const { nodeTopology: topology, capacity } = object;
  const name = digString(object, 'storageClassName');
  const causes = [
    ...selectorProblems(topology, 'nodeTopology'),
    ...invalidFor('storageClassName', name, nameProblems(name, 'subdomain')),
    ...(capacity === undefined ? [] : amountProblems('storage', capacity, 'capacity')),
  ];
  if (previous === undefined) return causes;
  const shown = isJsonObject(topology) ? goSelector(topology) : '"null"';
  return [
    ...causes,
    ...immutableProblems('nodeTopology', topology, previous['nodeTopology'], shown),
    ...immutableProblems('storageClassName', name, previous['storageClassName'], JSON.stringify(name)),
  ];
}

/** What is wrong with a VolumeAttributesClass. */
export function attributesClassProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const driver = digString(object, 'driverName');
  const changes =
    previous === undefined ? [] : changedProblems(object, previous, ['driverName', 'parameters']);
  const causes =
    driver === ''
      ? [required('driverName')]
      : invalidFor('driverName', driver, qualifiedNameProblems(driver.toLowerCase()));
  const parameters = digObject(object, 'parameters');
  if (Object.keys(parameters).length === 0)
    causes.push(required('parameters', 'must contain at least one key/value pair'));
  return [...changes, ...causes, ...parameterProblems(parameters)];
}

function changedProblems(now: JsonObject, before: JsonObject, keys: readonly string[]): Cause[] {
  return keys
    .filter((key) => !isDeepStrictEqual(now[key], before[key]))
    .map((key) => forbidden(key, `updates to ${key} are forbidden.`));
}
