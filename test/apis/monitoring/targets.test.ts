import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Asker } from '../../support/ask.js';

const base = '/kapis/monitoring.kubesphere.io/v1alpha3';
const now = '2024-06-03T12:00:00Z';
const seconds = Date.parse(now) / 1000;
const start = (release: 'v3.0' | 'v3.4' = 'v3.4'): Promise<InProcessFake> =>
  startFakeKsApiserver({ release, now });

interface Item {
  readonly metric?: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

async function query(who: Asker, expr: string, more = '', place = ''): Promise<Item[]> {
  const answer = await who.get(`${base}${place}/targets/query?expr=${encodeURIComponent(expr)}${more}`);
  expect(answer.status, answer.text).toBe(200);
  const { data, error } = answer.json as unknown as { data: { result?: Item[] }; error?: string };
  expect(error).toBeUndefined();
  return data.result ?? [];
}

// Nothing here writes: one server does for all that only asks.
let shared: InProcessFake;
let asker: Asker;
beforeAll(async () => {
  shared = await start();
  asker = await as(shared, 'admin');
});
afterAll(() => shared[Symbol.asyncDispose]());

const figures = (items: readonly Item[]): number[] => items.map(({ value }) => Number(value?.[1]));

async function named(who: Asker, path: string, name: string): Promise<Item[]> {
  const { json } = await who.get(`${base}${path}?metrics_filter=${name}$`);
  const { results } = json as unknown as { results: { data: { result: Item[] } }[] };
  return results[0]?.data.result ?? [];
}

describe('a query agrees with the named metrics of the same world', () => {
  test.for([
    [
      'sum(rate(container_cpu_usage_seconds_total{namespace="shop"}[1m]))',
      '/namespaces/shop',
      'namespace_cpu_usage',
      0.03,
    ],
    [
      'sum by (namespace) (container_memory_working_set_bytes{namespace="shop"})',
      '/namespaces/shop',
      'namespace_memory_usage_wo_cache',
      0,
    ],
    [
      'sum(node_memory_MemTotal_bytes) - sum(node_memory_MemAvailable_bytes)',
      '/cluster',
      'cluster_memory_usage_wo_cache',
      0,
    ],
    ['count(kube_node_info)', '/cluster', 'cluster_node_total', 0],
    ['sum(kube_pod_status_phase{phase="Running"})', '/cluster', 'cluster_pod_running_count', 0],
    ['cluster_cpu_usage', '/cluster', 'cluster_cpu_usage', 0.001],
    ['sum(irate(node_network_receive_bytes_total[5m]))', '/cluster', 'cluster_net_bytes_received', 0.02],
  ] as const)('%s', async ([expr, path, name, within], { expect }) => {
    const [asked] = figures(await query(asker, expr));
    const [told] = figures(await named(asker, path, name));
    expect(told).toBeGreaterThan(0);
    expect(Math.abs((asked ?? 0) - (told ?? 0)) / (told ?? 1)).toBeLessThanOrEqual(within + 1e-9);
  });
});

describe('the language', () => {
  test.for([
    ['1 + 2 * 3 ^ 2 - -1', []],
    ['vector(1 + 2 * 3 ^ 2 - -1)', [20]],
    ['vector(2) > bool 1', [1]],
    ['vector(2) > 3', []],
    ['count(up) by (job)', [5]],
    ['count(up{node=~"node[12]"})', [2]],
    ['count(up{node!~"node[12]"} == 1) without (instance, node, job)', [3]],
    ['count(up unless on (node) kube_node_info{node="node1"})', [4]],
    ['count(up and on (node) kube_node_info{node="node1"} or vector(7))', [2]],
    ['sum(up * on (node) group_left (kubelet_version) kube_node_info)', [5]],
    ['absent(nothing_of_the_kind{a="b"})', [1]],
    ['scalar(count(up)) * vector(2)', [10]],
    ['max_over_time(up{node="node1"}[5m])', [1]],
    ['count_over_time(up{node="node1"}[1m])', [4]],
    ['topk(1, kube_deployment_spec_replicas * 0 + 1) * 0', [0]],
    ['round(vector(2.6))', [3]],
    ['clamp(vector(9), 1, 5)', [5]],
    ['quantile(0.5, up)', [1]],
    ['up{node="node1",}  # a comment', [1]],
    ['count(up{node="node1"} offset 1h)', [1]],
    ['label_replace(up{node="node1"}, "n", "$1", "node", "node(.*)")', [1]],
    ['sum(up{__proto__="x"})', []],
  ] as const)('%s', async ([expr, expected], { expect }) => {
    expect(figures(await query(asker, expr))).toEqual(expected);
  });

  test.for([
    ['sum(', 'bad_data: invalid parameter "query": 1:5: parse error: unexpected end of input'],
    ['up{', 'bad_data: invalid parameter "query": 1:4: parse error: unexpected end of input'],
    [
      'rate(up)',
      'bad_data: invalid parameter "query": 1:1: parse error: expected type range vector in call to function "rate", got instant vector',
    ],
    [
      'nonsense(up)',
      'bad_data: invalid parameter "query": 1:1: parse error: unknown function with name "nonsense"',
    ],
    [
      '{}',
      'bad_data: invalid parameter "query": 1:1: parse error: vector selector must contain at least one non-empty matcher',
    ],
    ['', 'bad_data: invalid parameter "query": 1:1: parse error: unexpected end of input'],
    ['up{a=~"("}', 'bad_data: invalid parameter "query": 1:1: parse error: '],
    [
      `${'('.repeat(5000)}1`,
      'bad_data: invalid parameter "query": 1:1: parse error: expression nested too deeply',
    ],
    ['up * on (job) up', 'execution: found duplicate series for the match group'],
    [
      '1 > 2',
      'bad_data: invalid parameter "query": 1:1: parse error: comparisons between scalars must use BOOL modifier',
    ],
    ['up[5m]', 'execution: invalid expression type "range vector"'],
  ] as const)('refuses %s', async ([expr, error], { expect }) => {
    const { status, json } = await asker.get(`${base}/targets/query?expr=${encodeURIComponent(expr)}`);
    expect([status, json['data']]).toEqual([200, {}]);
    expect(String(json['error']).slice(0, error.length)).toBe(error);
  });

  test.for([
    'histogram_quantile(0.9, up)',
    'max_over_time(rate(up[5m])[1h:5m])',
    'count_values("a", up)',
    'up @ 5',
  ])('says what of it is not known: %s', async (expr, { expect }) => {
    const { status, text } = await asker.get(`${base}/targets/query?expr=${encodeURIComponent(expr)}`);
    expect(status).toBe(501);
    expect(text).toContain('in queries of Prometheus');
  });
});

test('a query over a time has a point for each step, and a counter never falls', async () => {
  const admin = asker;
  const span = `&start=${String(seconds - 3600)}&end=${String(seconds)}&step=5m`;
  const [first] = await query(admin, 'container_cpu_usage_seconds_total{namespace="shop"}', span);
  const values = (first?.values ?? []).map(([, value]) => Number(value));
  expect(values).toHaveLength(13);
  expect(values.every((value, at) => at === 0 || value > (values[at - 1] ?? 0))).toBe(true);
  const [constant] = await query(admin, '42', span);
  expect(constant?.values?.[0]).toEqual([seconds - 3600, '42']);
});

test('a query may name labels only: all there is of a node, counters since years ago with it', async () => {
  const names = (await query(asker, '{node="node3"}')).map(({ metric }) => metric?.['__name__']);
  expect(names).toContain('node_load1');
  expect(names).toContain('container_cpu_usage_seconds_total');
  const [all] = await query(asker, 'count({__name__=~".+"})');
  expect(Number(all?.value?.[1])).toBeGreaterThan(1000);
});

test('a query in a namespace sees that namespace only', async () => {
  await using ks = await start('v3.0');
  const admin = await as(ks, 'admin');
  const items = await query(admin, 'kube_pod_info', '', '/namespaces/shop');
  expect(items.length).toBeGreaterThan(0);
  expect(new Set(items.map(({ metric }) => metric?.['namespace']))).toEqual(new Set(['shop']));
  const refused = await admin.get(`${base}/namespaces/shop/targets/query?expr=sum(`);
  expect([refused.status, refused.text]).toEqual([400, '1:5: parse error: unexpected end of input\n']);
  expect((await admin.get(`${base}/namespaces/nope/targets/query?expr=up`)).text).toBe(
    'namespaces "nope" not found\n',
  );
  expect((await admin.get(`${base}/targets/query?expr=up`)).status).toBe(404);
});

test('metadata and label sets tell what can be asked for', async () => {
  const admin = asker;
  const names = async (place: string): Promise<string[]> => {
    const { json } = await admin.get(`${base}${place}/targets/metadata`);
    return (json['data'] as { metric: string }[]).map(({ metric }) => metric);
  };
  expect(await names('')).toEqual(
    expect.arrayContaining(['up', 'node_load1', 'container_cpu_usage_seconds_total']),
  );
  const own = await names('/namespaces/shop');
  expect(own).toContain('kube_pod_info');
  expect(own).not.toContain('node_load1');
  const span = `start=${String(seconds - 600)}&end=${String(seconds)}`;
  const sets = await admin.get(`${base}/targets/labelsets?metric=up&${span}`);
  expect(sets.json['data']).toContainEqual({ instance: 'node1', job: 'kubelet', node: 'node1' });
  const missing = await admin.get(`${base}/targets/labelsets?metric=up`);
  expect([missing.status, missing.text]).toEqual([
    400,
    'required fields are missing: [metric, start, end]\n',
  ]);
});
