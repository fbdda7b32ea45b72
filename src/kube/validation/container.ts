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
  choiceProblems,
  duplicate,
  forbidden,
  inItems,
  invalidFor,
  invalidValue,
  missing,
  portProblems,
  required,
  unsupported,
  type Cause,
} from './causes.js';
import { environmentProblems } from './environment.js';
import { backstepProblems, portNameProblems, relativePathProblems } from './formats.js';
import { initOnlyProblems, lifecycleProblems } from './handlers.js';
import { requirementProblems } from './quantities.js';
import { containerSecurityProblems } from './security-context.js';

/** Protocols a port can have, in the order messages list them. */
export const protocols: readonly string[] = ['SCTP', 'TCP', 'UDP'];
const pullPolicies = ['Always', 'IfNotPresent', 'Never'];

/** What containers are checked against. */
export interface PodParts {
  /** Volumes that can be mounted, by name. */
  readonly volumes: ReadonlyMap<string, JsonObject>;
  readonly terminationGracePeriodSeconds: Json | undefined;
}

/**
 * What is wrong with the containers of a pod, in the order kube-apiserver lists it.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go validateContainers
 */
export function containersProblems(spec: JsonObject, path: string, parts: PodParts): Cause[] {
  const containers = digArray(spec, 'containers');
  if (containers.length === 0) return [required(`${path}.containers`)];
  const names = new Set<string>();
  const causes = inItems(spec, 'containers', path, (container, field) => {
    const name = digString(container, 'name');
    const found = commonProblems(container, field, parts);
    if (names.has(name)) found.push(duplicate(`${field}.name`, name));
    names.add(name);
    found.push(...lifecycleProblems(container, parts.terminationGracePeriodSeconds, field));
    if (dig(container, 'restartPolicy') !== undefined)
      found.push(forbidden(`${field}.restartPolicy`, 'may not be set for non-init containers'));
    return found;
  });
  return [...causes, ...hostPortProblems(containers, `${path}.containers`)];
}

/** What is wrong with the containers that run before the others. */
export function initContainersProblems(spec: JsonObject, path: string, parts: PodParts): Cause[] {
  const names = new Set(digArray(spec, 'containers').map((one) => digString(one, 'name')));
  return inItems(spec, 'initContainers', path, (container, field) => {
    const name = digString(container, 'name');
    const causes = commonProblems(container, field, parts);
    const policy = dig(container, 'restartPolicy');
    if (typeof policy === 'string' && policy !== 'Always')
      causes.push(unsupported(`${field}.restartPolicy`, policy, ['Always']));
    if (names.has(name)) causes.push(duplicate(`${field}.name`, name));
    else if (name !== '') names.add(name);
    causes.push(...hostPortProblems([container], `${path}.initContainers`));
    const staysOn = policy === 'Always';
    return [
      ...causes,
      ...(staysOn
        ? lifecycleProblems(container, parts.terminationGracePeriodSeconds, field)
        : initOnlyProblems(container, field)),
    ];
  });
}

function commonProblems(container: Json, path: string, { volumes }: PodParts): Cause[] {
  const name = digString(container, 'name');
  const causes: Cause[] = [];
  if (name === '') causes.push(required(`${path}.name`));
  else causes.push(...invalidFor(`${path}.name`, name, nameProblems(name, 'label')));
  if (digString(container, 'image') === '') causes.push(required(`${path}.image`));
  causes.push(
    ...choiceProblems(`${path}.terminationMessagePolicy`, dig(container, 'terminationMessagePolicy'), [
      'File',
      'FallbackToLogsOnError',
    ]),
    ...portsProblems(container, path),
    ...environmentProblems(container, path),
    ...mountProblems(container, path, volumes),
    ...deviceProblems(container, path, volumes),
    ...choiceProblems(`${path}.imagePullPolicy`, dig(container, 'imagePullPolicy'), pullPolicies),
    ...requirementProblems(dig(container, 'resources'), `${path}.resources`),
    ...containerSecurityProblems(container, path),
  );
  return causes;
}

function portsProblems(container: Json, path: string): Cause[] {
  const names = new Set<string>();
  return inItems(container, 'ports', path, (port, field) => {
    const causes: Cause[] = [];
    const name = digString(port, 'name');
    if (name !== '') {
      const texts = portNameProblems(name);
      causes.push(...invalidFor(`${field}.name`, name, texts));
      if (texts.length === 0 && names.has(name)) causes.push(duplicate(`${field}.name`, name));
      names.add(name);
    }
    const number = dig(port, 'containerPort') ?? 0;
    if (number === 0) causes.push(required(`${field}.containerPort`));
    else causes.push(...portProblems(`${field}.containerPort`, number));
    const host = dig(port, 'hostPort') ?? 0;
    if (host !== 0) causes.push(...portProblems(`${field}.hostPort`, host));
    return [...causes, ...choiceProblems(`${field}.protocol`, dig(port, 'protocol'), protocols)];
  });
}

