import { expectJourneys } from './expect-journeys.js';

const iam = '/kapis/iam.kubesphere.io/v1alpha2';
const tenant = '/kapis/tenant.kubesphere.io/v1alpha2';
const resources = '/kapis/resources.kubesphere.io/v1alpha2';
const native = '/apis/tenant.kubesphere.io/v1alpha1';

const account = {
  username: 'NAME',
  email: 'NAME@example.com',
  cluster_role: 'cluster-regular',
  description: '',
  lang: 'en',
};
const touched = { metadata: { annotations: { touched: 'yes' } } };

expectJourneys([
  {
    noun: 'account',
    until: 'v2.1',
    create: ['POST', `${iam}/users`, { ...account, password: 'P@88w0rd' }],
    shows: [`${iam}/users?paging=limit%3D100%2Cpage%3D1`, `${iam}/users?conditions=username%3DNAME`],
    hides: [`${iam}/users?conditions=username%3Dother`],
    reads: [`${iam}/users/NAME`],
    change: ['PUT', `${iam}/users/NAME`, { ...account, lang: 'zh' }],
    changed: { lang: 'zh' },
    remove: ['DELETE', `${iam}/users/NAME`],
  },
  {
    noun: 'workspace',
    until: 'v2.1',
    create: [
      'POST',
      `${native}/workspaces`,
      {
        apiVersion: 'tenant.kubesphere.io/v1alpha1',
        kind: 'Workspace',
        metadata: { name: 'NAME' },
        spec: {},
      },
    ],
    shows: [`${tenant}/workspaces`, `${native}/workspaces`, `${tenant}/workspaces?conditions=keyword%3DNAME`],
    hides: [`${tenant}/workspaces?conditions=keyword%3Dother`],
    reads: [`${native}/workspaces/NAME`, `${tenant}/workspaces/NAME`],
    change: ['PATCH', `${native}/workspaces/NAME`, touched, 'application/merge-patch+json'],
    changed: touched,
    watch: `${native}/workspaces`,
    remove: ['DELETE', `${native}/workspaces/NAME`],
  },
  {
    noun: 'member of a workspace',
    until: 'v2.1',
    name: 'outsider',
    create: [
      'POST',
      `${iam}/workspaces/demo/members`,
      { username: 'NAME', workspace_role: 'workspace-viewer' },
    ],
    shows: [`${iam}/workspaces/demo/members?paging=limit%3D100%2Cpage%3D1`],
    hides: [`${iam}/workspaces/research/members`],
    reads: [`${iam}/workspaces/demo/members/NAME`],
    remove: ['DELETE', `${iam}/workspaces/demo/members/NAME`],
  },
  {
    noun: 'DevOps project',
    until: 'v2.1',
    create: ['POST', `${tenant}/workspaces/demo/devops`, { name: 'journey', description: '' }],
    shows: [
      `${tenant}/workspaces/demo/devops`,
      `${tenant}/workspaces/demo/devops?conditions=keyword%3Djourney`,
      `${tenant}/workspaces/demo/members/admin/devops`,
    ],
    hides: [
      `${tenant}/workspaces/research/devops`,
      `${tenant}/workspaces/demo/devops?conditions=keyword%3Dother`,
    ],
    reads: [`${tenant}/devops/NAME/rules`],
    remove: ['DELETE', `${tenant}/workspaces/demo/devops/NAME`],
  },
  {
    noun: 'ConfigMap',
    until: 'v2.1',
    create: ['POST', '/api/v1/namespaces/shop/configmaps', { metadata: { name: 'NAME' } }],
    shows: [
      `${resources}/namespaces/shop/configmaps?paging=limit%3D100%2Cpage%3D1`,
      `${resources}/namespaces/shop/configmaps?conditions=name%3DNAME`,
      `${resources}/configmaps?conditions=name~ourne`,
    ],
    hides: [
      `${resources}/namespaces/lab/configmaps?paging=limit%3D100%2Cpage%3D1`,
      `${resources}/namespaces/shop/configmaps?conditions=name%3Dother`,
    ],
    reads: ['/api/v1/namespaces/shop/configmaps/NAME'],
    change: ['PATCH', '/api/v1/namespaces/shop/configmaps/NAME', touched, 'application/merge-patch+json'],
    changed: touched,
    watch: '/api/v1/configmaps',
    remove: ['DELETE', '/api/v1/namespaces/shop/configmaps/NAME'],
  },
]);
