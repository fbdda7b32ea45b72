import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf, type Asker } from '../../support/ask.js';

const at = '/kapis/logging.kubesphere.io/v1alpha2';

interface Found {
  readonly total: number;
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

async function search(admin: Asker, path: string): Promise<Found> {
  const answer = await admin.get(at + path);
  expect(answer.json['status'], answer.text).toBe(200);
  return answer.json['query'] as Found;
}

test('logs are narrowed to what the path names: workspace, project, workload, pod and container', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v2.1' });
  const admin = await as(ks, 'admin');
  await ks.clock.advance('10m');
  // A span that has passed: what is logged while the test runs does not count.
  const end = Math.floor(Date.now() / 1000) + 590;
  const span = `size=1000&start_time=${String(end - 120)}&end_time=${String(end)}`;
  const everywhere = await search(admin, `/cluster?${span}`);
  expect(everywhere.total).toBeGreaterThan(0);
  const shop = await search(admin, `/namespaces/shop?${span}`);
  expect(new Set(shop.records.map(({ namespace }) => namespace))).toEqual(new Set(['shop']));
  expect((await search(admin, `/workspaces/demo?namespaces=shop&${span}`)).total).toBe(shop.total);
  const storefront = await search(admin, `/namespaces/shop/workloads/storefront?${span}`);
  expect(storefront.total).toBeGreaterThan(0);
  const [record] = storefront.records;
  const pod = String(record?.['pod']);
  expect(pod).toMatch(/^storefront-/);
  const ofPod = storefront.records.filter((one) => one['pod'] === pod);
  expect((await search(admin, `/namespaces/shop/pods/${pod}?${span}`)).records).toEqual(ofPod);
  expect((await search(admin, `/namespaces/shop/pods/${pod}/containers/nginx?${span}`)).records).toEqual(
    ofPod,
  );
  expect((await search(admin, `/namespaces/shop/pods/${pod}/containers/none`)).total).toBe(0);
  const live = (await admin.get(`/api/v1/namespaces/shop/pods/${pod}`)).json;
  expect(record).toMatchObject({ host: live.spec['nodeName'], container: 'nginx' });

  const statistics = await admin.get(`${at}/namespaces/shop/pods/${pod}?operation=statistics&${span}`);
  expect(statistics.json).toMatchObject({ status: 200, statistics: { containers: 1, logs: ofPod.length } });
  const histogram = await admin.get(`${at}/namespaces/shop/pods/${pod}?operation=histogram&${span}`);
  expect(histogram.json).toMatchObject({ histogram: { total: ofPod.length } });
  expect((await admin.get(`${at}/cluster?start_time=soon`)).status).toBe(500);
});

test('outputs of logs are added, changed and taken away, and survive in their ConfigMap', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v2.1' });
  const admin = await as(ks, 'admin');
  const path = `${at}/fluentbit/outputs`;
  const outputs = async (): Promise<unknown> => (await admin.get(path)).json['outputs'];
  expect((await admin.get(path)).json).toEqual({ status: 200 });
  const plugin = {
    type: 'fluentbit_output',
    name: 'fluentbit_output_forward',
    parameters: [{ name: 'Host', value: '10.0.0.9' }],
  };
  const added = await admin.send('POST', path, { ...plugin, enable: true });
  const [{ id }] = added.json['outputs'] as [{ id: string }];
  expect(await outputs()).toEqual([
    { ...plugin, enable: true, id, updatetime: expect.any(String) as string },
  ]);
  const map = await admin.get(
    '/api/v1/namespaces/kubesphere-logging-system/configmaps/fluent-bit-output-config',
  );
  expect(JSON.stringify(map.json['data'])).toContain(id);
  await admin.send('POST', path, { name: 'other' });
  await admin.send('PUT', `${path}/${id}`, { ...plugin, enable: false });
  expect(await outputs()).toMatchObject([{ id, enable: false }, { name: 'other' }]);
  expect((await admin.send('PUT', `${path}/none`, plugin)).status).toBe(404);
  expect((await admin.send('DELETE', `${path}/${id}`)).status).toBe(200);
  expect(await outputs()).toMatchObject([{ name: 'other' }]);
  expect((await admin.send('DELETE', `${path}/${id}`)).status).toBe(404);
});

test.for(['operations', 'resources'])(
  'a node is drained through %s: its pods leave, those of DaemonSets stay',
  async (group) => {
    await using ks = await startFakeKsApiserver({ release: 'v2.1' });
    const admin = await as(ks, 'admin');
    const on = async (): Promise<string[]> =>
      namesOf(await admin.get('/api/v1/pods?fieldSelector=spec.nodeName%3Dnode3'));
    const before = await on();
    expect(before.some((name) => name.startsWith('log-collector'))).toBe(true);
    const path = `/kapis/${group}.kubesphere.io/v1alpha2/nodes/node3/drainage`;
    expect((await admin.send('POST', path)).json).toEqual({ message: 'success' });
    expect((await admin.get('/api/v1/nodes/node3')).json.spec['unschedulable']).toBe(true);
    const after = await on();
    expect(after.length).toBeLessThan(before.length);
    expect(after.some((name) => name.startsWith('log-collector'))).toBe(true);
    expect(await admin.send('POST', path)).toMatchObject({
      status: 500,
      json: { message: 'node node3 have been drained' },
    });
    expect((await admin.send('POST', path.replace('node3', 'none'))).status).toBe(500);
  },
);
