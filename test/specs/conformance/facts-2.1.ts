import { digString } from '../../../src/core/json.js';
import type { Facts } from './need.js';

const account = {
  email: 'someone@example.com',
  cluster_role: 'cluster-regular',
  description: '',
  lang: 'en',
};

/** What holds in 2.1, where accounts are no objects and roles of workspaces have other names. */
export const factsOf21: Facts = {
  values: {
    'roles role': ({ operation }) =>
      operation.path.includes('{workspace}') ? 'workspace-viewer' : undefined,
    'devops devops': async ({ operation, call }) => {
      if (!/\/(tenant|devops)\.kubesphere\.io\//.test(operation.path)) return undefined;
      const project = { name: 'pipes', description: '', creator: 'admin' };
      const made = await call('POST', '/kapis/tenant.kubesphere.io/v1alpha2/workspaces/demo/devops', project);
      return digString(made, 'project_id');
    },
  },
  queries: {},
  bodies: {
    'POST users': ({ name }) => ({ ...account, username: name, password: 'P@88w0rd' }),
    'PUT users': ({ params }) => ({ ...account, username: params['user'] ?? '' }),
    'POST workspaces/members': { username: 'outsider', workspace_role: 'workspace-viewer' },
  },
  manifests: {},
  names: {},
};
