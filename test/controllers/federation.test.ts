import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Answer, type Asker } from '../support/ask.js';

const types = '/apis/types.kubefed.io/v1beta1';
const merge = 'application/merge-patch+json';
const threes = ['v3.0', 'v3.1', 'v3.3', 'v3.4'] as const;

function federated(kind: string, namespace: string, name: string, spec: JsonObject): JsonObject {
  return { apiVersion: 'types.kubefed.io/v1beta1', kind, metadata: { namespace, name }, spec };
}

const both = { clusters: [{ name: 'host' }, { name: 'member-1' }] };

function deployment(name: string, replicas: number): JsonObject {
  const labels = { app: name };
  const container = { name: 'web', image: 'nginx:1.25' };
  return {
    metadata: { labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
}

/** A multi-cluster project: its namespace on the host, federated. */
async function project(admin: Asker, name: string, spec: JsonObject = { placement: both }): Promise<void> {
  await created(admin.send('POST', '/api/v1/namespaces', { metadata: { name } }));
  await created(
    admin.send(
      'POST',
      `${types}/namespaces/${name}/federatednamespaces`,
      federated('FederatedNamespace', name, name, spec),
    ),
  );
}

async function created(answer: Promise<Answer>): Promise<Answer> {
  const { status, text } = await answer;
  expect([status, status === 201 ? '' : text]).toEqual([201, '']);
  return answer;
}

const statusOf = (
  answer: Answer,
): { readonly conditions: readonly JsonObject[]; readonly clusters?: unknown } =>
  answer.json['status'] as never;

test.each(threes)(
  '%s: a project, its deployment and its service are where they are placed, with overrides',
  async (release) => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    const template = { metadata: { labels: { 'kubesphere.io/workspace': 'demo' } } };
    await project(admin, 'shared', { placement: both, template });
    const there = await admin.get('/api/clusters/member-1/v1/namespaces/shared');
    expect(there.json.metadata.labels).toMatchObject({
      'kubefed.io/managed': 'true',
      'kubesphere.io/workspace': 'demo',
    });

    const overrides = [
      {
        clusterName: 'member-1',
        clusterOverrides: [
          { path: '/spec/replicas', value: 1 },
          { path: '/metadata/annotations', op: 'add', value: { at: 'member' } },
        ],
      },
    ];
    const fed = `${types}/namespaces/shared/federateddeployments`;
    const spec = { template: deployment('web', 3), placement: both, overrides };
    await created(admin.send('POST', fed, federated('FederatedDeployment', 'shared', 'web', spec)));
    const onHost = '/apis/apps/v1/namespaces/shared/deployments/web';
    const onMember = '/apis/clusters/member-1/apps/v1/namespaces/shared/deployments/web';
    expect((await admin.get(onHost)).json).toMatchObject({
      spec: { replicas: 3 },
      status: { readyReplicas: 3 },
    });
    expect((await admin.get(onMember)).json).toMatchObject({
      metadata: { labels: { app: 'web', 'kubefed.io/managed': 'true' }, annotations: { at: 'member' } },
      spec: { replicas: 1 },
      status: { readyReplicas: 1 },
    });
    const status = statusOf(await admin.get(`${fed}/web`));
    expect(status.clusters).toEqual([{ name: 'host' }, { name: 'member-1' }]);
    expect(status.conditions).toMatchObject([{ type: 'Propagation', status: 'True' }]);

    // What somebody does to a copy is undone; what the federated object says next is done.
    await admin.send('PATCH', onMember, { spec: { replicas: 5 } }, merge);
    expect((await admin.get(onMember)).json.spec['replicas']).toBe(1);
    await admin.send('DELETE', onMember);
    expect((await admin.get(onMember)).json.spec['replicas']).toBe(1);
    await admin.send('PATCH', `${fed}/web`, { spec: { template: { spec: { replicas: 2 } } } }, merge);
    expect((await admin.get(onHost)).json.spec['replicas']).toBe(2);

    const ports = [{ port: 80, protocol: 'TCP', targetPort: 8080 }];
    const service = {
      template: { spec: { type: 'NodePort', selector: { app: 'web' }, ports } },
      placement: { clusterSelector: {} },
    };
    await created(
      admin.send(
        'POST',
        `${types}/namespaces/shared/federatedservices`,
        federated('FederatedService', 'shared', 'web', service),
      ),
    );
    const services = '/api/clusters/member-1/v1/namespaces/shared/services/web';
    const before = (await admin.get(services)).json.spec;
    await admin.send(
      'PATCH',
      `${types}/namespaces/shared/federatedservices/web`,
      { spec: { template: { metadata: { labels: { a: 'b' } } } } },
      merge,
    );
    const after = (await admin.get(services)).json;
    expect(after.metadata.labels).toMatchObject({ a: 'b' });
    expect([after.spec['clusterIP'], after.spec['ports']]).toEqual([before['clusterIP'], before['ports']]);

    // Taken from a cluster, then deleted, then the whole project.
    await admin.send('PATCH', `${fed}/web`, { spec: { placement: { clusters: [{ name: 'host' }] } } }, merge);
    expect([(await admin.get(onHost)).status, (await admin.get(onMember)).status]).toEqual([200, 404]);
    await admin.send('DELETE', `${fed}/web`);
    expect([(await admin.get(onHost)).status, (await admin.get(`${fed}/web`)).status]).toEqual([404, 404]);
    await admin.send('DELETE', `${types}/namespaces/shared/federatednamespaces/shared`);
    expect((await admin.get('/api/clusters/member-1/v1/namespaces/shared')).status).toBe(404);
    const own = await admin.get('/api/v1/namespaces/shared');
    expect([own.status, own.json.metadata.labels['kubefed.io/managed']]).toEqual([200, undefined]);
  },
);

test('deleting the namespace of a project on the host takes it from all clusters', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const admin = await as(ks, 'admin');
  await project(admin, 'shared');
  const secret = { template: { type: 'Opaque', data: { a: 'Yg==' } }, placement: both };
  await created(
    admin.send(
      'POST',
      `${types}/namespaces/shared/federatedsecrets`,
      federated('FederatedSecret', 'shared', 'key', secret),
    ),
  );
  const copy = '/api/clusters/member-1/v1/namespaces/shared/secrets/key';
  expect((await admin.get(copy)).json).toMatchObject({ type: 'Opaque', data: { a: 'Yg==' } });
  await admin.send('DELETE', '/api/v1/namespaces/shared');
  for (const path of ['/api/v1/namespaces/shared', '/api/clusters/member-1/v1/namespaces/shared'])
    expect([path, (await admin.get(path)).status]).toEqual([path, 404]);
});

