import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf, type Asker } from '../../support/ask.js';

const at = '/kapis/servicemesh.kubesphere.io/v1alpha2/namespaces/shop';

interface Graph {
  readonly elements: {
    readonly nodes: readonly { readonly data: { readonly id: string; readonly workload?: string } }[];
    readonly edges: readonly { readonly data: { readonly source: string; readonly target: string } }[];
  };
}

async function edges(admin: Asker, query = ''): Promise<string[]> {
  const { elements } = (await admin.get(`${at}/graph${query}`)).json as unknown as Graph;
  const name = new Map(elements.nodes.map(({ data }) => [data.id, data.workload ?? data.id]));
  return elements.edges
    .map(({ data }) => `${name.get(data.source) ?? ''}>${name.get(data.target) ?? ''}`)
    .sort();
}

const releases = ['v2.1', 'v3.0', 'v3.1', 'v3.3', 'v3.4'] as const;

/** What the quota of the project insists on. */
const resources = { requests: { cpu: '10m', memory: '16Mi' } };

test.for(releases)(
  '%s: the graph follows Services, ingresses and variables that name a Service',
  async (release) => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    const before = ['catalog>database', 'unknown>catalog', 'unknown>storefront'];
    expect(await edges(admin)).toEqual(before);
    const template = (env: object[]): object => ({
      metadata: { labels: { app: 'search' } },
      spec: { containers: [{ name: 'search', image: 'search:1', env, resources }] },
    });
    const env = [
      { name: 'CATALOG', value: 'http://catalog.shop.svc:8080/api' },
      { name: 'MODE', value: 'nobody' },
    ];
    const path = '/apis/apps/v1/namespaces/shop/deployments';
    const made = await admin.send('POST', path, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'search' },
      spec: { selector: { matchLabels: { app: 'search' } }, template: template(env) },
    });
    expect(made.status).toBe(201);
    expect(await edges(admin)).toEqual(['catalog>database', 'search>catalog', ...before.slice(1)]);
    const health = await admin.get(`${at}/apps/search/health?rateInterval=60s`);
    expect(health.json).toMatchObject({
      workloadStatuses: [{ name: 'search', replicas: 1, available: 1 }],
      requests: { outboundErrorRatio: 0, inboundErrorRatio: -1 },
    });
    await admin.send(
      'PATCH',
      `${path}/search`,
      { spec: { template: template([]) } },
      'application/merge-patch+json',
    );
    expect(await edges(admin)).toEqual(before);
    await admin.send('DELETE', `${path}/search`);
    expect((await admin.get(`${at}/workloads/search/health?rateInterval=60s`)).status).toBe(404);
    expect(Object.keys((await admin.get(`${at}/health?rateInterval=60s`)).json)).not.toContain('search');
  },
);

test('what has no ready pods gets no requests, and is told as unwell', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.3' });
  const admin = await as(ks, 'admin');
  const path = '/apis/apps/v1/namespaces/shop/deployments/catalog';
  await admin.send('PATCH', path, { spec: { replicas: 0 } }, 'application/merge-patch+json');
  expect(await edges(admin)).toEqual(['unknown>storefront']);
  const health = await admin.get(`${at}/workloads/payment/health?rateInterval=60s`);
  expect(health.json).toMatchObject({ workloadStatus: { name: 'payment', replicas: 1, available: 0 } });
});

test('metrics are series of the asked length whose last value is what the graph says', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.3' });
  const admin = await as(ks, 'admin');
  const query =
    'direction=inbound&duration=600&step=60&quantiles[]=0.5&quantiles[]=0.99&filters[]=request_count&filters[]=request_duration';
  interface Series {
    readonly matrix: readonly { readonly values: readonly (readonly [number, string])[] }[];
  }
  const { metrics, histograms } = (await admin.get(`${at}/services/database/metrics?${query}`))
    .json as unknown as {
    readonly metrics: Readonly<Record<string, Series>>;
    readonly histograms: Readonly<Record<string, Readonly<Record<string, Series>>>>;
  };
  expect(Object.keys(metrics)).toEqual(['request_count']);
  const values = metrics['request_count']?.matrix[0]?.values ?? [];
  expect(values).toHaveLength(11);
  const [moment = 0, last = ''] = values.at(-1) ?? [];
  const graph = await admin.get(`${at}/graph?queryTime=${String(moment)}`);
  expect(graph.text).toContain(`"http": "${Number(last).toFixed(2)}"`);
  const at99 = Number(histograms['request_duration']?.['0.99']?.matrix[0]?.values[0]?.[1]);
  expect(at99).toBeGreaterThan(Number(histograms['request_duration']?.['0.5']?.matrix[0]?.values[0]?.[1]));
  for (const bad of ['duration=soon', 'step=0', 'duration=99999999&step=1'])
    expect((await admin.get(`${at}/metrics?${bad}`)).status, bad).toBe(400);
});

test('traces of a Service hold the calls its workloads make in turn', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.3' });
  const admin = await as(ks, 'admin');
  interface Trace {
    readonly traceID: string;
    readonly spans: readonly {
      readonly spanID: string;
      readonly references: readonly { readonly spanID: string }[];
    }[];
    readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
  }
  const traces = (await admin.get(`${at}/services/catalog/traces?limit=3`)).json['data'] as Trace[];
  expect(traces).toHaveLength(3);
  const [{ spans, processes }] = traces as [Trace];
  expect(Object.values(processes).map(({ serviceName }) => serviceName)).toEqual([
    'catalog.shop',
    'database.shop',
  ]);
  expect(spans[1]?.references[0]?.spanID).toBe(spans[0]?.spanID);
  expect((await admin.get(`${at}/services/catalog/traces?limit=3`)).json['data']).toEqual(traces);
  expect((await admin.get(`${at}/services/nobody/traces`)).status).toBe(404);
});

test.for([
  ['servicepolicies', 'ServicePolicy'],
  ['strategies', 'Strategy'],
] as const)('%s are kept as custom resources', async ([plural, kind]) => {
  await using ks = await startFakeKsApiserver({ release: 'v3.3' });
  const admin = await as(ks, 'admin');
  const path = `/apis/servicemesh.kubesphere.io/v1alpha2/namespaces/shop/${plural}`;
  const made = await admin.send('POST', path, {
    apiVersion: 'servicemesh.kubesphere.io/v1alpha2',
    kind,
    metadata: { name: 'one', labels: { app: 'catalog' } },
    spec: { type: 'Canary' },
  });
  expect(made.status).toBe(201);
  expect(namesOf(await admin.get(`${path}?labelSelector=app%3Dcatalog`))).toEqual(['one']);
  await admin.send('PATCH', `${path}/one`, { spec: { type: 'Mirror' } }, 'application/merge-patch+json');
  expect((await admin.get(`${path}/one`)).json.spec).toEqual({ type: 'Mirror' });
  expect((await admin.send('DELETE', `${path}/one`)).status).toBe(200);
  expect(namesOf(await admin.get(path))).toEqual([]);
});
