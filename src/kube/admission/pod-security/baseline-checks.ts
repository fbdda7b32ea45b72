import { quote } from '../../../core/api-error.js';
import { dig, digArray, digString, isJsonObject, type Json, type JsonObject } from '../../../core/json.js';
import {
  containersOf,
  containersText,
  namesWhere,
  plural,
  quoted,
  security,
  setters,
  sortedSet,
  textOf,
  type PodLike,
  type Violation,
} from './pod-view.js';

/** Looks at a pod by the rules of a minor version; `undefined` when it has nothing against it. */
export type Check = (pod: PodLike, minor: number) => Violation | undefined;

const defaultCapabilities = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);

/** What is wrong with a pod by the level `baseline`, as the ids of the checks are sorted. @see kubernetes/pod-security-admission policy */
export const baselineChecks: Readonly<Record<string, Check>> = {
  appArmorProfile: ({ annotations }) => {
    const bad = Object.entries(annotations)
      .filter(([key, value]) => key.startsWith(appArmorKey) && !isAllowedProfile(value))
      .map(([key, value]) => `${key}=${quote(textOf(value))}`)
      .sort();
    return bad.length === 0
      ? undefined
      : { reason: plural('forbidden AppArmor profile', bad), detail: bad.join(', ') };
  },
  capabilities_baseline: (pod) => {
    const bad = (of: JsonObject): string[] =>
      addedCapabilities(of).filter((one) => !defaultCapabilities.has(one));
    const names = namesWhere(pod, (container) => bad(container).length > 0);
    const list = quoted(sortedSet(containersOf(pod).flatMap(bad)));
    return violation(
      names,
      'non-default capabilities',
      `must not include ${list} in securityContext.capabilities.add`,
    );
  },
  hostNamespaces: ({ spec }) => {
    const used = ['hostNetwork', 'hostPID', 'hostIPC'].filter((key) => spec[key] === true);
    if (used.length === 0) return undefined;
    return { reason: 'host namespaces', detail: used.map((key) => `${key}=true`).join(', ') };
  },
  hostPathVolumes: ({ spec }) => {
    const names = digArray(spec, 'volumes')
      .filter((volume) => isJsonObject(dig(volume, 'hostPath')))
      .map((volume) => digString(volume, 'name'));
    if (names.length === 0) return undefined;
    return { reason: 'hostPath volumes', detail: `${plural('volume', names)} ${quoted(names)}` };
  },
  hostPorts: (pod) => {
    const portsOf = (of: JsonObject): string[] =>
      digArray(of, 'ports').flatMap((port) => {
        const number = dig(port, 'hostPort');
        return typeof number === 'number' && number !== 0 ? [String(number)] : [];
      });
    const names = namesWhere(pod, (container) => portsOf(container).length > 0);
    const ports = sortedSet(containersOf(pod).flatMap(portsOf));
    return violation(names, 'hostPort', `${uses(names)} ${plural('hostPort', ports)} ${ports.join(', ')}`);
  },
  hostProbesAndHostLifecycle: (pod, minor) => {
    if (minor < 34) return undefined;
    const names = sortedSet(namesWhere(pod, (container) => hostsOf(container).length > 0));
    const hosts = sortedSet(containersOf(pod).flatMap(hostsOf));
    const what = plural('probe or lifecycle host', hosts);
    return violation(names, 'probe or lifecycle host', `${uses(names)} ${what} ${quoted(hosts)}`);
  },
  privileged: (pod) =>
    violation(
      namesWhere(pod, (container) => security(container, 'privileged') === true),
      'privileged',
      'must not set securityContext.privileged=true',
    ),
  procMount: (pod) => {
    const valueOf = (of: JsonObject): string => digString(of, 'securityContext', 'procMount');
    const isBad = (of: JsonObject): boolean => !['', 'Default'].includes(valueOf(of));
    const values = quoted(sortedSet(containersOf(pod).filter(isBad).map(valueOf)));
    return violation(
      namesWhere(pod, isBad),
      'procMount',
      `must not set securityContext.procMount to ${values}`,
    );
  },
  seLinuxOptions: (pod, minor) => {
    const types = ['', 'container_t', 'container_init_t', 'container_kvm_t'];
    if (minor >= 31) types.push('container_engine_t');
    const optionOf = (of: JsonObject, key: string): string =>
      digString(of, 'securityContext', 'seLinuxOptions', key);
    const isBad = (of: JsonObject): boolean =>
      !types.includes(optionOf(of, 'type')) || optionOf(of, 'user') !== '' || optionOf(of, 'role') !== '';
    const who = setters(pod, isBad);
    if (who.length === 0) return undefined;
    const all = [pod.spec, ...containersOf(pod)];
    const bad = sortedSet(all.map((of) => optionOf(of, 'type')).filter((type) => !types.includes(type)));
    const what = [
      ...(bad.length > 0 ? [`${plural('type', bad)} ${quoted(bad)}`] : []),
      ...['user', 'role']
        .filter((key) => all.some((of) => optionOf(of, key) !== ''))
        .map((key) => `${key} may not be set`),
    ];
    const detail = `${who.join(' and ')} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}`;
    return { reason: 'seLinuxOptions', detail };
  },
  seccompProfile_baseline: (pod, minor) => {
    if (minor < 19) return undefined;
    return badSeccomp(pod);
  },
  sysctls: ({ spec }, minor) => {
    const bad = digArray(spec, 'securityContext', 'sysctls')
      .map((one) => digString(one, 'name'))
      .filter((name) => !isSafe(name, minor));
    return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
  },
  windowsHostProcess: (pod) => {
    const who = setters(pod, (of) => security(of, 'windowsOptions', 'hostProcess') === true);
    if (who.length === 0) return undefined;
    const what = 'must not set securityContext.windowsOptions.hostProcess=true';
    return { reason: 'hostProcess', detail: `${who.join(' and ')} ${what}` };
  },
};

