import { digString, type JsonObject } from '../../../src/core/json.js';
import { inRange } from '../../../src/core/release.js';
import type { Operation } from '../../../src/specs/spec-index.js';
import { Raw, type Facts, type Need } from './need.js';

const isNative = ({ path }: Operation): boolean => path.startsWith('/apis/');
const form = (fields: Readonly<Record<string, string>>): Raw =>
  new Raw('application/x-www-form-urlencoded', new URLSearchParams(fields).toString());
const picture = new Raw(
  'multipart/form-data; boundary=B',
  '--B\r\nContent-Disposition: form-data; name="image"; filename="dot.png"\r\nContent-Type: image/png\r\n\r\nPNG\r\n--B--\r\n',
);
const user = { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'outsider' };
const rbac = 'rbac.authorization.k8s.io';
/** Somebody who is no member of anything yet, with the lowest role of a place. */
const member =
  (roleRef: string) =>
  ({ params, operation }: Need): JsonObject => ({
    username: operation.method === 'PUT' ? (Object.values(params).at(-1) ?? '') : 'outsider',
    roleRef,
  });
const grafana = { grafanaDashboardContent: JSON.stringify({ title: 'sample', panels: [{ type: 'graph' }] }) };
const credentials = { username: 'admin', password: 'P@88w0rd' };
const tokenOf = ({ token }: Need): JsonObject => ({ kind: 'TokenReview', spec: { token } });
const kubeconfig = Buffer.from(
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'far',
    clusters: [{ name: 'far', cluster: { server: 'https://192.0.2.7:6443' } }],
    contexts: [{ name: 'far', context: { cluster: 'far', user: 'me' } }],
    users: [{ name: 'me', user: { token: 'secret' } }],
  }),
).toString('base64');
/** What a client asks the browser's user for; since 4.1 it takes one that may send the browser somewhere. */
async function authorization({ release, call, name }: Need): Promise<Readonly<Record<string, string>>> {
  if (inRange(release, { until: 'v3.1' })) return { response_type: 'token', client_id: 'default' };
  if (inRange(release, { since: 'v4.1' })) {
    await call('POST', '/api/v1/namespaces/kubesphere-system/secrets', {
      metadata: { name: `oauthclient-${name}`, labels: { 'config.kubesphere.io/type': 'oauthclient' } },
      type: 'config.kubesphere.io/oauthclient',
      stringData: {
        'configuration.yaml': JSON.stringify({
          name,
          secret: 'secret',
          grantMethod: 'auto',
          redirectURIs: ['https://web.example.com/back'],
        }),
      },
    });
    const redirect = { redirect_uri: 'https://web.example.com/back', scope: 'openid' };
    return { response_type: 'code', client_id: name, ...redirect };
  }
  return { response_type: 'code', client_id: 'kubesphere', redirect_uri: 'https://web.example.com/back' };
}
function dockerSecret(name: string, registry: string): JsonObject {
  const auths = { [registry]: { username: 'ann', password: 'secret' } };
  return {
    metadata: { name },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
  };
}
const placedOnHost = { spec: { template: {}, placement: { clusters: [{ name: 'host' }] } } };
const direct = { connection: { type: 'direct', kubeconfig } };
/** Patches here are lists of operations, whatever their type says. */
const annotate = new Raw(
  'application/json',
  JSON.stringify([{ op: 'add', path: '/metadata/annotations', value: { changed: 'yes' } }]),
);

