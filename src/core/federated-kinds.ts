import type { GroupResource } from './api-error.js';

/** Group of the kinds that say what is to be copied to which clusters. */
export const federationGroup = 'types.kubefed.io';

/** A kind of KubeFed and the kind its copies are of. */
export interface FederatedKind {
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly target: GroupResource;
}

type Row = readonly [kind: string, plural: string, group: string];

const namespacedTargets: readonly Row[] = [
  ['Namespace', 'namespaces', ''],
  ['ConfigMap', 'configmaps', ''],
  ['Deployment', 'deployments', 'apps'],
  ['Ingress', 'ingresses', 'networking.k8s.io'],
  ['Job', 'jobs', 'batch'],
  ['LimitRange', 'limitranges', ''],
  ['PersistentVolumeClaim', 'persistentvolumeclaims', ''],
  ['ReplicaSet', 'replicasets', 'apps'],
  ['ResourceQuota', 'resourcequotas', ''],
  ['Secret', 'secrets', ''],
  ['Service', 'services', ''],
  ['ServiceAccount', 'serviceaccounts', ''],
  ['StatefulSet', 'statefulsets', 'apps'],
];

const iam = 'iam.kubesphere.io';
const native = 'rbac.authorization.k8s.io';
const clusterTargets: readonly Row[] = [
  ['ClusterRole', 'clusterroles', native],
  ['ClusterRoleBinding', 'clusterrolebindings', native],
  ['GlobalRole', 'globalroles', iam],
  ['GlobalRoleBinding', 'globalrolebindings', iam],
  ['Group', 'groups', iam],
  ['GroupBinding', 'groupbindings', iam],
  ['User', 'users', iam],
  ['Workspace', 'workspaces', 'tenant.kubesphere.io'],
  ['WorkspaceRole', 'workspaceroles', iam],
  ['WorkspaceRoleBinding', 'workspacerolebindings', iam],
];

/**
 * The kinds KubeSphere 3.x has federated. Those of namespaces lie in the namespace they federate.
 *
 * @see kubesphere/kubesphere pkg/apis/types/v1beta1; ks-installer roles/ks-multicluster
 */
export const federatedKinds: readonly FederatedKind[] = [
  ...namespacedTargets.map((row) => federated(row, true)),
  ...clusterTargets.map((row) => federated(row, false)),
];

function federated([kind, plural, group]: Row, namespaced: boolean): FederatedKind {
  return { kind: `Federated${kind}`, plural: `federated${plural}`, namespaced, target: { group, plural } };
}
