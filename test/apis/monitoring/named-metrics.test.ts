import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as } from '../../support/ask.js';
import { figureOf, itemsOf, resultsOf } from './metrics.js';

const at = '/kapis/monitoring.kubesphere.io/v1alpha3';
const now = '2026-01-01T12:00:00Z';
const seconds = Date.parse(now) / 1000;
const start = (release: 'v3.0' | 'v3.1' | 'v3.3' | 'v3.4' = 'v3.3') => startFakeKsApiserver({ release, now });

test.for([
  ['/cluster', 'cluster_cpu_usage', []],
  ['/nodes', 'node_cpu_usage', ['node']],
  ['/nodes/node1', 'node_load1', ['node']],
  ['/nodes/node1/pods', 'pod_cpu_usage', ['namespace', 'node', 'owner_kind', 'owner_name', 'pod']],
  ['/pods', 'pod_memory_usage', ['namespace', 'node', 'owner_kind', 'owner_name', 'pod']],
  ['/workspaces', 'workspace_pod_count', ['workspace']],
  ['/workspaces/demo/namespaces', 'namespace_cpu_usage', ['namespace', 'workspace']],
  ['/namespaces/shop', 'namespace_memory_usage_wo_cache', ['namespace', 'workspace']],
  ['/namespaces/shop/workloads', 'workload_deployment_replica', ['namespace', 'owner_kind', 'workload']],
  [
    '/namespaces/shop/pods/database-0',
    'pod_cpu_usage',
    ['namespace', 'node', 'owner_kind', 'owner_name', 'pod'],
  ],
  ['/namespaces/shop/pods/database-0/containers', 'container_cpu_usage', ['container', 'namespace', 'pod']],
  [
    '/storageclasses/local/persistentvolumeclaims',
    'pvc_bytes_used',
    ['namespace', 'persistentvolumeclaim', 'storageclass'],
  ],
  ['/components/apiserver', 'apiserver_request_by_verb_rate', ['verb']],
] as const)('%s tells %s of each', async ([path, metric, labels]) => {
  await using ks = await start();
  const answer = await (await as(ks, 'admin')).get(at + path);
  expect([answer.status, answer.contentType]).toEqual([200, 'application/json']);
  const items = itemsOf(answer, metric);
  expect(items.length).toBeGreaterThan(0);
  for (const { metric: own, value } of items) {
    expect(Object.keys(own ?? {})).toEqual(labels);
    expect(value).toEqual([seconds, expect.stringMatching(/^\d+(\.\d+)?$/)]);
  }
});

test('an item is a moment, a figure and what metering fills in; 3.0 knows no metering', async () => {
  const shown = async (release: 'v3.0' | 'v3.3') => {
    await using ks = await start(release);
    const answer = await (await as(ks, 'admin')).get(`${at}/nodes/node1?metrics_filter=node_cpu_total`);
    return answer.text;
  };
  expect(await shown('v3.0')).toBe(
    `{\n "results": [\n  {\n   "metric_name": "node_cpu_total",\n   "data": {\n    "resultType": "vector",\n    "result": [\n     {\n      "metric": {\n       "node": "node1"\n      },\n      "value": [\n       ${String(seconds)},\n       "8"\n      ]\n     }\n    ]\n   }\n  }\n ]\n}`,
  );
  expect(await shown('v3.3')).toContain(
    '      "min_value": "",\n      "max_value": "",\n      "avg_value": "",',
  );
});

test('the figures agree with each other and with the world', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const cluster = await admin.get(`${at}/cluster`);
  const store = ks.world.host.store;
  expect(figureOf(cluster, 'cluster_node_total')).toBe(store.count({ group: '', plural: 'nodes' }));
  expect(figureOf(cluster, 'cluster_pod_count')).toBe(store.count({ group: '', plural: 'pods' }));
  const nodes = itemsOf(await admin.get(`${at}/nodes`), 'node_cpu_usage');
  const sum = nodes.reduce((total, { value }) => total + Number(value?.[1]), 0);
  expect(sum).toBeCloseTo(figureOf(cluster, 'cluster_cpu_usage'), 1);
  const share = figureOf(cluster, 'cluster_cpu_usage') / figureOf(cluster, 'cluster_cpu_total');
  expect(share).toBeCloseTo(figureOf(cluster, 'cluster_cpu_utilisation'), 3);
  const pods = itemsOf(await admin.get(`${at}/namespaces/shop/pods`), 'pod_memory_usage_wo_cache');
  const memory = pods.reduce((total, { value }) => total + Number(value?.[1]), 0);
  expect(figureOf(await admin.get(`${at}/namespaces/shop`), 'namespace_memory_usage_wo_cache')).toBe(memory);
});

