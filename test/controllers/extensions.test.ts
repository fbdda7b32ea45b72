import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, namesOf, type Asker, type Body } from '../support/ask.js';
import { chartOf, serveCharts } from '../support/chart.js';

const now = '2026-01-02T03:04:05Z';
const core = '/apis/kubesphere.io/v1alpha1';
const merge = 'application/merge-patch+json';

function version(name: string, number: string, spec: object = {}): object {
  return {
    metadata: { name: `${name}-${number}`, labels: { 'kubesphere.io/extension-ref': name } },
    spec: { version: number, ...spec },
  };
}

async function statusOf(admin: Asker, path: string): Promise<Record<string, unknown>> {
  const { json } = await admin.get(`${core}/${path}`);
  return (json['status'] as Record<string, unknown> | undefined) ?? {};
}

async function eventsOf(admin: Asker, kind: string): Promise<string[]> {
  const { json } = await admin.get(
    `/api/v1/namespaces/default/events?fieldSelector=involvedObject.kind%3D${kind}`,
  );
  return json.items.map((one) => `${String(one['type'])} ${String(one['reason'])} ${String(one['message'])}`);
}

describe('an Extension', () => {
  test('lists its versions, recommends one that fits here, and takes them along', async () => {
    await using ks = await startFakeKsApiserver({ now, world: 'empty' });
    const admin = await as(ks, 'admin');
    await admin.send('POST', `${core}/extensions`, { metadata: { name: 'demo' }, spec: {} });
    for (const [number, spec] of [
      ['1.10.0', { ksVersion: '>=4.1.0', kubeVersion: '>=1.19.0-0' }],
      ['1.9.0', {}],
      ['2.0.0', { ksVersion: '>=5' }],
      ['2.1.0', { kubeVersion: '<1.20' }],
      ['nonsense', {}],
    ] as const)
      expect(
        (await admin.send('POST', `${core}/extensionversions`, version('demo', number, spec))).status,
      ).toBe(201);
    const status = await statusOf(admin, 'extensions/demo');
    expect(status['recommendedVersion']).toBe('1.10.0');
    expect(status['versions']).toEqual(
      ['1.9.0', '1.10.0', '2.0.0', '2.1.0'].map((one) => ({ version: one, creationTimestamp: now })),
    );
    await admin.send('DELETE', `${core}/extensionversions/demo-1.10.0`);
    expect((await statusOf(admin, 'extensions/demo'))['recommendedVersion']).toBe('1.9.0');
    const { json } = await admin.get(`${core}/extensions/demo`);
    expect(json.metadata['finalizers']).toEqual(['kubesphere.io/extension-protection']);
    await admin.send('DELETE', `${core}/extensions/demo`);
    expect(namesOf(await admin.get(`${core}/extensionversions`))).toEqual([]);
    expect((await admin.get(`${core}/extensions/demo`)).status).toBe(404);
  });

  test('is counted by its category', async () => {
    await using ks = await startFakeKsApiserver({ now, world: 'empty' });
    const admin = await as(ks, 'admin');
    const count = async (name: string): Promise<string | undefined> =>
      (await admin.get(`${core}/categories/${name}`)).json.metadata.annotations['kubesphere.io/count'];
    for (const name of ['storage', 'security'])
      await admin.send('POST', `${core}/categories`, { metadata: { name }, spec: {} });
    const labels = { 'kubesphere.io/category': 'storage' };
    await admin.send('POST', `${core}/extensions`, { metadata: { name: 'demo', labels }, spec: {} });
    expect([await count('storage'), await count('security')]).toEqual(['1', '0']);
    const moved = { metadata: { labels: { 'kubesphere.io/category': 'security' } } };
    await admin.send('PATCH', `${core}/extensions/demo`, moved, merge);
    expect([await count('storage'), await count('security')]).toEqual(['0', '1']);
    await admin.send('DELETE', `${core}/extensions/demo`);
    expect(await count('security')).toBe('0');
  });
});

