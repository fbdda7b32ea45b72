import { dig, digArray, digString, isJsonObject, type Json } from '../../core/json.js';
import { invalidShown, required, unsupported, type Cause } from './causes.js';

const mostId = 2_147_483_647;

function idProblems(field: string, id: Json | undefined): Cause[] {
  return typeof id === 'number' && (id < 0 || id > mostId)
    ? [invalidShown(field, String(id), `must be between 0 and ${String(mostId)}, inclusive`)]
    : [];
}

function seccompProblems(context: Json, path: string): Cause[] {
  const profile = dig(context, 'seccompProfile');
  if (!isJsonObject(profile)) return [];
  const field = `${path}.seccompProfile`;
  const type = digString(profile, 'type');
  const types = ['Localhost', 'RuntimeDefault', 'Unconfined'];
  if (type === '') return [required(`${field}.type`, 'type is required when seccompProfile is set')];
  if (!types.includes(type)) return [unsupported(`${field}.type`, type, types)];
  return type === 'Localhost' && dig(profile, 'localhostProfile') === undefined
    ? [required(`${field}.localhostProfile`, 'must be set when seccomp type is Localhost')]
    : [];
}

/** What is wrong with the rights of a container. */
export function containerSecurityProblems(container: Json, path: string): Cause[] {
  const context = dig(container, 'securityContext');
  if (!isJsonObject(context)) return [];
  const field = `${path}.securityContext`;
  const causes = [
    ...idProblems(`${field}.runAsUser`, context['runAsUser']),
    ...idProblems(`${field}.runAsGroup`, context['runAsGroup']),
    ...seccompProblems(context, field),
  ];
  if (context['allowPrivilegeEscalation'] !== false) return causes;
  // Differs from Kubernetes: its messages show the Go struct with all its members.
  const shown = 'core.SecurityContext{}';
  if (context['privileged'] === true) {
    const why = 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true';
    causes.push(invalidShown(field, shown, why));
  }
  if (digArray(context, 'capabilities', 'add').includes('CAP_SYS_ADMIN')) {
    const why = 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN';
    causes.push(invalidShown(field, shown, why));
  }
  return causes;
}

/** What is wrong with the rights of a pod. */
export function podSecurityProblems(spec: Json, path: string): Cause[] {
  const context = dig(spec, 'securityContext');
  if (!isJsonObject(context)) return [];
  const field = `${path}.securityContext`;
  const causes = ['fsGroup', 'runAsUser', 'runAsGroup'].flatMap((key) =>
    idProblems(`${field}.${key}`, context[key]),
  );
  for (const [at, id] of digArray(context, 'supplementalGroups').entries())
    causes.push(...idProblems(`${field}.supplementalGroups[${String(at)}]`, id));
  const policy = digString(context, 'fsGroupChangePolicy');
  const policies = ['Always', 'OnRootMismatch'];
  if (policy !== '' && !policies.includes(policy))
    causes.push(unsupported(`${field}.fsGroupChangePolicy`, policy, policies));
  return [...causes, ...seccompProblems(context, field)];
}