test('the same seed and moment give the same bytes; another moment other ones', async () => {
  const ask = async (time: string) => {
    await using ks = await start();
    return (await (await as(ks, 'admin')).get(`${at}/nodes?time=${time}`)).text;
  };
  expect(await ask('1767261600')).toBe(await ask('1767261600'));
  expect(await ask('1767261600')).not.toBe((await ask('1767265200')).replaceAll('1767265200', '1767261600'));
});

test('a range is a point for every step, none before a pod was made and none of the future', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const range = (from: number, to: number) =>
    `start=${String(seconds + from)}&end=${String(seconds + to)}&step=10m`;
  const past = await admin.get(`${at}/nodes/node1?metrics_filter=node_cpu_usage&${range(-3600, 0)}`);
  expect(itemsOf(past, 'node_cpu_usage')[0]?.values).toHaveLength(7);
  const future = await admin.get(`${at}/nodes/node1?metrics_filter=node_cpu_usage&${range(-600, 3600)}`);
  expect(itemsOf(future, 'node_cpu_usage')[0]?.values).toHaveLength(2);
  await ks.clock.advance(1800);
  const later = await (
    await as(ks, 'admin')
  ).get(`${at}/nodes/node1?metrics_filter=node_cpu_usage&${range(-600, 3600)}`);
  expect(itemsOf(later, 'node_cpu_usage')[0]?.values).toHaveLength(5);
  const figures = { cpu: '100m', memory: '64Mi' };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'fresh' },
    // The quota of the project wants both.
    spec: {
      containers: [{ name: 'app', image: 'nginx', resources: { requests: figures, limits: figures } }],
    },
  };
  expect((await admin.send('POST', '/api/v1/namespaces/shop/pods', pod)).status).toBe(201);
  const fresh = `${at}/namespaces/shop/pods/fresh?metrics_filter=cpu`;
  expect(itemsOf(await admin.get(`${fresh}&${range(-3600, 3600)}`), 'pod_cpu_usage')[0]?.values).toHaveLength(
    1,
  );
  expect(itemsOf(await admin.get(fresh), 'pod_cpu_usage')).toHaveLength(1);
  expect((await admin.send('DELETE', '/api/v1/namespaces/shop/pods/fresh')).status).toBe(200);
  expect(itemsOf(await admin.get(fresh), 'pod_cpu_usage')).toHaveLength(0);
});

test.for([
  ['metrics_filter=node_cpu', ['node_cpu_utilisation', 'node_cpu_total', 'node_cpu_usage']],
  ['metrics_filter=load15$', ['node_load15']],
  ['metrics_filter=no_such', []],
  ['metrics_filter=(', []],
] as const)('%s chooses by a regular expression over names', async ([query, names]) => {
  await using ks = await start();
  const answer = await (await as(ks, 'admin')).get(`${at}/nodes?${query}`);
  expect([...resultsOf(answer).map(({ metric_name }) => metric_name)].sort()).toEqual([...names].sort());
  if (names.length === 0) expect(answer.text).toBe('{\n "results": null\n}');
});

test('resources are chosen by their whole name, pods of several namespaces by pairs', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const nodes = async (filter: string) =>
    itemsOf(
      await admin.get(`${at}/nodes?metrics_filter=cpu_usage&resources_filter=${filter}`),
      'node_cpu_usage',
    );
  expect((await nodes('node1|node3')).map(({ metric }) => metric?.['node'])).toEqual(['node1', 'node3']);
  expect(await nodes('node')).toEqual([]);
  const pairs = encodeURIComponent('shop/database-0|kube-system/database-1$');
  const pods = await admin.get(`${at}/pods?metrics_filter=cpu&namespaced_resources_filter=${pairs}`);
  expect(itemsOf(pods, 'pod_cpu_usage').map(({ metric }) => metric?.['pod'])).toEqual(['database-0']);
  const broken = await admin.get(`${at}/nodes?metrics_filter=cpu_usage&resources_filter=(`);
  expect(resultsOf(broken)[0]?.error).toContain('error parsing regexp: missing closing ): `(`');
});