describe('a Repository', () => {
  const about = 'displayName:\n  en: Demo\ncategory: storage\nksVersion: ">=4.1.0"\nicon: ./icon.svg\n';
  const packed = (number: string): Buffer =>
    chartOf('demo', number, { 'demo/extension.yaml': about, 'demo/icon.svg': '<svg/>' });
  const indexOf = (...versions: string[]): string =>
    `apiVersion: v1\nentries:\n  demo:\n${versions
      .map(
        (one) =>
          `  - name: demo\n    version: ${one}\n    digest: d${one}\n    created: "2025-05-05T05:05:05.123Z"\n    urls: [demo-${one}.tgz]\n    annotations: {kubesphere.io/ks-version: ">=4.1.0"}\n`,
      )
      .join('')}`;

  test('is asked for its extensions at once and every quarter of an hour', async () => {
    const numbers = ['1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0'];
    await using charts = await serveCharts({
      'index.yaml': indexOf(...numbers.slice(0, 4)),
      ...Object.fromEntries(numbers.map((one) => [`demo-${one}.tgz`, packed(one)])),
    });
    await using ks = await startFakeKsApiserver({ now, world: 'empty' });
    let admin = await as(ks, 'admin');
    const repository = { metadata: { name: 'museum' }, spec: { url: charts.url } };
    expect((await admin.send('POST', `${core}/repositories`, repository)).status).toBe(201);
    await expect.poll(async () => (await statusOf(admin, 'repositories/museum'))['lastSyncTime']).toBe(now);
    const versions = async (): Promise<string[]> => namesOf(await admin.get(`${core}/extensionversions`));
    expect(await versions()).toEqual(['demo-1.1.0', 'demo-1.2.0', 'demo-1.3.0']);
    const { json: extension } = await admin.get(`${core}/extensions/demo`);
    expect(extension).toMatchObject({
      metadata: {
        labels: { 'kubesphere.io/repository-ref': 'museum', 'kubesphere.io/category': 'storage' },
        ownerReferences: [{ apiVersion: 'kubesphere.io/v1alpha1', kind: 'Repository', name: 'museum' }],
      },
      spec: { displayName: { en: 'Demo' }, icon: 'data:image/svg+xml;base64,PHN2Zy8+' },
      status: { recommendedVersion: '1.3.0' },
    });
    expect((await admin.get(`${core}/extensionversions/demo-1.3.0`)).json).toMatchObject({
      metadata: {
        labels: { 'kubesphere.io/repository-ref': 'museum', 'kubesphere.io/extension-ref': 'demo' },
        annotations: { 'kubesphere.io/ks-version': '>=4.1.0' },
      },
      spec: {
        version: '1.3.0',
        repository: 'museum',
        category: 'storage',
        digest: 'd1.3.0',
        created: '2025-05-05T05:05:05Z',
        chartURL: `${charts.url}/demo-1.3.0.tgz`,
      },
    });
    expect(await eventsOf(admin, 'Repository')).toEqual([
      `Normal Synced sync extensions from ${charts.url} successfully`,
    ]);
    charts.files.set('index.yaml', indexOf('1.2.0', '1.3.0', '1.4.0'));
    await ks.clock.advance('15m');
    admin = await as(ks, 'admin');
    await expect.poll(versions).toEqual(['demo-1.2.0', 'demo-1.3.0', 'demo-1.4.0']);
    await admin.send('DELETE', `${core}/repositories/museum`);
    expect((await admin.get(`${core}/extensions/demo`)).status).toBe(404);
    expect(await versions()).toEqual([]);
  });

  test('that cannot be read says why, and is asked again', async () => {
    await using charts = await serveCharts({});
    await using ks = await startFakeKsApiserver({ now, world: 'empty' });
    let admin = await as(ks, 'admin');
    const repository = { metadata: { name: 'museum' }, spec: { url: charts.url } };
    await admin.send('POST', `${core}/repositories`, repository);
    await expect
      .poll(() => eventsOf(admin, 'Repository'))
      .toEqual([
        `Warning SyncFailed failed to sync extensions from ${charts.url}: failed to fetch ${charts.url}/index.yaml : 404 Not Found`,
      ]);
    charts.files.set('index.yaml', indexOf('1.0.0')).set('demo-1.0.0.tgz', packed('1.0.0'));
    await ks.clock.advance('15m');
    admin = await as(ks, 'admin');
    await expect
      .poll(async () => namesOf(await admin.get(`${core}/extensionversions`)))
      .toEqual(['demo-1.0.0']);
  });

  test('is left alone where its controller is switched off', async () => {
    await using ks = await startFakeKsApiserver({ now, world: 'empty', controllers: { repository: false } });
    const admin = await as(ks, 'admin');
    const repository = { metadata: { name: 'museum' }, spec: { url: 'http://127.0.0.1:1' } };
    await admin.send('POST', `${core}/repositories`, repository);
    expect((await admin.get(`${core}/repositories/museum`)).json.metadata['finalizers']).toBeUndefined();
  });
});

