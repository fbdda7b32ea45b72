import { expectJourneys } from './expect-journeys.js';
import type { Journey } from './journey.js';

const resources = '/kapis/resources.kubesphere.io/v1alpha3';
const tenant3 = '/kapis/tenant.kubesphere.io/v1alpha2';
const tenant33 = '/kapis/tenant.kubesphere.io/v1alpha3';
const tenant4 = '/kapis/tenant.kubesphere.io/v1beta1';
const devops = '/kapis/devops.kubesphere.io/v1alpha3';
const clusters = '/apis/cluster.kubesphere.io/v1alpha1/clusters';
const monitoring = '/kapis/monitoring.kubesphere.io/v1alpha3';
const jsonPatch = 'application/json-patch+json';
const mergePatch = 'application/merge-patch+json';

const touched = { metadata: { annotations: { touched: 'yes' } } };
const changes = [{ op: 'add', path: '/metadata/annotations', value: { touched: 'yes' } }];
const template = {
  metadata: { name: 'NAME', labels: { team: 'red' } },
  spec: { template: { spec: { manager: 'demo-admin' } }, placement: { clusters: [{ name: 'host' }] } },
};
const project = { metadata: { name: 'NAME', labels: { team: 'red' } } };
const listed = (list: string): string[] => [list, `${list}?name=ourne`, `${list}?labelSelector=team%3Dred`];
const elsewhere = (list: string): string[] => [`${list}?name=other`, `${list}?labelSelector=team%3Dblue`];
const ofDemo = { 'kubesphere.io/workspace': 'demo' };

