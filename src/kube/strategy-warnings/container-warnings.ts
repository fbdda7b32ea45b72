import { quote } from '../../core/api-error.js';
import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import { fractionWarning } from './words.js';

/** A container of a pod, and the field it is in, such as `spec.containers[0]`. */
export interface PlacedContainer {
  readonly container: Json;
  readonly path: string;
}

/** All containers of a pod, in the order kube-apiserver visits them. */
export function containersOf(spec: Json | undefined, path: string): PlacedContainer[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) =>
    digArray(spec, list).map((container, at) => ({ container, path: `${path}.${list}[${String(at)}]` })),
  );
}

const seccomp = 'container.seccomp.security.alpha.kubernetes.io/';
const appArmor = 'container.apparmor.security.beta.kubernetes.io/';

/**
 * Warnings for a container by itself.
 *
 * @param placed The container and its field.
 * @param pod The pod or template it is in.
 * @param prefix Of the fields of a template, such as `spec.template.`; empty for a pod.
 */
export function containerWarnings(placed: PlacedContainer, pod: Json, prefix: string): string[] {
  const { container, path } = placed;
  const annotations = digObject(pod, 'metadata', 'annotations');
  const name = digString(container, 'name');
  const warnings: string[] = [];
  const told = (key: string, why: string): unknown =>
    warnings.push(`${prefix}metadata.annotations[${key}]: ${why}`);
  const hasField = (field: string): boolean => dig(container, 'securityContext', field) !== undefined;
  if (!hasField('seccompProfile') && Object.hasOwn(annotations, seccomp + name))
    told(seccomp + name, 'non-functional in v1.27+; use the "seccompProfile" field instead');
  const isArmored =
    hasField('appArmorProfile') || dig(pod, 'spec', 'securityContext', 'appArmorProfile') !== undefined;
  if (prefix !== '' && !isArmored && Object.hasOwn(annotations, appArmor + name))
    told(appArmor + name, 'deprecated since v1.30; use the "appArmorProfile" field instead');
  for (const resource of ['memory', 'ephemeral-storage'])
    for (const side of ['limits', 'requests'])
      warnings.push(
        ...fractionWarning(dig(container, 'resources', side), resource, `${path}.resources.${side}`),
      );
  return [...warnings, ...environmentWarnings(container, path)];
}

/** A variable may only be said again when it holds what it was before. */
function environmentWarnings(container: Json, path: string): string[] {
  const seen = new Set<string>();
  return digArray(container, 'env').flatMap((item, at) => {
    const name = digString(item, 'name');
    const value = digString(item, 'value');
    const self = `$(${name})`;
    const isBad = dig(item, 'valueFrom') !== undefined || value === self || !value.includes(self);
    if (seen.has(name) && isBad)
      return [
        `${path}.env[${String(at)}]: hides previous definition of ${quote(name)}, which may be dropped when using apply`,
      ];
    seen.add(name);
    return [];
  });
}

interface PlacedPort {
  readonly path: string;
  readonly hostIp: string;
  readonly hostPort: number;
}

/** Warnings for ports that are in each other's way. */
export function portWarnings(containers: readonly PlacedContainer[]): string[] {
  const warnings: string[] = [];
  const all = new Map<string, PlacedPort[]>();
  for (const { container, path } of containers) {
    for (const [at, port] of digArray(container, 'ports').entries()) {
      const one = placedPort(port, `${path}.ports[${String(at)}]`);
      if (one.hostIp !== '' && one.hostPort === 0)
        warnings.push(`${one.path}: hostIP set without hostPort: ${shownPort(port)}`);
      const key = `${String(numberOf(port, 'containerPort'))}/${digString(port, 'protocol')}`;
      const others = all.get(key) ?? [];
      warnings.push(...others.flatMap((other) => conflict(one, other)));
      all.set(key, [...others, one]);
    }
  }
  return warnings;
}

function placedPort(port: Json, path: string): PlacedPort {
  return { path, hostIp: digString(port, 'hostIP'), hostPort: numberOf(port, 'hostPort') };
}

function conflict(one: PlacedPort, other: PlacedPort): string[] {
  const told = (what: string): string[] => [`${one.path}: ${what} port definition with ${other.path}`];
  if (one.hostIp === other.hostIp && one.hostPort === other.hostPort) return told('duplicate');
  if (one.hostPort === 0 || other.hostPort === 0) return told('overlapping');
  const isAnywhere = (one.hostIp === '') !== (other.hostIp === '');
  return one.hostPort === other.hostPort && isAnywhere ? told('dangerously ambiguous') : [];
}

/** A port as Go prints it. */
function shownPort(port: Json): string {
  const shown = [
    `Name:${digString(port, 'name')}`,
    `HostPort:${String(numberOf(port, 'hostPort'))}`,
    `ContainerPort:${String(numberOf(port, 'containerPort'))}`,
    `Protocol:${digString(port, 'protocol')}`,
    `HostIP:${digString(port, 'hostIP')}`,
  ];
  return `{${shown.join(' ')}}`;
}

function numberOf(port: Json, key: string): number {
  const value = dig(port, key);
  return typeof value === 'number' ? value : 0;
}
