import { drainNode } from '../../../kube/drain-node.js';
import { rerunJob } from '../../../kube/rerun-job.js';
import type { Handler, Route } from '../../../registry/contract.js';
import { abnormalWorkloads } from '../handlers/abnormal-workloads.js';
import { componentHealth, getComponent, listComponents } from '../handlers/components.js';
import { userKubeconfig } from '../handlers/kubeconfig.js';
import { listOldResources } from '../handlers/old-lists.js';
import { clusterQuotas, namespaceQuotas } from '../handlers/quotas.js';
import type * as routers from '../handlers/router.js';
import { daemonSetRevision, deploymentRevision, statefulSetRevision } from '../handlers/revisions.js';

const until34 = { until: 'v3.4' } as const;
const namespaced = '/namespaces/{namespace}';
const revision = '{workload}/revisions/{revision}';

const router =
  (name: keyof typeof routers): Handler =>
  async (context) =>
    (await import('../handlers/router.js'))[name](context);

/** Endpoints of `resources.kubesphere.io/v1alpha2`. */
export const routes: readonly Route[] = [
  { method: 'GET', path: '/components', handle: listComponents },
  { method: 'GET', path: '/components/{component}', handle: getComponent },
  { method: 'GET', path: '/componenthealth', handle: componentHealth },
  { method: 'GET', path: '/quotas', handle: clusterQuotas },
  { method: 'GET', path: `${namespaced}/quotas`, handle: namespaceQuotas },
  { method: 'GET', path: '/abnormalworkloads', handle: abnormalWorkloads },
  { method: 'GET', path: `${namespaced}/abnormalworkloads`, handle: abnormalWorkloads },
  { method: 'GET', path: `${namespaced}/deployments/${revision}`, handle: deploymentRevision },
  { method: 'GET', path: `${namespaced}/daemonsets/${revision}`, handle: daemonSetRevision },
  { method: 'GET', path: `${namespaced}/statefulsets/${revision}`, handle: statefulSetRevision },
  {
    method: 'GET',
    path: '/users/{user}/kubeconfig',
    handle: userKubeconfig,
    produces: ['text/plain', 'application/json'],
  },
  {
    method: 'GET',
    path: '/users/{user}/kubectl',
    handle: async (context) => (await import('../handlers/kubectl-pod.js')).kubectlPod(context),
    ...until34,
  },
  {
    method: 'POST',
    path: '/git/verify',
    handle: async (context) => (await import('../registries/git.js')).verifyGit(context),
  },
  {
    method: 'POST',
    path: '/registry/verify',
    handle: async (context) => (await import('../registries/docker-login.js')).verifyRegistry(context),
  },
  {
    method: 'GET',
    path: '/registry/blob',
    handle: async (context) => (await import('../registries/image-details.js')).registryBlob(context),
  },
  {
    method: 'GET',
    path: `${namespaced}/router`,
    handle: router('getRouter'),
    errors: 'message',
    ...until34,
  },
  {
    method: 'POST',
    path: `${namespaced}/router`,
    handle: router('createRouter'),
    errors: 'message',
    ...until34,
  },
  {
    method: 'PUT',
    path: `${namespaced}/router`,
    handle: router('updateRouter'),
    errors: 'message',
    ...until34,
  },
  {
    method: 'DELETE',
    path: `${namespaced}/router`,
    handle: router('deleteRouter'),
    errors: 'message',
    ...until34,
  },
  { method: 'GET', path: '/routers', handle: router('listRouters'), since: 'v2.1', until: 'v2.1' },
  {
    method: 'POST',
    path: '/nodes/{node}/drainage',
    handle: drainNode,
    errors: 'message',
    until: 'v2.1',
  },
  {
    method: 'POST',
    path: `${namespaced}/jobs/{job}`,
    handle: rerunJob,
    errors: 'message',
    until: 'v2.1',
  },
  { method: 'GET', path: '/{resources}', handle: listOldResources, ...until34 },
  { method: 'GET', path: `${namespaced}/{resources}`, handle: listOldResources, ...until34 },
];
