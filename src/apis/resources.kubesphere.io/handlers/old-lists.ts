import { ApiError, type GroupResource } from '../../../core/api-error.js';
import { dig } from '../../../core/json.js';
import { annotation, type KubeObject } from '../../../core/kube-object.js';
import { parseListQuery } from '../../../core/list-query.js';
import { inRange, type ReleaseRange } from '../../../core/release.js';
import { listByConditions } from '../../../registry/condition-list.js';
import { asConditions } from '../../../registry/conditions.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { itemForm, type Show } from '../../../registry/entity-reply.js';
import type { ItemForm } from '../../../registry/list-body.js';
import type { StoredObject } from '../../../state/object-store.js';

type Row = readonly [plural: string, group: string, scope: 'N' | 'C', range?: ReleaseRange];

const devops = 'devops.kubesphere.io';
const rbac = 'rbac.authorization.k8s.io';
/** What `v1alpha2` lists; those marked are also lent to `v1alpha3`, which has no lister of its own for them. */
const rows: readonly Row[] = [
  ['configmaps', '', 'N'],
  ['cronjobs', 'batch', 'N'],
  ['daemonsets', 'apps', 'N'],
  ['deployments', 'apps', 'N'],
  ['ingresses', 'networking.k8s.io', 'N'],
  ['jobs', 'batch', 'N'],
  ['persistentvolumeclaims', '', 'N'],
  ['secrets', '', 'N'],
  ['pods', '', 'N'],
  ['horizontalpodautoscalers', 'autoscaling', 'N'],
  ['roles', rbac, 'N'],
  ['services', '', 'N'],
  ['statefulsets', 'apps', 'N'],
  ['s2ibuilders', devops, 'N'],
  ['s2iruns', devops, 'N'],
  ['nodes', '', 'C'],
  ['workspaces', 'tenant.kubesphere.io', 'C'],
  ['namespaces', '', 'C'],
  ['clusterroles', rbac, 'C'],
  ['storageclasses', 'storage.k8s.io', 'C'],
  ['s2ibuildertemplates', devops, 'C'],
];
const lent = new Set([
  'storageclasses',
  'cronjobs',
  'horizontalpodautoscalers',
  's2ibuilders',
  's2ibuildertemplates',
  's2iruns',
]);
const claims = { group: '', plural: 'persistentvolumeclaims' };
const countKey = 'kubesphere.io/pvc-count';

/**
 * `GET /{resources}` and `GET /namespaces/{namespace}/{resources}` of `v1alpha2`.
 *
 * @throws ApiError 500 for kinds there are not, 400 for conditions that cannot be read
 */
export function listOldResources(context: RequestContext): Reply {
  const { resources = '', namespace = '' } = context.params;
  const row = rows.find(([plural]) => plural === resources);
  if (row === undefined || (namespace !== '' && row[2] === 'C')) {
    throw new ApiError(500, 'InternalError', 'resource is not supported');
  }
  const resource = { group: row[1], plural: row[0] };
  return listByConditions(context, resource, context.cluster.store.list(resource, namespace), {
    form: formOf(context, resource),
  });
}

/** Tells whether up to 3.4 `v1alpha3` has a kind only from `v1alpha2`. */
export function isLent({ release }: RequestContext, plural: string): boolean {
  return lent.has(plural) && inRange(release.name, { until: 'v3.4' });
}

/** A list of `v1alpha3` made the old way: `name` contains, labels are equal, sorted by name unless told otherwise. */
export function listLent(context: RequestContext, resource: GroupResource, namespace: string): Reply {
  const asked = parseListQuery(context.query, context.release.name);
  const offset = asked.limit === -1 ? 0 : Math.max(0, (asked.page - 1) * asked.limit);
  return listByConditions(context, resource, context.cluster.store.list(resource, namespace), {
    query: asConditions({ ...asked, offset }),
    total: 'totalItems',
    form: formOf(context, resource),
  });
}

function formOf(context: RequestContext, resource: GroupResource): ItemForm {
  return resource.plural === 'storageclasses'
    ? itemForm(context, resource, withClaimCount(context))
    : itemForm(context, resource);
}

/** Storage classes show how many claims name them. */
export function withClaimCount({ cluster }: RequestContext): Show {
  const all = cluster.store.list(claims);
  return (storageClass) => {
    const annotations = {
      ...storageClass.metadata.annotations,
      [countKey]: String(claimsOf(storageClass, all)),
    };
    return { ...storageClass, metadata: { ...storageClass.metadata, annotations } };
  };
}

function claimsOf(storageClass: KubeObject, all: readonly StoredObject[]): number {
  return all.filter(
    ({ object }) =>
      (dig(object, 'spec', 'storageClassName') ??
        annotation(object, 'volume.beta.kubernetes.io/storage-class')) === storageClass.metadata.name,
  ).length;
}