function hostPortProblems(containers: readonly Json[], path: string): Cause[] {
  const taken = new Set<string>();
  return containers.flatMap((container, at) =>
    inItems(container, 'ports', `${path}[${String(at)}]`, (port, field) => {
      const number = dig(port, 'hostPort');
      if (typeof number !== 'number' || number === 0) return [];
      const key = `${digString(port, 'protocol')}/${digString(port, 'hostIP')}/${String(number)}`;
      if (taken.has(key)) return [duplicate(`${field}.hostPort`, key)];
      taken.add(key);
      return [];
    }),
  );
}

function mountProblems(container: Json, path: string, volumes: ReadonlyMap<string, JsonObject>): Cause[] {
  const paths = new Set<string>();
  const devices = digArray(container, 'volumeDevices');
  return inItems(container, 'volumeMounts', path, (mount, field) => {
    const causes: Cause[] = [];
    const [name, mountPath] = [digString(mount, 'name'), digString(mount, 'mountPath')];
    if (name === '') causes.push(required(`${field}.name`));
    if (!volumes.has(name)) causes.push(missing(`${field}.name`, name));
    if (mountPath === '') causes.push(required(`${field}.mountPath`));
    if (paths.has(mountPath)) causes.push(invalidValue(`${field}.mountPath`, mountPath, 'must be unique'));
    paths.add(mountPath);
    if (devices.some((device) => digString(device, 'name') === name))
      causes.push(invalidValue(`${field}.name`, name, 'must not already exist in volumeDevices'));
    if (devices.some((device) => digString(device, 'devicePath') === mountPath))
      causes.push(
        invalidValue(`${field}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices'),
      );
    return [...causes, ...subPathProblems(container, mount, `${path}.volumeMounts`, field)];
  });
}

/** Some of the messages name the list instead of its item, as the real ones do. */
function subPathProblems(container: Json, mount: Json, list: string, field: string): Cause[] {
  const [plain, expression] = [digString(mount, 'subPath'), digString(mount, 'subPathExpr')];
  const causes = invalidFor(`${list}.subPath`, plain, relativePathProblems(plain));
  if (expression !== '' && plain !== '')
    causes.push(
      invalidValue(`${field}.subPathExpr`, expression, 'subPathExpr and subPath are mutually exclusive'),
    );
  causes.push(...invalidFor(`${list}.subPathExpr`, expression, relativePathProblems(expression)));
  const spread = dig(mount, 'mountPropagation');
  if (typeof spread !== 'string') return causes;
  const modes = ['Bidirectional', 'HostToContainer', 'None'];
  if (!modes.includes(spread)) causes.push(unsupported(`${list}.mountPropagation`, spread, modes));
  if (spread === 'Bidirectional' && dig(container, 'securityContext', 'privileged') !== true) {
    const why = 'Bidirectional mount propagation is available only to privileged containers';
    causes.push(forbidden(`${list}.mountPropagation`, why));
  }
  return causes;
}

function deviceProblems(container: Json, path: string, volumes: ReadonlyMap<string, JsonObject>): Cause[] {
  const [names, paths] = [new Set<string>(), new Set<string>()];
  return inItems(container, 'volumeDevices', path, (device, field) => {
    const causes: Cause[] = [];
    const [name, devicePath] = [digString(device, 'name'), digString(device, 'devicePath')];
    const volume = volumes.get(name);
    const isClaim = ['persistentVolumeClaim', 'ephemeral'].some((key) =>
      isJsonObject(digObject(volume)[key]),
    );
    if (name === '') causes.push(required(`${field}.name`));
    if (names.has(name)) causes.push(invalidValue(`${field}.name`, name, 'must be unique'));
    if (volume === undefined) causes.push(missing(`${field}.name`, name));
    else if (!isClaim) {
      const why = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
      causes.push(invalidValue(`${field}.name`, name, why));
    }
    if (devicePath === '') causes.push(required(`${field}.devicePath`));
    if (paths.has(devicePath)) causes.push(invalidValue(`${field}.devicePath`, devicePath, 'must be unique'));
    if (backstepProblems(devicePath).length > 0)
      causes.push(invalidValue(`${field}.devicePath`, devicePath, "can not contain backsteps ('..')"));
    else paths.add(devicePath);
    if (name !== '') names.add(name);
    return causes;
  });
}