expectJourneys([
  {
    noun: 'workspace',
    since: 'v3.0',
    until: 'v3.4',
    // What is in every cluster stays until each is within reach.
    before: [['DELETE', `${clusters}/member-2`]],
    create: ['POST', `${tenant3}/workspaces`, template],
    shows: [
      ...listed(`${tenant3}/workspaces`),
      `${resources}/workspacetemplates`,
      `${resources}/workspaces`,
      '/apis/tenant.kubesphere.io/v1alpha2/workspacetemplates',
      '/apis/tenant.kubesphere.io/v1alpha1/workspaces',
    ],
    hides: elsewhere(`${tenant3}/workspaces`),
    reads: [`${tenant3}/workspaces/NAME`, '/apis/tenant.kubesphere.io/v1alpha2/workspacetemplates/NAME'],
    change: ['PUT', `${tenant3}/workspaces/NAME`, touched],
    changed: touched,
    counts: [[`${monitoring}/kubesphere`, 'kubesphere_workspace_count']],
    watch: '/apis/tenant.kubesphere.io/v1alpha2/workspacetemplates',
    remove: ['DELETE', `${tenant3}/workspaces/NAME`],
  },
  ...(['workspaces', 'workspacetemplates'] as const).map((plural): Journey => ({
    noun: 'workspace',
    since: 'v4.1',
    before: [['DELETE', `${clusters}/member-2`]],
    create: ['POST', `${tenant4}/${plural}`, template],
    shows: [
      `${tenant4}/workspaces`,
      `${tenant4}/workspaces?name=ourne`,
      ...listed(`${tenant4}/workspacetemplates`),
      `${tenant33}/workspaces`,
      `${tenant33}/workspacetemplates`,
      `${resources}/workspacetemplates`,
      '/apis/tenant.kubesphere.io/v1beta1/workspacetemplates',
      '/apis/tenant.kubesphere.io/v1beta1/workspaces',
    ],
    hides: [...elsewhere(`${tenant4}/workspaces`), ...elsewhere(`${tenant4}/workspacetemplates`)],
    reads: [
      `${tenant4}/workspacetemplates/NAME`,
      '/apis/tenant.kubesphere.io/v1beta1/workspacetemplates/NAME',
    ],
    change: ['PATCH', `${tenant4}/${plural}/NAME`, changes, jsonPatch],
    changed: touched,
    counts: [[`${tenant4}/metrics`, 'platform_workspace_count']],
    watch: '/apis/tenant.kubesphere.io/v1beta1/workspacetemplates',
    remove: ['DELETE', `${tenant4}/${plural}/NAME`, {}],
  })),
  {
    noun: 'project of a workspace',
    since: 'v3.0',
    until: 'v3.4',
    create: ['POST', `${tenant3}/workspaces/demo/namespaces`, project],
    shows: [
      ...listed(`${tenant3}/workspaces/demo/namespaces`),
      ...listed(`${tenant3}/namespaces`),
      ...listed(`${resources}/namespaces`),
      `${resources}/namespaces?labelSelector=kubesphere.io/workspace%3Ddemo`,
      '/api/v1/namespaces',
    ],
    hides: [
      ...elsewhere(`${tenant3}/namespaces`),
      `${tenant3}/workspaces/research/namespaces`,
      '/api/v1/namespaces?labelSelector=kubesphere.io/workspace%21%3Ddemo',
    ],
    reads: [`${tenant3}/workspaces/demo/namespaces/NAME`, '/api/v1/namespaces/NAME'],
    change: ['PATCH', `${tenant3}/workspaces/demo/namespaces/NAME`, touched],
    changed: touched,
    counts: [[`${monitoring}/workspaces/demo?type=statistics`, 'workspace_namespace_count']],
    seenBy: [['demo-admin', `${tenant3}/workspaces/demo/namespaces`]],
    watch: '/api/v1/namespaces',
    remove: ['DELETE', `${tenant3}/workspaces/demo/namespaces/NAME`],
  },
  {
    noun: 'project of a workspace',
    since: 'v4.1',
    create: ['POST', `${tenant4}/workspaces/demo/namespaces`, project],
    shows: [
      ...listed(`${tenant4}/workspaces/demo/namespaces`),
      ...listed(`${tenant4}/namespaces`),
      ...listed(`${resources}/namespaces`),
      '/api/v1/namespaces',
    ],
    hides: [...elsewhere(`${tenant4}/namespaces`), `${tenant4}/workspaces/research/namespaces`],
    reads: [`${tenant4}/workspaces/demo/namespaces/NAME`, '/api/v1/namespaces/NAME'],
    change: ['PATCH', `${tenant4}/workspaces/demo/namespaces/NAME`, touched],
    changed: touched,
    counts: [
      [`${tenant4}/workspaces/demo/metrics`, 'workspace_namespace_count'],
      [`${resources}/metrics`, 'cluster_namespace_count'],
    ],
    seenBy: [['demo-admin', `${tenant4}/workspaces/demo/namespaces`]],
    watch: '/api/v1/namespaces',
    remove: ['DELETE', `${tenant4}/workspaces/demo/namespaces/NAME`],
  },
  {
    noun: 'project of a workspace',
    until: 'v2.1',
    create: ['POST', `${tenant3}/workspaces/demo/namespaces`, project],
    shows: [
      `${tenant3}/workspaces/demo/namespaces`,
      `${tenant3}/workspaces/demo/namespaces?conditions=keyword%3Djourne`,
      '/api/v1/namespaces',
    ],
    hides: [`${tenant3}/workspaces/research/namespaces`],
    reads: ['/api/v1/namespaces/NAME'],
    watch: '/api/v1/namespaces',
    remove: ['DELETE', `${tenant3}/workspaces/demo/namespaces/NAME`],
  },
  ...([tenant3, tenant4] as const).map((tenant): Journey => ({
    noun: 'namespace that joins a workspace',
    ...(tenant === tenant4 ? { since: 'v4.1' } : { since: 'v3.0', until: 'v3.4' }),
    create: ['POST', '/api/v1/namespaces', project],
    shows: [`${tenant}/namespaces`, `${resources}/namespaces`, '/api/v1/namespaces'],
    hides: [`${tenant}/workspaces/research/namespaces`],
    showsAfter: [`${tenant}/workspaces/demo/namespaces`],
    reads: ['/api/v1/namespaces/NAME'],
    change: ['PATCH', '/api/v1/namespaces/NAME', { metadata: { labels: ofDemo } }, mergePatch],
    changed: { metadata: { labels: ofDemo } },
    watch: '/api/v1/namespaces',
    remove: ['DELETE', '/api/v1/namespaces/NAME'],
  })),
  ...([tenant3, tenant4] as const).map((tenant): Journey => {
    const quotas = `${tenant}/workspaces/demo/resourcequotas`;
    const native = '/apis/quota.kubesphere.io/v1alpha2/resourcequotas';
    const hard = { spec: { selector: {}, quota: { hard: { pods: '7' } } } };
    return {
      noun: 'quota of a workspace',
      ...(tenant === tenant4 ? { since: 'v4.1' } : { since: 'v3.1', until: 'v3.4' }),
      create: [
        'POST',
        quotas,
        { metadata: { name: 'NAME' }, spec: { ...hard.spec, quota: { hard: { pods: '5' } } } },
      ],
      shows: [native, `${native}?labelSelector=kubesphere.io/workspace%3Ddemo`],
      hides: [`${native}?labelSelector=kubesphere.io/workspace%3Dresearch`],
      reads: [`${quotas}/NAME`, `${native}/NAME`],
      change: ['PUT', `${quotas}/NAME`, hard],
      changed: { spec: { quota: { hard: { pods: '7' } } } },
      watch: native,
      remove: ['DELETE', `${quotas}/NAME`],
    };
  }),
  ...([{ since: 'v3.0', until: 'v3.4' }, { since: 'v4.1' }] as const).map((range): Journey => ({
    noun: 'cluster',
    ...range,
    create: [
      'POST',
      clusters,
      {
        apiVersion: 'cluster.kubesphere.io/v1alpha1',
        kind: 'Cluster',
        metadata: { name: 'NAME', labels: { team: 'red' } },
        spec: { connection: { type: 'proxy' } },
      },
    ],
    shows: [clusters, ...listed(`${resources}/clusters`)],
    hides: elsewhere(`${resources}/clusters`),
    reads: [`${clusters}/NAME`, `${resources}/clusters/NAME`],
    gone: [404, range.since === 'v4.1' ? 404 : 500],
    change: ['PATCH', `${clusters}/NAME`, touched, mergePatch],
    changed: touched,
    watch: clusters,
    remove: ['DELETE', `${clusters}/NAME`],
  })),
  {
    noun: 'label of clusters',
    since: 'v4.1',
    create: ['POST', '/kapis/cluster.kubesphere.io/v1alpha1/labels', [{ key: 'team', value: 'red' }]],
    shows: [`${resources}/labels`, '/apis/cluster.kubesphere.io/v1alpha1/labels'],
    reads: ['/apis/cluster.kubesphere.io/v1alpha1/labels/NAME'],
    change: ['PUT', '/kapis/cluster.kubesphere.io/v1alpha1/labels/NAME', { key: 'team', value: 'blue' }],
    changed: { spec: { key: 'team', value: 'blue' } },
    watch: '/apis/cluster.kubesphere.io/v1alpha1/labels',
    remove: ['DELETE', '/kapis/cluster.kubesphere.io/v1alpha1/labels', ['NAME']],
  },
  {
    noun: 'DevOps project',
    since: 'v3.0',
    until: 'v3.4',
    create: ['POST', `${devops}/workspaces/demo/devops`, { metadata: { generateName: 'journey' } }],
    shows: [
      `${devops}/workspaces/demo/devops`,
      `${tenant3}/workspaces/demo/devops?name=journey`,
      `${tenant3}/workspaces/demo/workspacemembers/admin/devops`,
      `${resources}/devopsprojects`,
      '/apis/devops.kubesphere.io/v1alpha3/devopsprojects',
      '/api/v1/namespaces',
    ],
    hides: [`${devops}/workspaces/research/devops`, `${tenant3}/workspaces/demo/devops?name=other`],
    reads: [
      `${devops}/workspaces/demo/devops/NAME`,
      '/apis/devops.kubesphere.io/v1alpha3/devopsprojects/NAME',
    ],
    change: ['PUT', `${devops}/workspaces/demo/devops/NAME`, touched],
    changed: touched,
    counts: [[`${monitoring}/workspaces/demo?type=statistics`, 'workspace_devops_project_count']],
    watch: '/apis/devops.kubesphere.io/v1alpha3/devopsprojects',
    remove: ['DELETE', `${devops}/workspaces/demo/devops/NAME`],
  },
]);
