import type { GroupResource } from '../../../core/api-error.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { vectors } from '../../../registry/vectors.js';

type Row = readonly [word: string, group: string, plural: string];

const rbac = 'rbac.authorization.k8s.io';
const shared: readonly Row[] = [
  ['pod', '', 'pods'],
  ['deployment', 'apps', 'deployments'],
  ['statefulset', 'apps', 'statefulsets'],
  ['daemonset', 'apps', 'daemonsets'],
  ['job', 'batch', 'jobs'],
  ['cronjob', 'batch', 'cronjobs'],
  ['persistentvolumeclaim', '', 'persistentvolumeclaims'],
  ['service', '', 'services'],
  ['ingress', 'networking.k8s.io', 'ingresses'],
];
const ofCluster: readonly Row[] = [
  ['namespace', '', 'namespaces'],
  ...shared,
  ['clusterrolebinding', rbac, 'clusterrolebindings'],
  ['clusterrole', rbac, 'clusterroles'],
];
const ofNamespace: readonly Row[] = [
  ...shared,
  ['role', rbac, 'roles'],
  ['rolebinding', rbac, 'rolebindings'],
];

/** `GET /metrics`: how much there is in the cluster. */
export function clusterCounters(context: RequestContext): Reply {
  const { store } = context.cluster;
  return vectors(
    context,
    ofCluster.map((row) => [`cluster_${row[0]}_count`, store.count(resourceOf(row))]),
  );
}

/** `GET /namespaces/{namespace}/metrics`: how much there is in a namespace, existing or not. */
export function namespaceCounters(context: RequestContext): Reply {
  const { store } = context.cluster;
  const { namespace = '' } = context.params;
  return vectors(
    context,
    ofNamespace.map((row) => [`namespace_${row[0]}_count`, store.list(resourceOf(row), namespace).length]),
  );
}

function resourceOf([, group, plural]: Row): GroupResource {
  return { group, plural };
}