test.each([
  [
    'nowhere, as its namespace is not federated',
    false,
    { placement: both },
    'NamespaceNotFederated',
    undefined,
  ],
  ['without placement', true, {}, undefined, undefined],
  [
    'with an empty list beside a selector',
    true,
    { placement: { clusters: [], clusterSelector: {} } },
    undefined,
    undefined,
  ],
  [
    'with an override that does not fit',
    true,
    {
      placement: { clusters: [{ name: 'member-1' }] },
      overrides: [{ clusterName: 'member-1', clusterOverrides: [{ path: '/spec/none/there', value: 1 }] }],
    },
    'CheckClusters',
    [{ name: 'member-1', status: 'ApplyOverridesFailed' }],
  ],
  [
    'with a template that is refused',
    true,
    { placement: { clusters: [{ name: 'member-1' }] }, template: { data: { 'a b': 'c' } } },
    'CheckClusters',
    [{ name: 'member-1', status: 'CreationFailed' }],
  ],
] as const)('a ConfigMap %s says so', async (_title, isFederated, spec, reason, clusters) => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const admin = await as(ks, 'admin');
  if (isFederated) await project(admin, 'shared');
  else await created(admin.send('POST', '/api/v1/namespaces', { metadata: { name: 'shared' } }));
  const path = `${types}/namespaces/shared/federatedconfigmaps`;
  await created(
    admin.send(
      'POST',
      path,
      federated('FederatedConfigMap', 'shared', 'one', {
        template: { data: { a: 'b' } },
        ...(spec as JsonObject),
      }),
    ),
  );
  const { conditions, clusters: told } = statusOf(await admin.get(`${path}/one`));
  expect(conditions[0]?.['reason']).toBe(reason);
  expect(told).toEqual(clusters);
  expect((await admin.get('/api/clusters/member-1/v1/namespaces/shared/configmaps/one')).status).toBe(404);
});

