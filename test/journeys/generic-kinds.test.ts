import { expectJourneys } from './expect-journeys.js';
import type { Journey } from './journey.js';

const touched = { metadata: { annotations: { touched: 'yes' } } };

/** A kind of 4.1 without an operation of its own: the generic API has it, and Kubernetes. */
function generic(
  group: string,
  version: string,
  plural: string,
  kind: string,
  body: object,
  more: Partial<Journey> = {},
): Journey {
  const own = { apiVersion: `${group}/${version}`, kind };
  const metadata = { name: 'NAME', labels: { team: 'red' } };
  const place = `/kapis/${group}/${version}/${plural}`;
  const native = `/apis/${group}/${version}/${plural}`;
  return {
    noun: kind,
    since: 'v4.1',
    create: ['POST', place, { ...own, metadata, ...body }],
    shows: [
      place,
      `${place}?name=ourne`,
      `${place}?labelSelector=team%3Dred`,
      native,
      `${native}?labelSelector=team%3Dred`,
    ],
    hides: [
      `${place}?name=other`,
      `${place}?labelSelector=team%3Dblue`,
      `${native}?labelSelector=team%21%3Dred`,
    ],
    reads: [`${place}/NAME`, `${native}/NAME`],
    change: [
      'PATCH',
      `${place}/NAME`,
      { ...own, ...body, metadata: { name: 'NAME', ...touched.metadata } },
      'application/merge-patch+json',
    ],
    changed: touched,
    watch: native,
    remove: ['DELETE', `${place}/NAME`],
    ...more,
  };
}

const extensions = ['extensions.kubesphere.io', 'v1alpha1'] as const;
const kubesphere = ['kubesphere.io', 'v1alpha1'] as const;
const upstream = { url: 'http://192.0.2.9' };

expectJourneys([
  generic(...extensions, 'jsbundles', 'JSBundle', { spec: { raw: 'Ly8=' } }),
  generic(...extensions, 'apiservices', 'APIService', {
    spec: { group: 'example.com', version: 'v1', url: 'http://192.0.2.9' },
  }),
  generic(...extensions, 'reverseproxies', 'ReverseProxy', {
    spec: { matcher: { method: '*', path: '/proxy/journey/*' }, upstream },
  }),
  generic(...kubesphere, 'repositories', 'Repository', { spec: { url: 'http://192.0.2.9' } }),
  generic(...kubesphere, 'extensions', 'Extension', { spec: { displayName: { en: 'Journey' } } }),
  generic(
    ...kubesphere,
    'installplans',
    'InstallPlan',
    {
      spec: { extension: { name: 'NAME', version: '1.0.0' } },
    },
    {
      counts: [['/kapis/tenant.kubesphere.io/v1beta1/metrics', 'platform_installplan_count']],
    },
  ),
  generic('iam.kubesphere.io', 'v1beta1', 'groups', 'Group', {}),
  generic('quota.kubesphere.io', 'v1alpha2', 'resourcequotas', 'ResourceQuota', {
    spec: { selector: {}, quota: { hard: { pods: '5' } } },
    status: { total: {}, namespaces: [] },
  }),
  generic('storage.k8s.io', 'v1', 'storageclasses', 'StorageClass', { provisioner: 'example.com/disk' }),
]);
