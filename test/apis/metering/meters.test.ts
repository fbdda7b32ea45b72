import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as } from '../../support/ask.js';
import { itemsOf, resultsOf } from '../monitoring/metrics.js';

const at = '/kapis/metering.kubesphere.io/v1alpha1';
const tenant = '/kapis/tenant.kubesphere.io/v1alpha2';
const now = '2026-01-01T12:00:00Z';
const seconds = Date.parse(now) / 1000;
const day = `start=${String(seconds - 86_400)}&end=${String(seconds)}`;
const start = () => startFakeKsApiserver({ release: 'v3.3', now });

test.for([
  ['/cluster', 'meter_cluster_cpu_usage', 1],
  ['/nodes', 'meter_node_memory_usage_wo_cache', 5],
  ['/workspaces', 'meter_workspace_pvc_bytes_total', 3],
  ['/namespaces/shop/workloads', 'meter_workload_cpu_usage', 1],
  ['/namespaces/shop/services', 'meter_service_net_bytes_received', 1],
  ['/namespaces/shop/pods/database-0', 'meter_pod_pvc_bytes_total', 1],
] as const)('%s is metered by %s', async ([path, name, least]) => {
  await using ks = await start();
  const items = itemsOf(await (await as(ks, 'admin')).get(at + path), name);
  expect(items.length).toBeGreaterThanOrEqual(least);
  for (const item of items) {
    expect(item.sum_value).toMatch(/^\d+(\.\d+)?$/);
    expect(item.fee).toBe('0');
  }
});

test('a day is hours, with least, most, average and sum', async () => {
  await using ks = await start();
  const answer = await (await as(ks, 'admin')).get(`${at}/namespaces/shop?metrics_filter=cpu_usage&${day}`);
  const [item] = itemsOf(answer, 'meter_namespace_cpu_usage');
  const figures = (item?.values ?? []).map(([, figure]) => Number(figure));
  expect(figures).toHaveLength(25);
  const sum = figures.reduce((total, one) => total + one, 0);
  expect(Number(item?.sum_value)).toBeCloseTo(sum, 2);
  expect(item).toMatchObject({
    min_value: String(Math.min(...figures)),
    max_value: String(Math.max(...figures)),
  });
});

test('an export is a file with a line for every point', async () => {
  await using ks = await start();
  const answer = await (
    await as(ks, 'admin')
  ).get(`${at}/nodes/node1?metrics_filter=cpu&${day}&operation=export`);
  expect(answer.contentType).toContain('text/plain');
  const lines = answer.text.trim().split('\n');
  expect(lines[0]).toBe('metric,labels,time,value');
  expect(lines).toHaveLength(26);
});

test('the tenant form names level and place in its query, and everybody sees projects of theirs', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const shop = await admin.get(`${tenant}/metering?level=LevelPod&namespace=shop&metrics_filter=cpu`);
  expect(shop.text).toBe((await admin.get(`${at}/namespaces/shop/pods?metrics_filter=cpu`)).text);
  const viewer = await as(ks, 'shop-viewer');
  const seen = await viewer.get(`${tenant}/metering?level=LevelNamespace&metrics_filter=cpu`);
  expect(itemsOf(seen, 'meter_namespace_cpu_usage').map(({ metric }) => metric?.['namespace'])).toEqual([
    'shop',
  ]);
  expect((await admin.get(`${tenant}/metering?level=Nothing`)).status).toBe(400);
});

test('prices are not set; the tree of a namespace tells workloads and their pods', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  expect((await admin.get(`${tenant}/metering/price`)).json).toEqual({ retention_day: '7d', currency: '' });
  const { json } = await admin.get(`${tenant}/namespaces/shop/metering/hierarchy`);
  const { shop } = json['apps'] as Record<
    string,
    {
      statefulsets: Record<string, { cpu_usage: number; pods: Record<string, { cpu_usage: number }> }>;
    }
  >;
  const database = shop?.statefulsets['database'];
  const pods = Object.values(database?.pods ?? {});
  expect(pods.length).toBeGreaterThan(0);
  expect(pods.reduce((sum, one) => sum + one.cpu_usage, 0)).toBeCloseTo(database?.cpu_usage ?? 0, 2);
});