test('what is marked as no copy is left alone, and orphans stay', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const admin = await as(ks, 'admin');
  await project(admin, 'shared');
  const maps = '/api/clusters/member-1/v1/namespaces/shared/configmaps';
  const labels = { 'kubefed.io/managed': 'false' };
  await created(admin.send('POST', maps, { metadata: { name: 'one', labels }, data: { own: 'x' } }));
  const fed = `${types}/namespaces/shared/federatedconfigmaps`;
  const spec = { template: { data: { a: 'b' } }, placement: both };
  await created(admin.send('POST', fed, federated('FederatedConfigMap', 'shared', 'one', spec)));
  expect(statusOf(await admin.get(`${fed}/one`)).clusters).toEqual([
    { name: 'host' },
    { name: 'member-1', status: 'ManagedLabelFalse' },
  ]);
  expect((await admin.get(`${maps}/one`)).json['data']).toEqual({ own: 'x' });
  await admin.send('PATCH', `${maps}/one`, { metadata: { labels: { 'kubefed.io/managed': null } } }, merge);
  await admin.send(
    'PATCH',
    `${fed}/one`,
    { metadata: { annotations: { 'kubefed.io/orphan': 'true' } } },
    merge,
  );
  expect((await admin.get(`${maps}/one`)).json['data']).toEqual({ a: 'b' });
  await admin.send('DELETE', `${fed}/one`);
  const left = (await admin.get(`${maps}/one`)).json;
  expect([left['data'], left.metadata.labels]).toEqual([{ a: 'b' }, undefined]);
});

test.each(threes)(
  '%s: a new user, its role and a workspace reach the member, and leave it',
  async (release) => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    const user = {
      metadata: { name: 'wanda', annotations: { 'iam.kubesphere.io/globalrole': 'platform-regular' } },
      spec: { email: 'wanda@example.com', password: 'P@88w0rd' },
    };
    const { status } = await admin.send('POST', '/kapis/iam.kubesphere.io/v1alpha2/users', user);
    expect(status).toBe(200);
    const twin = (await admin.get(`${types}/federatedusers/wanda`)).json;
    expect(twin.spec).toMatchObject({
      placement: { clusterSelector: {} },
      template: { spec: { email: 'wanda@example.com' } },
    });
    expect(
      (await admin.get('/apis/iam.kubesphere.io/v1alpha2/users/wanda')).json.metadata.labels,
    ).toMatchObject({ 'kubefed.io/managed': 'false' });
    const copy = (await admin.get('/apis/clusters/member-1/iam.kubesphere.io/v1alpha2/users/wanda')).json;
    expect(copy.metadata.labels).toMatchObject({ 'kubefed.io/managed': 'true' });
    expect(copy.spec).toMatchObject({ email: 'wanda@example.com' });

    const placement = { clusters: [{ name: 'member-1' }] };
    await created(
      admin.send('POST', '/apis/tenant.kubesphere.io/v1alpha2/workspacetemplates', {
        metadata: { name: 'afar' },
        spec: { template: { spec: { manager: 'wanda' } }, placement },
      }),
    );
    expect((await admin.get(`${types}/federatedworkspaces/afar`)).json.spec).toMatchObject({ placement });
    const binding = '/apis/clusters/member-1/iam.kubesphere.io/v1alpha2/workspacerolebindings/afar-admin';
    expect((await admin.get(binding)).json['subjects']).toMatchObject([{ kind: 'User', name: 'wanda' }]);

    await admin.send('DELETE', '/kapis/iam.kubesphere.io/v1alpha2/users/wanda');
    expect((await admin.get('/apis/clusters/member-1/iam.kubesphere.io/v1alpha2/users/wanda')).status).toBe(
      404,
    );
    expect((await admin.get(`${types}/federatedusers/wanda`)).status).toBe(404);
  },
);

test('federated namespaces are listed to those who may see them, narrowed to a workspace', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const admin = await as(ks, 'admin');
  await project(admin, 'one');
  await project(admin, 'two');
  const labels = { 'kubesphere.io/workspace': 'demo-workspace' };
  await admin.send(
    'PATCH',
    `${types}/namespaces/one/federatednamespaces/one`,
    { metadata: { labels } },
    merge,
  );
  const tenant = '/kapis/tenant.kubesphere.io/v1alpha2';
  const names = async (asker: Asker, path: string): Promise<string[]> =>
    (await asker.get(tenant + path)).json.items.map(({ metadata }) => metadata.name).sort();
  expect(await names(admin, '/federatednamespaces')).toEqual(['one', 'two']);
  expect(await names(admin, '/federatednamespaces?name=two')).toEqual(['two']);
  expect(await names(admin, '/workspaces/demo-workspace/federatednamespaces')).toEqual(['one']);
  await ks.scenario({ description: 'x', users: [{ name: 'nora', password: 'P@88w0rd' }] });
  const nora = await as(ks, 'nora');
  expect(await names(nora, '/federatednamespaces')).toEqual([]);
  const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'viewer' };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'nora' }];
  await created(
    admin.send('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/one/rolebindings', {
      metadata: { name: 'nora' },
      subjects,
      roleRef: role,
    }),
  );
  expect(await names(nora, '/federatednamespaces')).toEqual(['one']);
});

test('4.1 has no such kinds', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  expect((await admin.get(`${types}/federateddeployments`)).status).toBe(404);
});
