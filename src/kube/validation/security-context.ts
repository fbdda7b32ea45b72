import { dig, digArray, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { invalidShown, invalidValue, unsupported, type Cause } from './causes.js';
import { goStruct, type GoMember } from './go-struct.js';
import { appArmorProblems, seccompProblems } from './profiles.js';
import { sysctlProblems } from './sysctls.js';
import { windowsProblems } from './windows-options.js';

const mostId = 2_147_483_647;

function idProblems(field: string, id: Json | undefined): Cause[] {
  return typeof id === 'number' && (id < 0 || id > mostId)
    ? [invalidShown(field, String(id), `must be between 0 and ${String(mostId)}, inclusive`)]
    : [];
}

/** What is wrong with a text that may be absent, but not be another. */
function optionalChoice(field: string, value: Json | undefined, supported: readonly string[]): Cause[] {
  return typeof value !== 'string' || supported.includes(value) ? [] : [unsupported(field, value, supported)];
}

const members: readonly GoMember[] = [
  ['Capabilities', 'capabilities', '*core.Capabilities'],
  ['Privileged', 'privileged', '*bool'],
  ['SELinuxOptions', 'seLinuxOptions', '*core.SELinuxOptions'],
  ['WindowsOptions', 'windowsOptions', '*core.WindowsSecurityContextOptions'],
  ['RunAsUser', 'runAsUser', '*int64'],
  ['RunAsGroup', 'runAsGroup', '*int64'],
  ['RunAsNonRoot', 'runAsNonRoot', '*bool'],
  ['ReadOnlyRootFilesystem', 'readOnlyRootFilesystem', '*bool'],
  ['AllowPrivilegeEscalation', 'allowPrivilegeEscalation', '*bool'],
  ['ProcMount', 'procMount', '*core.ProcMountType'],
  ['SeccompProfile', 'seccompProfile', '*core.SeccompProfile'],
  ['AppArmorProfile', 'appArmorProfile', '*core.AppArmorProfile'],
];

/**
 * What is wrong with the rights of a container.
 *
 * @param ownUsers Whether users of its pod are others than those of the node.
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidateSecurityContext
 */
export function containerSecurityProblems(container: Json, path: string, ownUsers: boolean): Cause[] {
  const context = dig(container, 'securityContext');
  if (!isJsonObject(context)) return [];
  const field = `${path}.securityContext`;
  const mount = context['procMount'];
  return [
    ...idProblems(`${field}.runAsUser`, context['runAsUser']),
    ...idProblems(`${field}.runAsGroup`, context['runAsGroup']),
    ...optionalChoice(`${field}.procMount`, mount, ['Default', 'Unmasked']),
    ...(mount === 'Unmasked' && !ownUsers
      ? [invalidValue(`${field}.procMount`, mount, '`hostUsers` must be false to use `Unmasked`')]
      : []),
    ...seccompProblems(context, field),
    ...escalationProblems(context, field),
    ...windowsProblems(context, field),
    ...appArmorProblems(context, field),
  ];
}

function escalationProblems(context: JsonObject, field: string): Cause[] {
  if (context['allowPrivilegeEscalation'] !== false) return [];
  const shown = goStruct('core.SecurityContext', members, context);
  const conflict = (what: string): Cause =>
    invalidShown(field, shown, `cannot set \`allowPrivilegeEscalation\` to false and ${what}`);
  return [
    ...(context['privileged'] === true ? [conflict('`privileged` to true')] : []),
    ...digArray(context, 'capabilities', 'add')
      .filter((one) => one === 'CAP_SYS_ADMIN')
      .map(() => conflict('`capabilities.Add` CAP_SYS_ADMIN')),
  ];
}

/** What is wrong with the rights of a pod. @see validatePodSpecSecurityContext there */
export function podSecurityProblems(spec: JsonObject, path: string): Cause[] {
  const context = spec['securityContext'];
  if (!isJsonObject(context)) return [];
  const field = `${path}.securityContext`;
  const causes = ['fsGroup', 'runAsUser', 'runAsGroup'].flatMap((key) =>
    idProblems(`${field}.${key}`, context[key]),
  );
  for (const [at, id] of digArray(context, 'supplementalGroups').entries())
    causes.push(...idProblems(`${field}.supplementalGroups[${String(at)}]`, id));
  if (spec['hostPID'] === true && spec['shareProcessNamespace'] === true) {
    const why = 'ShareProcessNamespace and HostPID cannot both be enabled';
    causes.push(invalidShown(`${field}.shareProcessNamespace`, 'true', why));
  }
  return [
    ...causes,
    ...sysctlProblems(context, spec, field),
    ...optionalChoice(`${field}.fsGroupChangePolicy`, context['fsGroupChangePolicy'], [
      'Always',
      'OnRootMismatch',
    ]),
    ...seccompProblems(context, field),
    ...windowsProblems(context, field),
    ...appArmorProblems(context, field),
    ...optionalChoice(`${field}.supplementalGroupsPolicy`, context['supplementalGroupsPolicy'], [
      'Merge',
      'Strict',
    ]),
    ...optionalChoice(`${field}.seLinuxChangePolicy`, context['seLinuxChangePolicy'], ['Recursive']),
  ];
}