test('sorting ranks every metric by one, and cuts pages', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const ask = (query: string) =>
    admin.get(`${at}/nodes?metrics_filter=cpu_usage|load1$&sort_metric=node_cpu_usage&${query}`);
  const all = await ask('limit=10');
  const figures = itemsOf(all, 'node_cpu_usage').map(({ value }) => Number(value?.[1]));
  expect(figures).toEqual([...figures].sort((a, b) => b - a));
  const order = itemsOf(all, 'node_cpu_usage').map(({ metric }) => metric?.['node']);
  expect(itemsOf(all, 'node_load1').map(({ metric }) => metric?.['node'])).toEqual(order);
  const rising = await ask('limit=10&sort_type=asc');
  expect(itemsOf(rising, 'node_load1').map(({ metric }) => metric?.['node'])).toEqual([...order].reverse());
  const second = await ask('limit=2&page=2');
  expect(itemsOf(second, 'node_load1').map(({ metric }) => metric?.['node'])).toEqual(order.slice(2, 4));
  expect(second.json).toMatchObject({ page: 2, total_page: 3, total_item: 5 });
  expect(resultsOf(await ask('limit=2&page=9'))[0]?.data).toEqual({ resultType: 'vector' });
});

test.for([
  ['start=1', "'time' and the combination of 'start' and 'end' are mutually exclusive.\n"],
  ['start=9&end=1', "'start' must be before 'end'.\n"],
  ['time=soon', 'strconv.ParseInt: parsing "soon": invalid syntax\n'],
  ['start=a&end=1', 'strconv.ParseInt: parsing "a": invalid syntax\n'],
  ['start=1&end=2&step=often', 'time: invalid duration "often"\n'],
  ['sort_metric=x&page=0', "Invalid parameter 'page'.\n"],
  ['sort_metric=x&limit=all', "Invalid parameter 'limit'.\n"],
] as const)('%s is refused', async ([query, text]) => {
  await using ks = await start();
  const answer = await (await as(ks, 'admin')).get(`${at}/nodes?${query}`);
  expect([answer.status, answer.text]).toEqual([400, text]);
});

test('a range of more points than Prometheus tells fails metric by metric', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const query = `metrics_filter=cpu_usage&start=${String(seconds - 20_000)}&end=${String(seconds)}`;
  expect(resultsOf(await admin.get(`${at}/nodes?${query}&step=1s`))[0]).toEqual({
    metric_name: 'node_cpu_usage',
    data: {},
    error: expect.stringContaining('exceeded maximum resolution of 11,000 points') as string,
  });
  expect(resultsOf(await admin.get(`${at}/nodes?${query}&step=0s`))[0]?.error).toContain('zero or negative');
});

test('a namespace has no figures before it was made; one that is not there is refused', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const early = await admin.get(`${at}/namespaces/shop?time=1000`);
  expect(resultsOf(early).length).toBeGreaterThan(20);
  for (const { data } of resultsOf(early)) expect(data).toEqual({});
  const gone = await admin.get(`${at}/namespaces/nowhere/pods`);
  expect([gone.status, gone.text]).toEqual([400, 'namespaces "nowhere" not found\n']);
});

test('counters tell what the platform and a workspace hold', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const platform = await admin.get(`${at}/kubesphere`);
  const users = ks.world.host.store.count({ group: 'iam.kubesphere.io', plural: 'users' });
  expect(figureOf(platform, 'kubesphere_user_count')).toBe(users);
  expect(figureOf(platform, 'kubesphere_cluser_count')).toBe(3);
  const workspace = await admin.get(`${at}/workspaces/demo?type=statistics`);
  expect(resultsOf(workspace).map(({ metric_name }) => metric_name)).toEqual([
    'workspace_namespace_count',
    'workspace_devops_project_count',
    'workspace_member_count',
    'workspace_role_count',
  ]);
  expect(figureOf(workspace, 'workspace_namespace_count')).toBeGreaterThan(0);
});

test('who may not look is refused; 3.0 knows no /pods; 4.1 nothing of it', async () => {
  await using ks = await start('v3.0');
  const answer = await (await as(ks, 'admin')).get(`${at}/pods`);
  expect([answer.status, answer.text]).toEqual([404, '404: Page Not Found']);
  const nobody = await (await as(ks, undefined)).get(`${at}/cluster`);
  expect([401, 403]).toContain(nobody.status);
});

test('2.1 tells the level, and how each query went', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v2.1', now });
  const admin = await as(ks, 'admin');
  const old = '/kapis/monitoring.kubesphere.io/v1alpha2';
  const answer = await admin.get(
    `${old}/nodes?metrics_filter=node_cpu_total&sort_metric=node_cpu_total&limit=1`,
  );
  expect(answer.json).toMatchObject({
    metrics_level: 'node',
    results: [{ metric_name: 'node_cpu_total', status: 'success', data: { resultType: 'vector' } }],
    page: 1,
    total_item: 5,
  });
  const counts = await admin.get(`${old}/cluster?type=statistics`);
  expect(resultsOf(counts).map(({ metric_name }) => metric_name)).toContain('cluster_workspace_count');
});
