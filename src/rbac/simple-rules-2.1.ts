import { digString, type JsonObject } from '../core/json.js';
import { annotation, type KubeObject } from '../core/kube-object.js';
import type { ObjectStore } from '../state/object-store.js';
import { readRules, ruleAllows, type Rule } from './match-rule.js';
import { namesUser } from './names-user.js';
import { rbacKinds } from './roles.js';
import { clusterRuleMapping, roleRuleMapping, type RuleMapping } from './rule-mapping-2.1.js';
import { workspaceRoleOfUser } from './workspace-roles-2.1.js';

/** Things and what may be done with them, as 2.1 tells its console. */
export interface SimpleRule extends JsonObject {
  readonly name: string;
  readonly actions: readonly string[];
}

const { clusterRoles, clusterRoleBindings, roles, roleBindings } = rbacKinds('v2.1');
const nobody = { name: '', uid: '', groups: [], extra: {} };
const all = 'edit delete create view';

/** What the roles of a workspace allow, and who manages workspaces from outside. */
const workspaceRules: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'workspace-admin': {
    workspaces: 'edit delete view',
    members: all,
    devops: all,
    projects: all,
    roles: 'view',
    apps: 'view create manage',
    repos: 'view manage',
  },
  'workspace-regular': {
    members: 'view',
    devops: 'view create',
    projects: 'view create',
    apps: 'view create',
    repos: 'view',
  },
  'workspace-viewer': {
    workspaces: 'view',
    members: 'view',
    devops: 'view',
    projects: 'view',
    roles: 'view',
    apps: 'view',
    repos: 'view',
  },
  'workspaces-manager': { workspaces: 'edit delete view', members: all, roles: 'view' },
};

const written = 'create edit view delete';

/** What the roles of a DevOps project allow; any other name allows what a reporter may do. */
const devopsRules: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  developer: { pipelines: 'view trigger', roles: 'view', members: 'view', devops: 'view' },
  owner: {
    pipelines: `${written} trigger`,
    roles: 'view',
    members: written,
    credentials: written,
    devops: 'edit view delete',
  },
  maintainer: {
    pipelines: `${written} trigger`,
    roles: 'view',
    members: 'view',
    credentials: written,
    devops: 'view',
  },
  reporter: { pipelines: 'view', roles: 'view', members: 'view', devops: 'view' },
};

/** What a role of a workspace allows, by its short name (`workspace-admin`); nothing for any other name. */
export function simpleRulesOfWorkspaceRole(role: string): readonly SimpleRule[] {
  return Object.hasOwn(workspaceRules, role) ? spelledOut(workspaceRules[role]) : [];
}

/** What a role of a DevOps project allows. */
export function simpleRulesOfDevopsRole(role: string): readonly SimpleRule[] {
  return spelledOut(Object.hasOwn(devopsRules, role) ? devopsRules[role] : devopsRules['reporter']);
}

function spelledOut(rules: Readonly<Record<string, string>> = {}): readonly SimpleRule[] {
  return Object.entries(rules).map(([name, actions]) => ({ name, actions: actions.split(' ') }));
}

/** What a role in the cluster allows. */
export function simpleRulesOfClusterRole(role: KubeObject): readonly SimpleRule[] {
  return simplified(readRules(role), clusterRuleMapping);
}

/** What a role in a namespace allows. */
export function simpleRulesOfRole(role: KubeObject): readonly SimpleRule[] {
  return simplified(readRules(role), roleRuleMapping);
}

/** What a user may do in the cluster. */
export function simpleRulesInCluster(store: ObjectStore, user: string): readonly SimpleRule[] {
  return simplified(clusterRulesOf(store, user), clusterRuleMapping);
}

/** What a user may do in a namespace, rights in the whole cluster included. */
export function simpleRulesInNamespace(
  store: ObjectStore,
  namespace: string,
  user: string,
): readonly SimpleRule[] {
  const own = rolesOfUser(store, namespace, user).flatMap((role) => readRules(role));
  return simplified([...own, ...clusterRulesOf(store, user)], roleRuleMapping);
}