const appArmorKey = 'container.apparmor.security.beta.kubernetes.io/';

function isAllowedProfile(value: Json | undefined): boolean {
  return value === '' || value === 'runtime/default' || textOf(value).startsWith('localhost/');
}

/** Capabilities a container adds. */
export function addedCapabilities(of: JsonObject): string[] {
  return digArray(of, 'securityContext', 'capabilities', 'add').filter((one) => typeof one === 'string');
}

/** A violation by some containers; `undefined` when there are none. */
export function violation(names: readonly string[], reason: string, what: string): Violation | undefined {
  return names.length === 0 ? undefined : { reason, detail: `${containersText(names)} ${what}` };
}

function uses(names: readonly string[]): string {
  return names.length === 1 ? 'uses' : 'use';
}

function hostsOf(container: JsonObject): string[] {
  const handlers = [
    ...['livenessProbe', 'readinessProbe', 'startupProbe'].map((key) => dig(container, key)),
    ...['postStart', 'preStop'].map((key) => dig(container, 'lifecycle', key)),
  ];
  return handlers
    .flatMap((handler) => [digString(handler, 'httpGet', 'host'), digString(handler, 'tcpSocket', 'host')])
    .filter((host) => host !== '');
}

/** What sets a seccomp profile that is none of the two allowed ones. */
export function badSeccomp(pod: PodLike): Violation | undefined {
  const typeOf = (of: JsonObject): string | undefined =>
    isJsonObject(security(of, 'seccompProfile'))
      ? digString(of, 'securityContext', 'seccompProfile', 'type')
      : undefined;
  const isBad = (of: JsonObject): boolean => {
    const type = typeOf(of);
    return type !== undefined && type !== 'RuntimeDefault' && type !== 'Localhost';
  };
  const who = setters(pod, isBad);
  if (who.length === 0) return undefined;
  const bad = sortedSet([pod.spec, ...containersOf(pod)].filter(isBad).map((of) => typeOf(of) ?? ''));
  const what = `must not set securityContext.seccompProfile.type to ${quoted(bad)}`;
  return { reason: 'seccompProfile', detail: `${who.join(' and ')} ${what}` };
}

/** Sysctls a pod may set, and the minor version since which it may. */
const safeSysctls: Readonly<Record<string, number>> = {
  'kernel.shm_rmid_forced': 0,
  'net.ipv4.ip_local_port_range': 0,
  'net.ipv4.tcp_syncookies': 0,
  'net.ipv4.ping_group_range': 0,
  'net.ipv4.ip_unprivileged_port_start': 0,
  'net.ipv4.ip_local_reserved_ports': 27,
  'net.ipv4.tcp_keepalive_time': 29,
  'net.ipv4.tcp_fin_timeout': 29,
  'net.ipv4.tcp_keepalive_intvl': 29,
  'net.ipv4.tcp_keepalive_probes': 29,
  'net.ipv4.tcp_rmem': 32,
  'net.ipv4.tcp_wmem': 32,
};

function isSafe(name: string, minor: number): boolean {
  const since = Object.hasOwn(safeSysctls, name) ? safeSysctls[name] : undefined;
  return since !== undefined && minor >= since;
}
