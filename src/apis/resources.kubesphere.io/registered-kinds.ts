import type { GroupResource } from '../../core/api-error.js';
import { inRange, type Release, type ReleaseRange } from '../../core/release.js';

/** A kind that `resources.kubesphere.io/v1alpha3` serves. */
export interface RegisteredKind extends GroupResource, ReleaseRange {
  readonly namespaced: boolean;
  /** Read without its Go type: members in the order of a map, with kind and apiVersion. */
  readonly untyped?: ReleaseRange;
  /** A custom resource that this fake has no description of: what a world defines and holds of it is listed. */
  readonly foreign?: true;
}

type Row = readonly [plural: string, group: string, range?: ReleaseRange, untyped?: ReleaseRange];

const since41: ReleaseRange = { since: 'v4.1' };
const since31: ReleaseRange = { since: 'v3.1' };
const until34: ReleaseRange = { until: 'v3.4' };
const since31to34: ReleaseRange = { since: 'v3.1', until: 'v3.4' };

const devops = 'devops.kubesphere.io';
const dashboards = 'monitoring.kubesphere.io';
const snapshots = 'snapshot.storage.k8s.io';

const namespaced: readonly Row[] = [
  ['deployments', 'apps'],
  ['daemonsets', 'apps'],
  ['statefulsets', 'apps'],
  ['services', ''],
  ['configmaps', ''],
  ['secrets', '', since31],
  ['serviceaccounts', '', since31],
  ['pods', ''],
  ['persistentvolumeclaims', ''],
  ['ingresses', 'networking.k8s.io'],
  ['jobs', 'batch'],
  ['networkpolicies', 'networking.k8s.io', until34],
  ['roles', 'rbac.authorization.k8s.io'],
  ['rolebindings', 'rbac.authorization.k8s.io'],
  ['s2ibuilders', devops, until34],
  ['s2iruns', devops, until34],
  ['dashboards', dashboards, since31to34],
  ['volumesnapshots', snapshots, until34],
  // The version of these depends on the Kubernetes underneath, so 4.1 reads them without a type.
  ['cronjobs', 'batch', {}, since41],
  ['horizontalpodautoscalers', 'autoscaling', {}, since41],
];

const clusterScoped: readonly Row[] = [
  ['persistentvolumes', '', since31],
  ['nodes', ''],
  ['namespaces', ''],
  ['customresourcedefinitions', 'apiextensions.k8s.io'],
  ['workspaces', 'tenant.kubesphere.io'],
  ['workspacetemplates', 'tenant.kubesphere.io'],
  ['globalroles', 'iam.kubesphere.io'],
  ['globalrolebindings', 'iam.kubesphere.io'],
  ['workspaceroles', 'iam.kubesphere.io'],
  ['workspacerolebindings', 'iam.kubesphere.io'],
  ['users', 'iam.kubesphere.io'],
  ['groups', 'iam.kubesphere.io', since31],
  ['groupbindings', 'iam.kubesphere.io', since31],
  ['loginrecords', 'iam.kubesphere.io'],
  ['clusters', 'cluster.kubesphere.io'],
  ['labels', 'cluster.kubesphere.io', since41],
  ['clusterroles', 'rbac.authorization.k8s.io'],
  ['clusterrolebindings', 'rbac.authorization.k8s.io'],
  ['storageclasses', 'storage.k8s.io', until34],
  ['clusterdashboards', dashboards, since31to34],
  ['volumesnapshotclasses', snapshots, since31to34],
  ['volumesnapshotcontents', snapshots, since31to34],
  ['ippools', 'network.kubesphere.io', since31to34],
  ['s2ibuildertemplates', devops, until34],
  ['devopsprojects', devops, until34],
];

const federation = 'types.kubefed.io';

/** Kinds of components that 3.x lists whether they are installed or not. */
const foreignNamespaced: readonly Row[] = [
  ['applications', 'app.k8s.io', until34],
  ...(
    'namespaces deployments secrets configmaps services applications persistentvolumeclaims statefulsets ' +
    'ingresses'
  )
    .split(' ')
    .map((plural): Row => [`federated${plural}`, federation, until34]),
];

function kinds(rows: readonly Row[], isNamespaced: boolean): RegisteredKind[] {
  return rows.map(([plural, group, range, untyped]) => ({
    plural,
    group,
    namespaced: isNamespaced,
    ...range,
    ...(untyped && { untyped }),
  }));
}

function foreign(kind: RegisteredKind): RegisteredKind {
  return { ...kind, foreign: true };
}

const registered = [
  ...kinds(namespaced, true),
  ...kinds(clusterScoped, false),
  ...kinds(foreignNamespaced, true).map(foreign),
];
const byPlural = new Map(registered.map((kind) => [kind.plural, kind]));

/** The kind a URL names; `undefined` when the release does not serve it. */
export function registeredKind(plural: string, release: Release): RegisteredKind | undefined {
  const kind = byPlural.get(plural);
  return kind !== undefined && inRange(release.name, kind) ? kind : undefined;
}