/**
 * What a user may do in a workspace: who may do everything is its admin, who manages workspaces is told so unless they
 * have a role in it.
 *
 * @see kubesphere/kubesphere pkg/models/iam/am.go GetUserWorkspaceSimpleRules
 */
export function simpleRulesInWorkspace(
  store: ObjectStore,
  workspace: string,
  user: string,
): readonly SimpleRule[] {
  const rules = clusterRulesOf(store, user);
  if (mayDo(rules, ['*'], ['*'], ['*'])) return simpleRulesOfWorkspaceRole('workspace-admin');
  const role = workspaceRoleOfUser(store, workspace, user);
  if (role !== undefined)
    return simpleRulesOfWorkspaceRole(annotation(role, 'kubesphere.io/alias-name') ?? '');
  return mayDo(rules, ['*'], ['*'], ['workspaces', 'workspaces/*'])
    ? simpleRulesOfWorkspaceRole('workspaces-manager')
    : [];
}

/** Tells whether a user may change the accounts of others. */
export function isUserManager(store: ObjectStore, user: string): boolean {
  return mayDo(clusterRulesOf(store, user), ['update'], ['iam.kubesphere.io'], ['users']);
}

/** Tells whether a role, or all a user has in the cluster, lets everybody's logs be read. */
export function readsLogs(rules: readonly Rule[]): boolean {
  return mayDo(rules, ['get'], ['logging.kubesphere.io'], ['*']);
}

/** The rules of all roles a user holds in the cluster, those of workspaces included. */
export function clusterRulesOf(store: ObjectStore, user: string): readonly Rule[] {
  return clusterRolesOfUser(store, user).flatMap((role) => readRules(role));
}

/** The roles a user holds in the cluster, those of workspaces included; bindings to missing roles are passed over. */
export function clusterRolesOfUser(store: ObjectStore, user: string): KubeObject[] {
  return store
    .list(clusterRoleBindings)
    .filter(({ object }) => namesUser(object, user))
    .flatMap(({ object }) => store.find(clusterRoles, undefined, digString(object, 'roleRef', 'name')) ?? [])
    .map(({ object }) => object);
}

/** The roles a user holds in a namespace, or in any; roles of the cluster that are bound there appear as its own. */
export function rolesOfUser(store: ObjectStore, namespace: string | undefined, user: string): KubeObject[] {
  return store
    .list(roleBindings, namespace)
    .filter(({ object }) => namesUser(object, user))
    .flatMap(({ object }): KubeObject[] => {
      const place = object.metadata.namespace ?? '';
      const name = digString(object, 'roleRef', 'name');
      if (digString(object, 'roleRef', 'kind') !== 'ClusterRole') {
        const role = store.find(roles, place, name)?.object;
        return role === undefined ? [] : [role];
      }
      const role = store.find(clusterRoles, undefined, name)?.object;
      return role === undefined ? [] : [{ ...role, metadata: { ...role.metadata, namespace: place } }];
    });
}

function simplified(rules: readonly Rule[], mappings: readonly RuleMapping[]): readonly SimpleRule[] {
  return mappings.flatMap(({ name, actions }) => {
    const allowed = actions.filter((action) => action.rules.every((required) => covers(rules, required)));
    return allowed.length === 0 ? [] : [{ name, actions: allowed.map((action) => action.name) }];
  });
}

function mayDo(
  rules: readonly Rule[],
  verbs: readonly string[],
  apiGroups: readonly string[],
  resources: readonly string[],
): boolean {
  return covers(rules, { verbs, apiGroups, resources, resourceNames: [], nonResourceURLs: [] });
}

/** Tells whether one single rule of several covers all that is required. */
function covers(rules: readonly Rule[], required: Rule): boolean {
  const names = required.resourceNames.length === 0 ? [''] : required.resourceNames;
  return rules.some((rule) =>
    required.apiGroups.every((apiGroup) =>
      required.resources.every((path) =>
        names.every((name) =>
          required.verbs.every((verb) => {
            const [resource = '', subresource = ''] = path.split('/');
            return ruleAllows(
              rule,
              { user: nobody, verb, apiGroup, resource, subresource, name, scope: 'Cluster' },
              true,
            );
          }),
        ),
      ),
    ),
  );
}
