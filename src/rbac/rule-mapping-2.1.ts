import type { JsonObject } from '../core/json.js';
import type { Rule } from './match-rule.js';

/** What somebody may do with one thing, as the console of 2.1 shows it. */
export interface RuleMapping {
  readonly name: string;
  readonly actions: readonly RuleAction[];
}

/** An action, and the rules a role must cover all of to allow it. */
export interface RuleAction {
  readonly name: string;
  readonly rules: readonly Rule[];
}

const rbac = 'rbac.authorization.k8s.io';
const iam = 'iam.kubesphere.io';
const ours = 'resources.kubesphere.io';
const monitoring = 'monitoring.kubesphere.io';
const apps = 'openpitrix.io';
const mesh = 'servicemesh.kubesphere.io';
const storage = 'storage.k8s.io';

const read = 'get list';
const readAndWatch = 'get watch list';
const change = 'update patch';
const deleteAny = 'delete deletecollection';

/** @param groups The core group is `core`. */
function rule(verbs: string, groups: string, resources: string, resourceNames: readonly string[] = []): Rule {
  return {
    verbs: verbs.split(' '),
    apiGroups: groups.split(' ').map((group) => (group === 'core' ? '' : group)),
    resources: resources.split(' '),
    resourceNames,
    nonResourceURLs: [],
  };
}

function mapping(name: string, actions: Readonly<Record<string, readonly Rule[]>>): RuleMapping {
  return { name, actions: Object.entries(actions).map(([action, rules]) => ({ name: action, rules })) };
}

/** View, create, edit and delete of kinds that Kubernetes keeps and the console lists. */
function kept(
  name: string,
  { seenIn, groups, resources }: KeptKind,
  more: readonly Rule[] = [],
): RuleMapping {
  return mapping(name, {
    view: [rule(read, seenIn, resources), ...more],
    create: [rule('create', groups, resources)],
    edit: [rule(change, groups, resources)],
    delete: [rule('delete', groups, resources)],
  });
}

interface KeptKind {
  /** Groups asked for the right to view. */
  readonly seenIn: string;
  /** Groups asked for the right to write. */
  readonly groups: string;
  readonly resources: string;
}

const watchedMonitoring = mapping('monitoring', {
  view: [rule(read, monitoring, '*'), rule(read, ours, 'health')],
});

const alerting = mapping('alerting', {
  view: [rule(read, 'alerting.kubesphere.io', '*')],
  create: [rule('create', 'alerting.kubesphere.io', '*')],
  delete: [rule('delete', 'alerting.kubesphere.io', '*')],
});

const writeBindings = rule('create delete deletecollection', rbac, 'clusterrolebindings');

/**
 * What roles in the cluster can allow.
 *
 * @see kubesphere/kubesphere pkg/models/iam/policy/policy.go ClusterRoleRuleMapping
 */
export const clusterRuleMapping: readonly RuleMapping[] = [
  mapping('workspaces', { manage: [rule('*', '*', 'workspaces workspaces/*')] }),
  watchedMonitoring,
  alerting,
  mapping('logging', { view: [rule(read, 'logging.kubesphere.io', '*')] }),
  mapping('accounts', {
    view: [
      rule(readAndWatch, iam, 'users users/*'),
      rule('get', iam, 'rulesmapping', ['clusterroles']),
      rule(readAndWatch, rbac, 'clusterrolebindings'),
    ],
    create: [
      rule('create get list', iam, 'users'),
      rule('get', iam, 'clusterrules', ['mapping']),
      writeBindings,
    ],
    edit: [rule('get list update patch', iam, 'users'), writeBindings],
    delete: [rule(deleteAny, iam, 'users')],
  }),
  mapping('roles', {
    view: [rule(readAndWatch, rbac, 'clusterroles'), rule(read, iam, 'clusterroles clusterroles/*')],
    create: [rule('create', rbac, 'clusterroles')],
    edit: [rule(change, rbac, 'clusterroles')],
    delete: [rule(deleteAny, rbac, 'clusterroles')],
  }),
  mapping('storageclasses', {
    view: [
      rule(readAndWatch, storage, 'storageclasses'),
      rule(read, ours, 'storageclasses storageclasses/*'),
    ],
    create: [rule('create', storage, 'storageclasses')],
    edit: [rule(change, storage, 'storageclasses')],
    delete: [rule(deleteAny, storage, 'storageclasses')],
  }),
  mapping('nodes', {
    view: [
      rule(readAndWatch, 'core', 'nodes events'),
      rule(read, ours, 'nodes nodes/*'),
      rule(read, monitoring, 'nodes'),
    ],
    edit: [rule(change, 'core', 'nodes')],
  }),
  mapping('repos', {
    view: [rule(readAndWatch, apps, 'repos')],
    create: [rule('create', apps, 'repos')],
    edit: [rule(change, apps, 'repos')],
    delete: [rule(deleteAny, apps, 'repos')],
  }),
  mapping('apps', { view: [rule(read, apps, 'apps clusters repos app_versions app_version/*')] }),
  mapping('components', { view: [rule('list get', ours, 'components components/*')] }),
];

