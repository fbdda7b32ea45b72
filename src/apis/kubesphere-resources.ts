import type { ReleaseRange } from '../core/release.js';
import { ownHooks } from '../kube/custom-resources/own/own-hooks.js';
import type { Resource, Subresource } from '../registry/contract.js';
import { mergeHooks } from '../registry/merge-hooks.js';
import { hooksOf } from './resource-hooks.js';

type Row = readonly [
  group: string,
  kind: string,
  plural: string,
  versions: string,
  scope: 'C' | 'N',
  range?: ReleaseRange,
];

const since41: ReleaseRange = { since: 'v4.1' };
const only3: ReleaseRange = { since: 'v3.0', until: 'v3.4' };
const only21: ReleaseRange = { until: 'v2.1' };
const until34: ReleaseRange = { until: 'v3.4' };
const since31to34: ReleaseRange = { since: 'v3.1', until: 'v3.4' };
const until31: ReleaseRange = { since: 'v3.0', until: 'v3.1' };
const only31: ReleaseRange = { since: 'v3.1', until: 'v3.1' };
const since33to34: ReleaseRange = { since: 'v3.3', until: 'v3.4' };
const only34: ReleaseRange = { since: 'v3.4', until: 'v3.4' };

/** KubeSphere's own kinds; versions in order of preference. @see kubesphere/kubesphere config/ks-core/charts/ks-crds/crds */
const rows: readonly Row[] = [
  ['iam.kubesphere.io', 'User', 'users', 'v1beta1 v1alpha2', 'C', since41],
  ['iam.kubesphere.io', 'LoginRecord', 'loginrecords', 'v1beta1 v1alpha2', 'C', since41],
  ['iam.kubesphere.io', 'GlobalRole', 'globalroles', 'v1beta1 v1alpha2', 'C', since41],
  ['iam.kubesphere.io', 'GlobalRoleBinding', 'globalrolebindings', 'v1beta1 v1alpha2', 'C', since41],
  ['iam.kubesphere.io', 'WorkspaceRole', 'workspaceroles', 'v1beta1 v1alpha2', 'C', since41],
  ['iam.kubesphere.io', 'WorkspaceRoleBinding', 'workspacerolebindings', 'v1beta1 v1alpha2', 'C', since41],
  ['iam.kubesphere.io', 'ClusterRole', 'clusterroles', 'v1beta1', 'C', since41],
  ['iam.kubesphere.io', 'ClusterRoleBinding', 'clusterrolebindings', 'v1beta1', 'C', since41],
  ['iam.kubesphere.io', 'Role', 'roles', 'v1beta1', 'N', since41],
  ['iam.kubesphere.io', 'RoleBinding', 'rolebindings', 'v1beta1', 'N', since41],
  ['iam.kubesphere.io', 'RoleTemplate', 'roletemplates', 'v1beta1', 'C', since41],
  ['iam.kubesphere.io', 'Category', 'categories', 'v1beta1', 'C', since41],
  ['iam.kubesphere.io', 'BuiltinRole', 'builtinroles', 'v1beta1', 'C', since41],
  ['iam.kubesphere.io', 'Group', 'groups', 'v1beta1 v1alpha2', 'C', since41],
  ['iam.kubesphere.io', 'GroupBinding', 'groupbindings', 'v1beta1 v1alpha2', 'C', since41],
  // 2.1 has no such kind: its accounts are kept as objects of the next release.
  ['iam.kubesphere.io', 'User', 'users', 'v1alpha2', 'C', { until: 'v3.4' }],
  ['iam.kubesphere.io', 'LoginRecord', 'loginrecords', 'v1alpha2', 'C', only3],
  ['iam.kubesphere.io', 'GlobalRole', 'globalroles', 'v1alpha2', 'C', only3],
  ['iam.kubesphere.io', 'GlobalRoleBinding', 'globalrolebindings', 'v1alpha2', 'C', only3],
  ['iam.kubesphere.io', 'WorkspaceRole', 'workspaceroles', 'v1alpha2', 'C', only3],
  ['iam.kubesphere.io', 'WorkspaceRoleBinding', 'workspacerolebindings', 'v1alpha2', 'C', only3],
  ['iam.kubesphere.io', 'RoleBase', 'rolebases', 'v1alpha2', 'C', only3],
  ['iam.kubesphere.io', 'Group', 'groups', 'v1alpha2', 'C', only3],
  ['iam.kubesphere.io', 'GroupBinding', 'groupbindings', 'v1alpha2', 'C', only3],
  ['tenant.kubesphere.io', 'Workspace', 'workspaces', 'v1beta1 v1alpha1', 'C', since41],
  ['tenant.kubesphere.io', 'WorkspaceTemplate', 'workspacetemplates', 'v1beta1 v1alpha2', 'C', since41],
  ['tenant.kubesphere.io', 'Workspace', 'workspaces', 'v1alpha1', 'C', { until: 'v3.4' }],
  ['tenant.kubesphere.io', 'WorkspaceTemplate', 'workspacetemplates', 'v1alpha2', 'C', only3],
  ['cluster.kubesphere.io', 'Cluster', 'clusters', 'v1alpha1', 'C', { since: 'v3.0' }],
  ['cluster.kubesphere.io', 'Label', 'labels', 'v1alpha1', 'C', since41],
  ['kubesphere.io', 'ServiceAccount', 'serviceaccounts', 'v1alpha1', 'N', since41],
  ['kubesphere.io', 'Extension', 'extensions', 'v1alpha1', 'C', since41],
  ['kubesphere.io', 'ExtensionVersion', 'extensionversions', 'v1alpha1', 'C', since41],
  ['kubesphere.io', 'InstallPlan', 'installplans', 'v1alpha1', 'C', since41],
  ['kubesphere.io', 'Repository', 'repositories', 'v1alpha1', 'C', since41],
  ['kubesphere.io', 'Category', 'categories', 'v1alpha1', 'C', since41],
  ['extensions.kubesphere.io', 'JSBundle', 'jsbundles', 'v1alpha1', 'C', since41],
  ['extensions.kubesphere.io', 'APIService', 'apiservices', 'v1alpha1', 'C', since41],
  ['extensions.kubesphere.io', 'ReverseProxy', 'reverseproxies', 'v1alpha1', 'C', since41],
  ['extensions.kubesphere.io', 'ExtensionEntry', 'extensionentries', 'v1alpha1', 'C', since41],
  ['notification.kubesphere.io', 'NotificationManager', 'notificationmanagers', 'v2beta1', 'C', only31],
  ['notification.kubesphere.io', 'Config', 'configs', 'v2beta1', 'C', only31],
  ['notification.kubesphere.io', 'Receiver', 'receivers', 'v2beta1', 'C', only31],
  [
    'notification.kubesphere.io',
    'NotificationManager',
    'notificationmanagers',
    'v2beta2 v2beta1',
    'C',
    since33to34,
  ],
  ['notification.kubesphere.io', 'Config', 'configs', 'v2beta2 v2beta1', 'C', since33to34],
  ['notification.kubesphere.io', 'Receiver', 'receivers', 'v2beta2 v2beta1', 'C', since33to34],
  ['notification.kubesphere.io', 'Router', 'routers', 'v2beta2', 'C', since33to34],
  ['notification.kubesphere.io', 'Silence', 'silences', 'v2beta2', 'C', since33to34],
  ['gateway.kubesphere.io', 'Gateway', 'gateways', 'v1alpha1', 'N', since33to34],
  ['network.kubesphere.io', 'IPPool', 'ippools', 'v1alpha1', 'C', since31to34],
  ['network.kubesphere.io', 'NamespaceNetworkPolicy', 'namespacenetworkpolicies', 'v1alpha1', 'N', only3],
  ['network.kubesphere.io', 'WorkspaceNetworkPolicy', 'workspacenetworkpolicies', 'v1alpha1', 'C', only21],
  ['servicemesh.kubesphere.io', 'ServicePolicy', 'servicepolicies', 'v1alpha2', 'N', until34],
  ['servicemesh.kubesphere.io', 'Strategy', 'strategies', 'v1alpha2', 'N', until34],
  ['monitoring.kubesphere.io', 'Dashboard', 'dashboards', 'v1alpha1', 'N', only31],
  ['monitoring.kubesphere.io', 'ClusterDashboard', 'clusterdashboards', 'v1alpha1', 'C', only31],
  ['monitoring.kubesphere.io', 'Dashboard', 'dashboards', 'v1alpha2 v1alpha1', 'N', since33to34],
  [
    'monitoring.kubesphere.io',
    'ClusterDashboard',
    'clusterdashboards',
    'v1alpha2 v1alpha1',
    'C',
    since33to34,
  ],
  ['devops.kubesphere.io', 'S2iBinary', 's2ibinary', 'v1alpha1', 'N', only21],
  ['devops.kubesphere.io', 'S2iBinary', 's2ibinaries', 'v1alpha1', 'N', only3],
  ['devops.kubesphere.io', 'S2iBuilder', 's2ibuilders', 'v1alpha1', 'N', until34],
  ['devops.kubesphere.io', 'S2iBuilderTemplate', 's2ibuildertemplates', 'v1alpha1', 'C', until34],
  ['devops.kubesphere.io', 'S2iRun', 's2iruns', 'v1alpha1', 'N', until34],
  ['storage.kubesphere.io', 'StorageClassCapability', 'storageclasscapabilities', 'v1alpha1', 'C', only3],
  ['storage.kubesphere.io', 'ProvisionerCapability', 'provisionercapabilities', 'v1alpha1', 'C', only3],
  ['storage.kubesphere.io', 'Accessor', 'accessors', 'v1alpha1', 'C', { since: 'v3.3' }],
  ['devops.kubesphere.io', 'DevOpsProject', 'devopsprojects', 'v1alpha3', 'C', only3],
  // 2.1 keeps pipelines in Jenkins alone, and runs are kept there up to 3.1: they are kept as objects of later releases.
  ['devops.kubesphere.io', 'Pipeline', 'pipelines', 'v1alpha3', 'N', until34],
  ['devops.kubesphere.io', 'PipelineRun', 'pipelineruns', 'v1alpha3', 'N', until34],
  ['gitops.kubesphere.io', 'Application', 'applications', 'v1alpha1', 'N', since33to34],
  // Argo CD, which comes with DevOps.
  ['argoproj.io', 'Application', 'applications', 'v1alpha1', 'N', since33to34],
  ['argoproj.io', 'AppProject', 'appprojects', 'v1alpha1', 'N', since33to34],
  // The snapshot controller that KubeSphere's installer brings along.
  ['snapshot.storage.k8s.io', 'VolumeSnapshot', 'volumesnapshots', 'v1beta1', 'N', until31],
  ['snapshot.storage.k8s.io', 'VolumeSnapshotClass', 'volumesnapshotclasses', 'v1beta1', 'C', until31],
  ['snapshot.storage.k8s.io', 'VolumeSnapshotContent', 'volumesnapshotcontents', 'v1beta1', 'C', until31],
  ['snapshot.storage.k8s.io', 'VolumeSnapshot', 'volumesnapshots', 'v1 v1beta1', 'N', since33to34],
  ['snapshot.storage.k8s.io', 'VolumeSnapshotClass', 'volumesnapshotclasses', 'v1 v1beta1', 'C', since33to34],
  [
    'snapshot.storage.k8s.io',
    'VolumeSnapshotContent',
    'volumesnapshotcontents',
    'v1 v1beta1',
    'C',
    since33to34,
  ],
  ['monitoring.coreos.com', 'PrometheusRule', 'prometheusrules', 'v1', 'N', since31to34],
  ['alerting.kubesphere.io', 'RuleGroup', 'rulegroups', 'v2beta1', 'N', only34],
  ['alerting.kubesphere.io', 'ClusterRuleGroup', 'clusterrulegroups', 'v2beta1', 'C', only34],
  ['alerting.kubesphere.io', 'GlobalRuleGroup', 'globalrulegroups', 'v2beta1', 'C', only34],
  ['gateway.kubesphere.io', 'IngressClassScope', 'ingressclassscopes', 'v1alpha2', 'C', since41],
  ['application.kubesphere.io', 'Application', 'applications', 'v2', 'C', since41],
  ['application.kubesphere.io', 'ApplicationVersion', 'applicationversions', 'v2', 'C', since41],
  ['application.kubesphere.io', 'ApplicationRelease', 'applicationreleases', 'v2', 'C', since41],
  ['application.kubesphere.io', 'Category', 'categories', 'v2', 'C', since41],
  ['application.kubesphere.io', 'Repo', 'repos', 'v2', 'C', since41],
  // Up to 3.0 OpenPitrix keeps these in a database of its own; they are kept as objects of the next release.
  ['application.kubesphere.io', 'HelmApplication', 'helmapplications', 'v1alpha1', 'C', until34],
  [
    'application.kubesphere.io',
    'HelmApplicationVersion',
    'helmapplicationversions',
    'v1alpha1',
    'C',
    until34,
  ],
  ['application.kubesphere.io', 'HelmCategory', 'helmcategories', 'v1alpha1', 'C', until34],
  ['application.kubesphere.io', 'HelmRelease', 'helmreleases', 'v1alpha1', 'C', until34],
  ['application.kubesphere.io', 'HelmRepo', 'helmrepos', 'v1alpha1', 'C', until34],
  ['quota.kubesphere.io', 'ResourceQuota', 'resourcequotas', 'v1alpha2', 'C', { since: 'v3.1' }],
];

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** KubeSphere's own kinds. */
export function kubesphereResources(): Resource[] {
  return rows.map(([group, kind, plural, versions, scope, range]) => {
    const category = categoryOf(group, plural);
    const resource: Resource = {
      group,
      versions: versions.split(' '),
      kind,
      plural,
      singular: kind.toLowerCase(),
      namespaced: scope === 'N',
      verbs,
      custom: true,
      types: Object.fromEntries(
        versions.split(' ').map((version) => [version, `${group}/${version}.${kind}`]),
      ),
      ...(category !== undefined && { categories: [category] }),
      ...(hasStatusPart(group, kind) && {
        subresources: [statusPart(kind, `${group}/${versions.split(' ', 1)[0] ?? ''}`)],
      }),
      ...range,
    };
    const hooks = mergeHooks(ownHooks(resource), hooksOf(group, plural).hooks);
    return { ...resource, ...(hooks && { hooks }) };
  });
}

