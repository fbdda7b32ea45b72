import type { ApiGroup, Handler } from '../../../registry/contract.js';
import { unknownPaths } from '../../unknown-paths.js';
import type * as handlers from '../applications.js';

const applications =
  (name: keyof typeof handlers): Handler =>
  async (context) =>
    (await import('../applications.js'))[name](context);
const sync: Handler = async (context) => (await import('../sync.js')).syncApplication(context);
const clusters: Handler = async (context) => (await import('../clusters.js')).listArgoClusters(context);

const all = '/namespaces/{namespace}/applications';
const one = `${all}/{application}`;

/** What is deployed from repositories, by Argo CD. */
export const gitOpsV1alpha1: ApiGroup = {
  name: 'gitops.kubesphere.io',
  version: 'v1alpha1',
  since: 'v3.3',
  until: 'v3.4',
  routes: [
    { method: 'GET', path: all, handle: applications('listApplications') },
    { method: 'POST', path: all, handle: applications('createApplication') },
    { method: 'GET', path: one, handle: applications('getApplication') },
    { method: 'PUT', path: one, handle: applications('updateApplication') },
    { method: 'DELETE', path: one, handle: applications('deleteApplication') },
    { method: 'POST', path: `${one}/sync`, handle: sync },
    {
      method: 'GET',
      path: '/namespaces/{namespace}/application-summary',
      handle: applications('summarizeApplications'),
    },
    { method: 'GET', path: '/clusters', handle: clusters },
    ...unknownPaths,
  ],
};