test('workloads of an application are below it in the tree, which agrees with its own meters', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const labels = { 'app.kubernetes.io/name': 'store' };
  for (const path of ['statefulsets/database', 'deployments/storefront'])
    await admin.send(
      'PATCH',
      `/apis/apps/v1/namespaces/shop/${path}`,
      { metadata: { labels } },
      'application/merge-patch+json',
    );
  const { json } = await admin.get(`${tenant}/namespaces/shop/metering/hierarchy`);
  const tree = json as unknown as Record<string, Record<string, Record<string, unknown>>>;
  expect(Object.keys(tree['statefulsets'] ?? {})).not.toContain('database');
  const store = tree['apps']?.['store'];
  expect(Object.keys(store?.['statefulsets'] ?? {})).toEqual(['database']);
  expect(Object.keys(store?.['deployments'] ?? {})).toEqual(['storefront']);
  const metered = await admin.get(`${at}/namespaces/shop/applications?applications=store`);
  const [item] = itemsOf(metered, 'meter_application_cpu_usage');
  expect(Number(store?.['cpu_usage'])).toBeGreaterThan(0);
  expect(Number(item?.sum_value)).toBeCloseTo(Number(store?.['cpu_usage']), 2);
});

test('workloads that Helm made for a release of the app store are below it, and metered by its id', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const inShop = { 'kubesphere.io/namespace': 'shop', 'kubesphere.io/cluster': 'host' };
  const release = (name: string) => ({
    apiVersion: 'application.kubesphere.io/v1alpha1',
    kind: 'HelmRelease',
    metadata: { name: `rls-${name}`, labels: inShop },
    spec: { name, chartName: 'chart', chartVersion: '1.0.0', appId: 'app-1', appVerId: 'appv-1', version: 1 },
  });
  for (const [name, path] of [
    ['front', 'deployments/storefront'],
    ['data', 'statefulsets/database'],
  ] as const) {
    const made = await admin.send(
      'POST',
      '/apis/application.kubesphere.io/v1alpha1/helmreleases',
      release(name),
    );
    expect(made.status, made.text).toBe(201);
    const change = { metadata: { annotations: { 'meta.helm.sh/release-name': name } } };
    await admin.send(
      'PATCH',
      `/apis/apps/v1/namespaces/shop/${path}`,
      change,
      'application/merge-patch+json',
    );
  }
  const hierarchy = async (query: string) =>
    (await admin.get(`${tenant}/namespaces/shop/metering/hierarchy${query}`)).json as unknown as Record<
      string,
      Record<string, Record<string, unknown>>
    >;
  const { openpitrixs, apps } = await hierarchy('?cluster=host');
  expect(Object.keys(openpitrixs ?? {}).sort()).toEqual(['data', 'front']);
  expect(Object.keys(openpitrixs?.['front']?.['deployments'] ?? {})).toEqual(['storefront']);
  expect(Object.keys(apps?.['shop']?.['deployments'] ?? {})).not.toContain('storefront');
  expect((await hierarchy('?cluster=other'))['openpitrixs']).toEqual({});
  expect((await hierarchy('?metrics_filter=memory'))['openpitrixs']?.['front']).toMatchObject({
    cpu_usage: 0,
    memory_usage_wo_cache: openpitrixs?.['front']?.['memory_usage_wo_cache'],
  });
  const named = async (path: string) =>
    itemsOf(await admin.get(at + path), 'meter_application_cpu_usage').map(
      ({ metric }) => metric?.['application'],
    );
  expect((await named('/namespaces/shop/openpitrixs')).sort()).toEqual(['data', 'front']);
  expect(await named('/namespaces/shop/openpitrixs?openpitrix_ids=rls-data|rls-none')).toEqual(['data']);
  expect(await named('/clusters/host/namespaces/shop/openpitrixs?openpitrix_ids=rls-front')).toEqual([
    'front',
  ]);
  expect(await named('/clusters/other/namespaces/shop/openpitrixs')).toEqual([]);
});

test('monitoring knows no meters', async () => {
  await using ks = await start();
  const answer = await (await as(ks, 'admin')).get('/kapis/monitoring.kubesphere.io/v1alpha3/cluster');
  expect(resultsOf(answer).filter(({ metric_name }) => metric_name.startsWith('meter_'))).toEqual([]);
});