describe('an ExtensionVersion made by hand', () => {
  test('is completed from the package in its ConfigMap, and has its Extension', async () => {
    await using ks = await startFakeKsApiserver({ now, world: 'empty' });
    const admin = await as(ks, 'admin');
    const chart = chartOf('demo', '1.0.0', {
      'demo/extension.yaml': 'displayName:\n  en: Demo\ncategory: storage\n',
    });
    await admin.send('POST', '/api/v1/namespaces/kubesphere-system/configmaps', {
      metadata: { name: 'demo' },
      binaryData: { 'chart.tgz': chart.toString('base64') },
    });
    const chartDataRef = { namespace: 'kubesphere-system', name: 'demo', key: 'chart.tgz' };
    await admin.send('POST', `${core}/extensionversions`, {
      metadata: { name: 'demo-1.0.0' },
      spec: { chartDataRef },
    });
    await expect
      .poll(() => statusOf(admin, 'extensions/demo'))
      .toEqual({
        recommendedVersion: '1.0.0',
        versions: [{ version: '1.0.0', creationTimestamp: now }],
      });
    expect((await admin.get(`${core}/extensionversions/demo-1.0.0`)).json).toMatchObject({
      metadata: { labels: { 'kubesphere.io/extension-ref': 'demo', 'kubesphere.io/category': 'storage' } },
      spec: { version: '1.0.0', displayName: { en: 'Demo' }, chartDataRef },
    });
  });
});

describe('an InstallPlan', () => {
  test('puts agents into the clusters it names, and takes them away first', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await admin.send('POST', `${core}/extensions`, { metadata: { name: 'demo' }, spec: {} });
    await admin.send('POST', `${core}/extensionversions`, version('demo', '1.0.0'));
    const clusterScheduling = {
      placement: { clusters: ['host', 'member-1', 'member-2', 'nowhere'] },
      overrides: { 'member-1': 'a: 2' },
    };
    await admin.send('POST', `${core}/installplans`, {
      metadata: { name: 'demo' },
      spec: {
        extension: { name: 'demo', version: '1.0.0' },
        enabled: true,
        config: 'a: 1',
        clusterScheduling,
      },
    });
    const agents = async (path: string): Promise<Record<string, Body>> =>
      (await statusOf(admin, path))['clusterSchedulingStatuses'] as Record<string, Body>;
    const placed = await agents('installplans/demo');
    expect(Object.keys(placed)).toEqual(['host', 'member-1']);
    expect(placed['member-1']).toMatchObject({
      state: 'Installed',
      version: '1.0.0',
      releaseName: 'demo-agent',
      targetNamespace: 'extension-demo',
      conditions: [
        { type: 'Installed', reason: 'InstallSuccessful', message: 'Install complete' },
        { type: 'Initialized', message: 'The extension agent has been successfully initialized.' },
      ],
    });
    expect(placed['member-1']?.['configHash']).not.toBe(placed['host']?.['configHash']);
    expect(await agents('extensions/demo')).toEqual(placed);
    const there = '/clusters/member-1/api/v1/namespaces/extension-demo';
    expect((await admin.get(there)).json.metadata.labels).toMatchObject({
      'kubesphere.io/workspace': 'system-workspace',
      'kubesphere.io/extension-ref': 'demo',
      'kubesphere.io/managed': 'true',
    });
    expect((await admin.get(`${there}/serviceaccounts/helm-executor.demo`)).status).toBe(200);
    const fewer = { spec: { clusterScheduling: { placement: { clusters: ['host'] } } } };
    await admin.send('PATCH', `${core}/installplans/demo`, fewer, merge);
    expect(Object.keys(await agents('installplans/demo'))).toEqual(['host']);
    await admin.send('DELETE', `${core}/installplans/demo`);
    expect((await admin.get(`${core}/installplans/demo`)).status).toBe(404);
    expect(await statusOf(admin, 'extensions/demo')).toEqual({
      recommendedVersion: '1.0.0',
      versions: [{ version: '1.0.0', creationTimestamp: now }],
    });
  });
});
