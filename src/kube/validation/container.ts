import { dig, digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import { quote } from '../../core/api-error.js';
import { nameProblems } from '../../registry/names.js';
import {
  choiceProblems,
  duplicate,
  forbidden,
  inItems,
  invalidFor,
  invalidShown,
  invalidValue,
  missing,
  portProblems,
  required,
  unsupported,
  type Cause,
} from './causes.js';
import { environmentProblems } from './environment.js';
import { portNameProblems, pullPolicies } from './formats.js';
import { initOnlyProblems, lifecycleProblems } from './handlers.js';
import { deviceProblems, mountProblems } from './mounts.js';
import type { PodRules } from './pod-rules.js';
import { requirementProblems } from './requirements.js';
import { containerSecurityProblems } from './security-context.js';

/** Protocols a port can have, in the order messages list them. */
export const protocols: readonly string[] = ['SCTP', 'TCP', 'UDP'];

/** What containers are checked against. */
export interface PodParts {
  /** Volumes that can be mounted, by name. */
  readonly volumes: ReadonlyMap<string, JsonObject>;
  readonly terminationGracePeriodSeconds: Json | undefined;
  /** Names of the devices the pod claims. */
  readonly claims: ReadonlySet<string>;
  readonly restartPolicy: string;
  /** Whether users of the pod are others than those of its node. */
  readonly ownUsers: boolean;
  readonly rules: PodRules;
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
    found.push(...lifecycleProblems(container, parts, field));
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
      ...(staysOn ? lifecycleProblems(container, parts, field) : initOnlyProblems(container, field)),
      ...sidecarResizeProblems(container, field, parts),
    ];
  });
}

function sidecarResizeProblems(container: Json, path: string, { rules }: PodParts): Cause[] {
  const policies = digArray(container, 'resizePolicy');
  if (policies.length === 0 || rules.has('sidecarResizePolicy')) return [];
  const shown = policies.map((one) => {
    const [resource, policy] = [digString(one, 'resourceName'), digString(one, 'restartPolicy')];
    return `core.ContainerResizePolicy{ResourceName:${quote(resource)}, RestartPolicy:${quote(policy)}}`;
  });
  const list = `[]core.ContainerResizePolicy{${shown.join(', ')}}`;
  return [invalidShown(`${path}.resizePolicy`, list, 'must not be set for init containers')];
}

/** What containers put into a pod to look at it may not have, in the order it is told. */
const notEphemeral = [
  ...['ports', 'resources', 'resizePolicy', 'restartPolicy'],
  ...['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'],
];

/** What is wrong with the containers somebody put into a pod to look at it. @see validateEphemeralContainers there */
export function ephemeralContainersProblems(spec: JsonObject, path: string, parts: PodParts): Cause[] {
  const others = new Set(
    ['containers', 'initContainers'].flatMap((key) =>
      digArray(spec, key).map((one) => digString(one, 'name')),
    ),
  );
  const names = new Set(others);
  return inItems(spec, 'ephemeralContainers', path, (container, field) => {
    const causes = [...commonProblems(container, field, parts), ...imageSpaceProblems(container, field)];
    const [name, target] = ['name', 'targetContainerName'].map((key) => digString(container, key)) as [
      string,
      string,
    ];
    if (names.has(name)) causes.push(duplicate(`${field}.name`, name));
    names.add(name);
    if (target !== '' && !others.has(target)) causes.push(missing(`${field}.targetContainerName`, target));
    const why = 'cannot be set for an Ephemeral Container';
    causes.push(
      ...notEphemeral
        .filter((key) => isGiven(container, key))
        .map((key) => forbidden(`${field}.${key}`, why)),
    );
    return [
      ...causes,
      ...inItems(container, 'volumeMounts', field, (mount, place) =>
        ['subPath', 'subPathExpr']
          .filter((key) => digString(mount, key) !== '')
          .map((key) => forbidden(`${place}.${key}`, why)),
      ),
    ];
  });
}

/** Of lists and of `resources`, which is no pointer, Go cannot tell empty from absent. */
function isGiven(container: Json, key: string): boolean {
  const value = dig(container, key);
  if (Array.isArray(value)) return value.length > 0;
  return key === 'resources' ? Object.keys(digObject(value)).length > 0 : value !== undefined;
}

/** Templates may have images with spaces around them; pods may not. */
export function imageSpaceProblems(container: Json, field: string): Cause[] {
  const image = digString(container, 'image');
  return image.trim() === image
    ? []
    : [invalidValue(`${field}.image`, image, 'must not have leading or trailing whitespace')];
}

function commonProblems(container: Json, path: string, parts: PodParts): Cause[] {
  const { volumes } = parts;
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
    ...environmentProblems(container, path, parts.rules),
    ...mountProblems(container, path, volumes),
    ...deviceProblems(container, path, volumes),
    ...choiceProblems(`${path}.imagePullPolicy`, dig(container, 'imagePullPolicy'), pullPolicies),
    ...requirementProblems(dig(container, 'resources'), `${path}.resources`, parts.claims),
    ...resizeProblems(container, path, parts.restartPolicy),
    ...containerSecurityProblems(container, path, parts.ownUsers),
  );
  return causes;
}

const resizable = ['cpu', 'memory'];
const resizePolicies = ['NotRequired', 'RestartContainer'];

/** What is wrong with what a resize does to a container. @see validateResizePolicy there */
function resizeProblems(container: Json, path: string, restartPolicy: string): Cause[] {
  const field = `${path}.resizePolicy`;
  const seen = new Set<string>();
  return inItems(container, 'resizePolicy', path, (one, place) => {
    const [resource, policy] = [digString(one, 'resourceName'), digString(one, 'restartPolicy')];
    const causes = seen.has(resource) ? [duplicate(place, resource)] : [];
    seen.add(resource);
    causes.push(
      ...choiceProblems(field, resource, resizable),
      ...choiceProblems(field, policy, resizePolicies),
    );
    if (restartPolicy === 'Never' && policy !== 'NotRequired')
      causes.push(invalidValue(field, policy, "must be 'NotRequired' when `restartPolicy` is 'Never'"));
    return causes;
  });
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