const podsToo = [rule(read, 'core', 'pods pods/*')];

/**
 * What roles in a namespace can allow.
 *
 * @see kubesphere/kubesphere pkg/models/iam/policy/policy.go RoleRuleMapping
 */
export const roleRuleMapping: readonly RuleMapping[] = [
  mapping('projects', {
    view: [rule('get', '*', 'namespaces'), rule('list', '*', 'events')],
    edit: [rule(change, 'core', 'namespaces')],
    delete: [rule('delete', 'core', 'namespaces')],
  }),
  watchedMonitoring,
  alerting,
  mapping('members', {
    view: [rule(read, `${rbac} ${ours}`, 'rolebindings'), rule(read, iam, 'users')],
    create: [rule('create', rbac, 'rolebindings')],
    edit: [rule('get watch list create update patch', rbac, 'rolebindings')],
    delete: [rule('delete', rbac, 'rolebindings')],
  }),
  mapping('roles', {
    view: [rule(read, `${rbac} ${ours}`, 'roles')],
    create: [rule('create', rbac, 'roles')],
    edit: [rule('patch update', rbac, 'roles')],
    delete: [rule('delete', rbac, 'roles')],
  }),
  mapping('deployments', {
    view: [rule(read, `apps extensions ${ours}`, 'deployments deployments/scale'), ...podsToo],
    create: [rule('create', 'apps extensions', 'deployments')],
    edit: [rule(change, 'apps extensions', 'deployments deployments/*')],
    delete: [rule('delete', 'apps extensions', 'deployments')],
    scale: [rule(change, 'apps extensions', 'deployments/scale')],
  }),
  mapping('statefulsets', {
    view: [rule(read, `apps ${ours}`, 'statefulsets'), ...podsToo],
    create: [rule('create', 'apps', 'statefulsets')],
    edit: [rule(change, 'apps', 'statefulsets')],
    delete: [rule('delete', 'apps', 'statefulsets')],
    scale: [rule('patch', 'apps', 'statefulsets')],
  }),
  kept(
    'daemonsets',
    { seenIn: `apps extensions ${ours}`, groups: 'apps extensions', resources: 'daemonsets' },
    podsToo,
  ),
  mapping('pods', {
    terminal: [rule('get', 'terminal.kubesphere.io', 'pods')],
    view: [rule(read, ours, 'pods')],
    delete: [rule('delete', '*', 'pods')],
  }),
  kept('services', { seenIn: `core ${ours}`, groups: 'core', resources: 'services' }),
  kept('internet', { seenIn: ours, groups: ours, resources: 'router' }),
  kept('routes', { seenIn: `extensions ${ours}`, groups: 'extensions', resources: 'ingresses' }),
  kept('volumes', { seenIn: `core ${ours}`, groups: 'core', resources: 'persistentvolumeclaims' }),
  mapping('applications', {
    view: [
      rule(read, ours, 'applications'),
      rule(read, mesh, '*'),
      rule('list', apps, 'repos app_versions'),
      rule('get', apps, 'app_version/*'),
    ],
    edit: [rule('create update patch', ours, 'applications'), rule('create update patch', mesh, '*')],
    delete: [rule('delete', ours, 'applications'), rule('delete', mesh, '*')],
  }),
  kept('jobs', { seenIn: `batch ${ours}`, groups: 'batch', resources: 'jobs' }),
  kept('cronjobs', { seenIn: `batch ${ours}`, groups: 'batch', resources: 'cronjobs' }),
  kept('secrets', { seenIn: `core ${ours}`, groups: 'core', resources: 'secrets' }),
  kept('configmaps', { seenIn: `core ${ours}`, groups: 'core', resources: 'configmaps' }),
];

/** A mapping as 2.1 prints it: rules have the lists that hold something. */
export function printedMapping({ name, actions }: RuleMapping): JsonObject {
  return {
    name,
    actions: actions.map((action) => ({
      name: action.name,
      rules: action.rules.map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames.length > 0 && { resourceNames }),
      })),
    })),
  };
}
