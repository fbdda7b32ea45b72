import { dig, digArray, digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import { forbidden, required, unsupported, type Cause } from './causes.js';

const systems = ['linux', 'windows'];

/** What only Linux knows, in the order it is told; below `securityContext` unless it starts with a dot. */
const linuxOfPod = [
  ...['appArmorProfile', 'seLinuxOptions', '.hostUsers', '.hostPID', '.hostIPC', 'seccompProfile', 'fsGroup'],
  ...['fsGroupChangePolicy', 'sysctls', '.shareProcessNamespace', 'runAsUser', 'runAsGroup'],
  ...['supplementalGroups', 'supplementalGroupsPolicy'],
];
const linuxOfContainer = [
  ...['appArmorProfile', 'seLinuxOptions', 'seccompProfile', 'capabilities', 'readOnlyRootFilesystem'],
  ...['privileged', 'allowPrivilegeEscalation', 'procMount', 'runAsUser', 'runAsGroup'],
];

/**
 * What does not go with the operating system a pod names.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go validateOS, validateOSFields
 */
export function systemProblems(spec: JsonObject, path: string): Cause[] {
  if (!isJsonObject(spec['os'])) return [];
  const name = digString(spec, 'os', 'name');
  if (name === '') return [required(`${path}.os.name`, 'cannot be empty')];
  if (!systems.includes(name)) return [unsupported(`${path}.os`, name, systems)];
  return [
    ...contextProblems(spec, path, name, linuxOfPod),
    ...['initContainers', 'containers', 'ephemeralContainers'].flatMap((key) =>
      digArray(spec, key).flatMap((container, at) =>
        contextProblems(digObject(container), `${path}.${key}[${String(at)}]`, name, linuxOfContainer),
      ),
    ),
  ];
}

function contextProblems(owner: JsonObject, path: string, system: string, keys: readonly string[]): Cause[] {
  if (!isJsonObject(owner['securityContext'])) return [];
  if (system === 'linux')
    return dig(owner, 'securityContext', 'windowsOptions') === undefined
      ? []
      : [
          forbidden(
            `${path}.securityContext.windowsOptions`,
            'windows options cannot be set for a linux pod',
          ),
        ];
  return keys.flatMap((key) => {
    const steps = key.startsWith('.') ? [key.slice(1)] : ['securityContext', key];
    const value = dig(owner, ...steps);
    // Of `hostPID` and `hostIPC` Go cannot tell false from nothing.
    const isFalse = value === false && (key === '.hostPID' || key === '.hostIPC');
    return value === undefined || isFalse || (Array.isArray(value) && value.length === 0)
      ? []
      : [forbidden(`${path}.${steps.join('.')}`, 'cannot be set for a windows pod')];
  });
}