/** Kinds besides quotas that have a status of their own. */
const withStatusPart = new Set([
  'VolumeSnapshot',
  'VolumeSnapshotContent',
  'PipelineRun',
  'S2iBuilder',
  'S2iBuilderTemplate',
  'S2iRun',
  'WorkspaceNetworkPolicy',
  'RuleGroup',
  'ClusterRuleGroup',
  'GlobalRuleGroup',
]);

function hasStatusPart(group: string, kind: string): boolean {
  return ['quota.kubesphere.io', 'gitops.kubesphere.io'].includes(group) || withStatusPart.has(kind);
}

function statusPart(kind: string, apiVersion: string): Subresource {
  return { name: 'status', kind, apiVersion, verbs: ['get', 'patch', 'update'] };
}

/** What else a kind answers to: `kubectl get iam` lists users, roles and so on. */
function categoryOf(group: string, plural: string): string | undefined {
  switch (group) {
    case 'iam.kubesphere.io':
      return plural.startsWith('group') ? 'group' : 'iam';
    case 'tenant.kubesphere.io':
      return 'tenant';
    case 'kubesphere.io':
      return plural === 'serviceaccounts' ? undefined : 'extensions';
    case 'quota.kubesphere.io':
      return 'quota';
    default:
      return undefined;
  }
}
