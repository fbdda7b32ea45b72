import type { KindCatalog, Resource } from '../../registry/contract.js';
import { inRange, type ReleaseName } from '../../core/release.js';
import { digString } from '../../core/json.js';
import { label } from '../../core/kube-object.js';
import type { ObjectStore } from '../../state/object-store.js';

/** Group-versions of KubeSphere's own kinds that 4.1 serves without a route of their own. */
const since41 = new Set([
  'iam.kubesphere.io/v1beta1',
  'tenant.kubesphere.io/v1beta1',
  'cluster.kubesphere.io/v1alpha1',
  'application.kubesphere.io/v2',
  'extensions.kubesphere.io/v1alpha1',
  'gateway.kubesphere.io/v1alpha2',
  'kubesphere.io/v1alpha1',
  'quota.kubesphere.io/v1alpha2',
  'storage.kubesphere.io/v1alpha1',
]);

/** Those of 3.4. */
const in34 = new Set([
  'iam.kubesphere.io/v1alpha2',
  'tenant.kubesphere.io/v1alpha1',
  'tenant.kubesphere.io/v1alpha2',
  'cluster.kubesphere.io/v1alpha1',
  'quota.kubesphere.io/v1alpha2',
]);

const definitions = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' };
const servedLabel = 'kubesphere.io/resource-served';

/** Tells whether a release serves a group-version by the generic resource API: native groups with a name are. */
export function isServed(
  release: ReleaseName,
  group: string,
  version: string,
  catalog: KindCatalog,
): boolean {
  if (group === '') return false;
  const own = inRange(release, { since: 'v4.1' }) ? since41 : in34;
  if (own.has(`${group}/${version}`)) return true;
  return catalog.resources.some(
    (resource) => !resource.custom && resource.group === group && resource.versions.includes(version),
  );
}

/** Tells whether a kind's definition carries the label that has it served whatever its group is. */
export function isLabelledServed(store: ObjectStore, { group, plural }: Resource): boolean {
  const definition = store.find(definitions, undefined, `${plural}.${group}`)?.object;
  return (
    definition !== undefined &&
    label(definition, servedLabel) === 'true' &&
    digString(definition, 'spec', 'group') === group
  );
}