/** What holds in every group: one line for a noun. */
export const generalFacts: Facts = {
  values: {
    namespace: ({ operation }) => (operation.path.startsWith('/apis/') ? 'default' : 'shop'),
    workspace: 'demo',
    cluster: 'host',
    node: 'node3',
    revision: '1',
    resources: ({ operation }) => (operation.path.includes('{namespace}') ? 'configmaps' : 'nodes'),
    component: 'ks-apiserver',
    'workloads workload': 'catalog',
    'apps app': ({ operation }) => (operation.path.includes('/servicemesh.') ? 'catalog' : undefined),
    node_id: ({ host }) => {
      const pods = host.store.list({ group: '', plural: 'pods' }, 'shop').map(({ object }) => object);
      const running = pods.find((pod) => digString(pod, 'status', 'phase') === 'Running');
      return `${running?.metadata.uid ?? ''};<pod>`;
    },
  },
  queries: {
    'namespaces/jobs': ({ host }) => {
      const job = host.store.find({ group: 'batch', plural: 'jobs' }, 'shop', 'migrate-schema-14');
      return { action: 'rerun', resourceVersion: job?.object.metadata.resourceVersion ?? '' };
    },
    'DELETE rules': ({ made }) => ({ name: digString(made.at(-1), 'name') }),
    'GET oauth/authorize': authorization,
    'registry/blob': async ({ registry, call, name }) => {
      const secret = dockerSecret(name, `http://${registry}`);
      await call('POST', '/api/v1/namespaces/shop/secrets', secret);
      return { image: `${registry}/shop/web:1.0`, namespace: 'shop', secret: name };
    },
    'namespaces/imageconfig': ({ registry }) => ({ image: `${registry}/shop/web:1.0` }),
    'namespaces/repositorytags': ({ registry }) => ({ repository: `${registry}/shop/web` }),
    'targets/query': () => ({ expr: 'up' }),
    'targets/labelsets': () => ({ metric: 'up', start: '1', end: '2' }),
    'workloads/health': () => ({ rateInterval: '60s' }),
    'apps/health': () => ({ rateInterval: '60s' }),
    'v1alpha2/metering': () => ({ level: 'LevelCluster', metrics_filter: 'meter_cluster_cpu_usage' }),
  },
  bodies: {
    ippools: { spec: { type: 'local', cidr: '192.0.2.0/24' } },
    'POST rules': ({ name }) => ({ name, query: 'up == 0', duration: '1m' }),
    'PUT rules': { name: 'sample', query: 'up == 0', duration: '2m' },
    bulkrules: ({ name }) => ({ name, query: 'up == 0', duration: '1m' }),
    'POST v1alpha1/labels': ({ name }) => ({ key: name, value: 'on' }),
    'PUT v1alpha1/labels': { key: 'changed', value: 'on' },
    'DELETE v1alpha1/labels': ({ made }) => made.flat().map((one) => digString(one, 'metadata', 'name')),
    'PATCH v1alpha2/workspaces': ({ release }) =>
      inRange(release, { since: 'v3.1' }) ? annotate : undefined,
    'PATCH v1beta1/workspaces': ({ operation }) => (isNative(operation) ? undefined : annotate),
    'PATCH workspacetemplates': annotate,
    // What is read there is the workspace, what is written its template.
    'PUT v1beta1/workspaces': ({ operation, host, params }) => {
      if (isNative(operation)) return undefined;
      const templates = { group: 'tenant.kubesphere.io', plural: 'workspacetemplates' };
      const { metadata } = host.store.get(templates, undefined, params['workspace'] ?? '').object;
      return { metadata: { resourceVersion: metadata.resourceVersion ?? '' } };
    },
    'POST v1beta1/workspaces': placedOnHost,
    'POST workspacetemplates': placedOnHost,
    'DELETE workspaces': {},
    'DELETE workspacetemplates': {},
    labelbindings: { labels: [], clusters: ['host'] },
    'clusters/grantrequests': { op: 'add', workspace: 'demo' },
    'clusterdashboards/template': grafana,
    'dashboards/template': grafana,
    'clusters/validation': { metadata: { name: 'far' }, spec: direct },
    'clusters/kubeconfig': { kubeconfig },
    'POST workspaces/devops': ({ name }) => ({ metadata: { generateName: name } }),
    'POST devops/pipelines': ({ name }) => ({
      metadata: { name },
      spec: { type: 'pipeline', pipeline: { name } },
    }),
    'POST devops/credentials': ({ name }) => ({
      metadata: { name },
      type: 'credential.devops.kubesphere.io/basic-auth',
    }),
    clustermembers: member('cluster-viewer'),
    workspacemembers: member('demo-viewer'),
    namespacemembers: member('viewer'),
    'namespaces/members': member('viewer'),
    'devops/members': member('viewer'),
    'POST namespaces/rolebindings': {
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'viewer' },
      subjects: [user],
    },
    'POST workspacerolebindings': {
      roleRef: { apiGroup: 'iam.kubesphere.io', kind: 'WorkspaceRole', name: 'demo-viewer' },
      subjects: [user],
    },
    'POST users': ({ name }) => ({ spec: { email: `${name}@example.com`, password: 'P@88w0rd' } }),
    'users/password': { currentPassword: 'P@88w0rd', password: 'Changed123' },
    'POST groups': ({ name }) => ({ metadata: { name: null, generateName: name } }),
    groupbindings: { userName: 'outsider', groupName: 'sample' },
    subjectaccessreviews: {
      spec: { user: 'outsider', resourceAttributes: { verb: 'get', resource: 'pods' } },
    },
    authenticate: tokenOf,
    login: credentials,
    token: form({
      ...credentials,
      grant_type: 'password',
      client_id: 'kubesphere',
      client_secret: 'kubesphere',
    }),
    'oauth/authorize': async (need) => form(await authorization(need)),
    'static/images': picture,
    'pods/file': picture,
    attachments: picture,
    'POST fluentbit/outputs': { enable: true },
    'POST workspaces/namespaces': ({ name }) => ({ metadata: { name } }),
    'registrysecrets/verify': ({ registry }) => dockerSecret('registry', `http://${registry}`),
    'registry/verify': ({ registry }) => ({ username: 'ann', password: 'secret', serverhost: registry }),
    'git/verify': ({ registry }) => ({ remoteUrl: `http://${registry}/web.git` }),
  },
  manifests: {
    clusters: ({ name, operation }) => ({
      apiVersion: 'cluster.kubesphere.io/v1alpha1',
      kind: 'Cluster',
      metadata: { name },
      spec: operation.path.includes('/agent/') ? { connection: { type: 'proxy' } } : direct,
    }),
    extensionversions: ({ name, charts }) => ({
      apiVersion: 'kubesphere.io/v1alpha1',
      kind: 'ExtensionVersion',
      metadata: { name },
      spec: { chartURL: `${charts}/hello-1.0.0.tgz` },
    }),
    devops: ({ name }) => ({
      apiVersion: 'devops.kubesphere.io/v1alpha3',
      kind: 'DevOpsProject',
      metadata: { name, labels: { 'kubesphere.io/workspace': 'demo' } },
    }),
    daemonsets: ({ name }) => workload('DaemonSet', name),
    statefulsets: ({ name }) => workload('StatefulSet', name),
  },
  names: {},
};

function workload(kind: string, name: string): JsonObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: 'shop' },
    spec: {
      ...(kind === 'StatefulSet' && { serviceName: name }),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'nginx:1.25' }] } },
    },
  };
}
