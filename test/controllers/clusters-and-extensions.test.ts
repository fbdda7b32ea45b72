import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker, type Body } from '../support/ask.js';

const clusters = '/apis/cluster.kubesphere.io/v1alpha1/clusters';
const users = '/apis/iam.kubesphere.io/v1beta1/users';
const merge = 'application/merge-patch+json';
const now = '2026-01-02T03:04:05Z';

async function makeReady(admin: Asker, name: string): Promise<void> {
  const { json } = await admin.get(`${clusters}/${name}`);
  const conditions = [{ type: 'Ready', status: 'True' }];
  const body = { ...json, status: { ...(json['status'] as object), conditions } };
  expect((await admin.send('PUT', `${clusters}/${name}`, body)).status).toBe(200);
}

describe('a cluster', () => {
  test('that comes back lets go what waited for it', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    const user = { metadata: { name: 'temp' }, spec: { email: 'temp@example.com' } };
    expect((await admin.send('POST', users, user)).status).toBe(201);
    await admin.send('DELETE', `${users}/temp`);
    expect((await admin.get(`${users}/temp`)).json.metadata).toHaveProperty('deletionTimestamp');
    await makeReady(admin, 'member-2');
    expect((await admin.get(`${users}/temp`)).status).toBe(404);
  });

  test('is marked when it joins, and leaves no name in placements when it goes', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await admin.send('POST', clusters, { metadata: { name: 'west' }, spec: {} });
    const joined = await admin.get(`${clusters}/west`);
    expect(joined.json.metadata['finalizers']).toEqual(['finalizer.cluster.kubesphere.io']);
    const templates = '/apis/tenant.kubesphere.io/v1beta1/workspacetemplates';
    await admin.send('POST', templates, {
      metadata: { name: 'team' },
      spec: { template: {}, placement: { clusters: [{ name: 'host' }, { name: 'west' }] } },
    });
    await admin.send('DELETE', `${clusters}/west`);
    expect((await admin.get(`${clusters}/west`)).status).toBe(404);
    expect((await admin.get(`${templates}/team`)).json.spec['placement']).toEqual({
      clusters: [{ name: 'host' }],
    });
  });
});

describe('an extension', () => {
  const core = '/apis/kubesphere.io/v1alpha1';

  test('is installed, enabled, upgraded and taken away through its states', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await admin.send('POST', `${core}/extensions`, { metadata: { name: 'demo' }, spec: {} });
    for (const version of ['1.0.0', '1.1.0'])
      await admin.send('POST', `${core}/extensionversions`, {
        metadata: { name: `demo-${version}` },
        spec: { version },
      });
    await admin.send('POST', '/apis/extensions.kubesphere.io/v1alpha1/jsbundles', {
      metadata: { name: 'demo', labels: { 'kubesphere.io/extension-ref': 'demo' } },
      spec: { raw: 'Lg==' },
    });
    const plan = {
      metadata: { name: 'demo' },
      spec: { extension: { name: 'demo', version: '1.0.0' }, enabled: true },
    };
    expect((await admin.send('POST', `${core}/installplans`, plan)).status).toBe(201);
    const states = async (): Promise<unknown[]> => {
      const { json } = await admin.get(`${core}/installplans/demo`);
      return (json['status'] as { stateHistory: Body[] }).stateHistory.map((one) => one['state']);
    };
    expect(await states()).toEqual(['Preparing', 'Installing', 'Installed']);
    expect((await admin.get(`${core}/installplans/demo`)).json['status']).toMatchObject({
      state: 'Installed',
      enabled: true,
      version: '1.0.0',
      configHash: 'cbf29ce484222325',
      targetNamespace: 'extension-demo',
      conditions: [
        { type: 'Installed', status: 'True', reason: 'InstallSuccessful', message: 'Install complete' },
        { type: 'Initialized', reason: 'Initialized' },
      ],
    });
    expect((await admin.get(`${core}/extensions/demo`)).json['status']).toMatchObject({
      state: 'Installed',
      enabled: true,
      installedVersion: '1.0.0',
    });
    const bundle = '/apis/extensions.kubesphere.io/v1alpha1/jsbundles/demo';
    expect((await admin.get(bundle)).json['status']).toMatchObject({ state: 'Available' });
    const next = { spec: { extension: { version: '1.1.0' }, enabled: false } };
    await admin.send('PATCH', `${core}/installplans/demo`, next, merge);
    expect(await states()).toEqual([
      'Preparing',
      'Installing',
      'Installed',
      'Preparing',
      'Upgrading',
      'Installed',
    ]);
    expect((await admin.get(bundle)).json['status']).toMatchObject({ state: 'Disabled' });
    await admin.send('DELETE', `${core}/installplans/demo`);
    expect((await admin.get(`${core}/installplans/demo`)).status).toBe(404);
    expect((await admin.get(`${core}/extensions/demo`)).json['status']).not.toHaveProperty('state');
  });
});

describe('a change of a KubeSphere ServiceAccount', () => {
  test('restarts the workloads whose pods use it', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    const account = '/apis/kubesphere.io/v1alpha1/namespaces/default/serviceaccounts';
    await admin.send('POST', account, { metadata: { name: 'sample' } });
    await admin.send('POST', '/apis/apps/v1/namespaces/default/deployments', {
      metadata: { name: 'web' },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: {
            labels: { app: 'web' },
            annotations: { 'kubesphere.io/serviceaccount-name': 'sample' },
          },
          spec: { containers: [{ name: 'web', image: 'nginx:1.25' }] },
        },
      },
    });
    await ks.clock.advance('1m');
    const labels = { metadata: { labels: { a: 'b' } } };
    await admin.send('PATCH', `${account}/sample`, labels, merge);
    const { json } = await admin.get('/apis/apps/v1/namespaces/default/deployments/web');
    expect((json.spec['template'] as Body).metadata.annotations).toMatchObject({
      'kubesphere.io/restartedAt': '2026-01-02 03:05:05.000 +0000 UTC m=+1.000000000',
    });
    expect(json['status']).toMatchObject({ readyReplicas: 1, updatedReplicas: 1 });
  });
});
