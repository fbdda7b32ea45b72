import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker, type Body } from '../support/ask.js';

const now = '2026-01-02T03:04:05Z';
const clusters = '/apis/cluster.kubesphere.io/v1alpha1/clusters';
const merge = 'application/merge-patch+json';

/** The kubeconfig of a user of the fake: one with a client certificate. */
async function kubeconfig(admin: Asker): Promise<string> {
  const { text } = await admin.get('/kapis/resources.kubesphere.io/v1alpha2/users/jeff/kubeconfig');
  return Buffer.from(text).toString('base64');
}

function typesOf(cluster: Body): string[] {
  const { conditions } = cluster['status'] as { conditions: { type: string; status: string }[] };
  return conditions.map(({ type, status }) => `${type} ${status}`.trim());
}

describe('a member that joins', () => {
  test.each([
    ['v3.1', ['Federated True', 'Ready True']],
    ['v3.4', ['Federated True', 'KubeConfigCertExpiresInSevenDays', 'Ready True']],
    ['v4.1', ['KSCoreReady True', 'KubeConfigCertExpiresInSevenDays', 'Ready True']],
  ] as const)('%s: says what it is, and leaves no trace when it goes', async (release, conditions) => {
    await using ks = await startFakeKsApiserver({ now, release });
    const admin = await as(ks, 'admin');
    const before = await admin.get(`${clusters}/member-1`);
    const api = release === 'v4.1' ? '/clusters/member-1/api/v1' : '/api/clusters/member-1/v1';
    const { uid } = (await admin.get(`${api}/namespaces/kube-system`)).json.metadata;
    await admin.send('DELETE', `${clusters}/member-1`);
    expect((await admin.get(`${clusters}/member-1`)).status).toBe(404);
    const connection = { type: 'direct', kubeconfig: await kubeconfig(admin) };
    await admin.send('POST', clusters, {
      metadata: { name: 'member-1', annotations: { 'kubesphere.io/creator': 'jeff' } },
      spec: { joinFederation: true, enable: true, connection },
    });
    const { json } = await admin.get(`${clusters}/member-1`);
    expect(typesOf(json)).toEqual(conditions);
    const [first] = (json['status'] as { conditions: readonly object[] }).conditions;
    expect(first).toMatchObject(
      release === 'v4.1'
        ? { reason: 'KSCoreReady', message: 'KS Core is available now' }
        : { message: 'Cluster has joined federation control plane successfully' },
    );
    const { nodeCount, kubernetesVersion, kubeSphereVersion } = before.json['status'] as Body;
    expect(json['status']).toMatchObject({ nodeCount, kubernetesVersion, kubeSphereVersion });
    expect((json['status'] as Body)['uid']).toBe(release === 'v3.1' ? undefined : uid);
    expect(json.spec['connection']).toMatchObject({ kubernetesAPIEndpoint: 'https://10.233.0.1:443' });
  });

  test('4.1: has its creator as administrator, is named, and bound to the labels it asks for', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await admin.send('DELETE', `${clusters}/member-1`);
    const system = '/clusters/member-1/api/v1/namespaces/kubesphere-system';
    const labels = '/apis/cluster.kubesphere.io/v1alpha1/labels';
    await admin.send('POST', labels, { metadata: { name: 'abc' }, spec: { key: 'zone', value: 'a' } });
    await admin.send('POST', clusters, {
      metadata: {
        name: 'member-1',
        annotations: { 'kubesphere.io/creator': 'jeff', 'cluster.kubesphere.io/label-ids': 'abc, none' },
      },
      spec: { connection: { type: 'direct', kubeconfig: await kubeconfig(admin) } },
    });
    const { json } = await admin.get(`${clusters}/member-1`);
    expect(json.metadata.annotations).toEqual({
      'kubesphere.io/creator': 'jeff',
      'kubesphere.io/config-hash': 'cbf29ce484222325',
      'kubesphere.io/initialized': now,
    });
    expect((await admin.get(`${labels}/abc`)).json.spec['clusters']).toEqual(['member-1']);
    expect((await admin.get(system)).json.metadata.annotations).toMatchObject({
      'cluster.kubesphere.io/name': 'member-1',
      'cluster.kubesphere.io/host-cluster': 'host',
    });
    const binding =
      '/clusters/member-1/apis/iam.kubesphere.io/v1beta1/clusterrolebindings/jeff-cluster-admin';
    expect((await admin.get(binding)).json['roleRef']).toMatchObject({ name: 'cluster-admin' });
    const jeff = async (): Promise<string | undefined> =>
      (await admin.get('/apis/iam.kubesphere.io/v1beta1/users/jeff')).json.metadata.annotations[
        'iam.kubesphere.io/granted-clusters'
      ];
    expect(await jeff()).toBe('member-1');
    await admin.send('DELETE', `${clusters}/member-1`);
    expect(await jeff()).toBe('');
  });

  test('is looked at again every quarter of an hour, and when somebody asks for it', async () => {
    await using ks = await startFakeKsApiserver({ now });
    let admin = await as(ks, 'admin');
    const spec = { connection: { type: 'direct', kubeconfig: await kubeconfig(admin) } };
    await admin.send('PATCH', `${clusters}/member-1`, { spec }, merge);
    const seen = async (): Promise<unknown> => {
      const { conditions } = (await admin.get(`${clusters}/member-1`)).json['status'] as {
        conditions: Body[];
      };
      return conditions.at(-1)?.['lastUpdateTime'];
    };
    expect(await seen()).toBe(now);
    await ks.clock.advance('10m');
    await admin.send('PATCH', `${clusters}/member-1`, { metadata: { labels: { a: 'b' } } }, merge);
    expect(await seen()).toBe(now);
    await ks.clock.advance('5m');
    expect(await seen()).toBe('2026-01-02T03:19:05Z');
    await ks.clock.advance('40m');
    expect(await seen()).toBe('2026-01-02T03:49:05Z');
    admin = await as(ks, 'admin');
    await ks.clock.advance('1s');
    const annotations = { 'kubesphere.io/syncAt': 'now' };
    await admin.send('PATCH', `${clusters}/member-1`, { metadata: { annotations } }, merge);
    expect(await seen()).toBe('2026-01-02T03:59:06Z');
  });

  test('stays as somebody says it is where this world does not hold it, or has no kubeconfig yet', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    const connection = { type: 'direct', kubeconfig: await kubeconfig(admin) };
    await admin.send('POST', clusters, { metadata: { name: 'far' }, spec: { connection } });
    await admin.send('POST', clusters, {
      metadata: { name: 'new' },
      spec: { connection: { type: 'proxy' } },
    });
    for (const name of ['far', 'new'])
      expect((await admin.get(`${clusters}/${name}`)).json['status']).toBeUndefined();
  });
});

test.each([
  ['v3.1', ['Federated True', 'Ready True'], true],
  ['v3.4', ['Federated True', 'Ready True'], true],
  ['v4.1', ['Ready True'], false],
] as const)(
  '%s: the host says that it works, in the words of the release',
  async (release, types, hasFeatures) => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    const { json } = await admin.get(`${clusters}/host`);
    expect(typesOf(json)).toEqual(types);
    const { configz } = json['status'] as { configz?: unknown };
    const shown = await admin.get('/kapis/config.kubesphere.io/v1alpha2/configs/configz');
    expect(configz).toEqual(hasFeatures ? shown.json : undefined);
    expect('kubesphere.io/initialized' in json.metadata.annotations).toBe(!hasFeatures);
  },
);
