import { quote } from '../../core/api-error.js';
import { digArray, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import type { KubeObject, User } from '../../core/kube-object.js';
import { describeGrant } from '../../rbac/bindings.js';
import { readRule, readRules, ruleAllows, type Rule } from '../../rbac/match-rule.js';
import type { AccessAttributes, Decision } from '../../registry/contract.js';
import type { ObjectStore } from '../../state/object-store.js';
import { builtinGrants } from './builtin-grants.js';

const group = 'rbac.authorization.k8s.io';
const clusterRoleBindings = { group, plural: 'clusterrolebindings' };
const roleBindings = { group, plural: 'rolebindings' };
const clusterRoles = { group, plural: 'clusterroles' };
const roles = { group, plural: 'roles' };

/** A binding that concerns somebody, with the rules it brings. */
interface NativeGrant {
  /** As reasons name it. */
  readonly description: string;
  readonly rules: readonly Rule[];
}

/** A role that a binding names though it is not there. */
export interface MissingRole {
  readonly kind: 'Role' | 'ClusterRole';
  readonly name: string;
}

/**
 * Decides what somebody may do by the roles of Kubernetes itself, whatever KubeSphere's say.
 *
 * @see kubernetes/kubernetes plugin/pkg/auth/authorizer/rbac/rbac.go
 */
export function decideNatively(store: ObjectStore, attributes: AccessAttributes): Decision {
  const { user, namespace = '' } = attributes;
  if (user.groups.includes('system:masters')) return { allowed: true, reason: '' };
  const missing: MissingRole[] = [];
  for (const { description, rules } of grantsOf(store, user, namespace, missing)) {
    if (rules.some((rule) => ruleAllows(rule, attributes)))
      return { allowed: true, reason: `RBAC: allowed by ${description}` };
  }
  const problems = missing.map(({ kind, name }) => `${kind.toLowerCase()}.${group} ${quote(name)} not found`);
  return { allowed: false, reason: problems.length === 0 ? '' : `RBAC: ${listed(problems)}` };
}

/**
 * The rules somebody has in a namespace, those of the whole cluster first.
 *
 * @param missing Takes the roles that bindings name though they are not there.
 */
export function rulesOf(
  store: ObjectStore,
  user: User,
  namespace: string,
  missing: MissingRole[] = [],
): readonly Rule[] {
  if (user.groups.includes('system:masters'))
    return [
      readRule({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }),
      readRule({ verbs: ['*'], nonResourceURLs: ['*'] }),
    ];
  return [...grantsOf(store, user, namespace, missing)].flatMap(({ rules }) => rules);
}

/** Problems as Go shows several in one: each once. @see kubernetes/apimachinery pkg/util/errors/errors.go */
export function listed(problems: readonly string[]): string {
  const [first = '', ...more] = new Set(problems);
  return more.length === 0 ? first : `[${[first, ...more].join(', ')}]`;
}

function* grantsOf(
  store: ObjectStore,
  user: User,
  namespace: string,
  missing: MissingRole[],
): Generator<NativeGrant> {
  for (const { binding, role, subject, rules } of builtinGrants) {
    if (store.find(clusterRoleBindings, undefined, binding) !== undefined) continue;
    if (!appliesTo(subject, user, '')) continue;
    const object = { kind: 'ClusterRoleBinding', apiVersion: `${group}/v1`, metadata: { name: binding } };
    const description = describeGrant({
      binding: object,
      subject,
      roleKind: 'ClusterRole',
      roleName: role,
      at: 0,
    });
    yield { description, rules: rules.map(readRule) };
  }
  const lists = [
    store.list(clusterRoleBindings),
    namespace === '' ? [] : store.list(roleBindings, namespace),
  ];
  for (const { object: binding } of lists.flat()) {
    const subject = digArray(binding, 'subjects')
      .filter(isJsonObject)
      .find((one) => appliesTo(one, user, binding.metadata.namespace ?? ''));
    if (subject === undefined) continue;
    const roleKind = digString(binding, 'roleRef', 'kind');
    const roleName = digString(binding, 'roleRef', 'name');
    const kind = roleKind === 'Role' ? 'Role' : 'ClusterRole';
    const role = findRole(store, kind, roleName, binding.metadata.namespace);
    if (role === undefined) {
      missing.push({ kind, name: roleName });
      continue;
    }
    const description = describeGrant({ binding: named(binding), subject, roleKind, roleName, at: 0 });
    yield { description, rules: readRules(role) };
  }
}

/** A binding as stored may not tell its kind in lists. */
function named(binding: KubeObject): KubeObject {
  const kind = binding.metadata.namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding';
  return { ...binding, kind };
}

/** The role a binding names; `undefined` when it is not there. @param namespace That of the binding */
export function findRole(
  store: ObjectStore,
  kind: MissingRole['kind'],
  name: string,
  namespace: string | undefined,
): KubeObject | undefined {
  return kind === 'Role'
    ? store.find(roles, namespace, name)?.object
    : store.find(clusterRoles, undefined, name)?.object;
}

function appliesTo(subject: JsonObject, user: User, namespace: string): boolean {
  const name = digString(subject, 'name');
  switch (digString(subject, 'kind')) {
    case 'User':
      return user.name === name;
    case 'Group':
      return user.groups.includes(name);
    case 'ServiceAccount': {
      const from = digString(subject, 'namespace') || namespace;
      return from !== '' && user.name === `system:serviceaccount:${from}:${name}`;
    }
    default:
      return false;
  }
}
