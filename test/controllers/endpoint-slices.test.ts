import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker } from '../support/ask.js';

const core = '/api/v1/namespaces/default';
const apps = '/apis/apps/v1/namespaces/default';
const merge = 'application/merge-patch+json';

interface Slice {
  readonly name: string;
  readonly version: unknown;
  readonly count: number;
}

async function slicesOf(admin: Asker): Promise<readonly Slice[]> {
  const path =
    '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name%3Dweb';
  return (await admin.get(path)).json.items.map((slice) => ({
    name: slice.metadata.name,
    version: slice.metadata['resourceVersion'],
    count: (slice['endpoints'] as readonly object[] | null)?.length ?? 0,
  }));
}

async function scale(admin: Asker, replicas: number): Promise<readonly number[]> {
  await admin.send('PATCH', `${apps}/deployments/web`, { spec: { replicas } }, merge);
  return (await slicesOf(admin)).map(({ count }) => count).sort((a, b) => b - a);
}

test('addresses of a Service are kept in slices of a hundred, of which as few as can be change', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  await admin.send('POST', `${core}/services`, {
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
  await admin.send('POST', `${apps}/deployments`, {
    metadata: { name: 'web' },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'web', image: 'nginx' }] },
      },
    },
  });
  expect(await scale(admin, 0)).toEqual([0]);
  expect(await scale(admin, 230)).toEqual([100, 100, 30]);
  const before = await slicesOf(admin);
  expect(await scale(admin, 240)).toEqual([100, 100, 40]);
  const after = await slicesOf(admin);
  expect(after.filter((slice) => before.some(({ version }) => version === slice.version))).toHaveLength(2);
  expect(after.map(({ name }) => name)).toEqual(before.map(({ name }) => name));
  const left = await scale(admin, 20);
  expect(left.reduce((sum, count) => sum + count, 0)).toBe(20);
  const { json } = await admin.get(`${core}/endpoints/web`);
  const [{ addresses } = { addresses: [] }] = json['subsets'] as { readonly addresses: readonly object[] }[];
  expect(addresses).toHaveLength(20);
});

test('Endpoints and slices say when that happened which they were written for', async () => {
  const made = '2026-01-02T03:04:05Z';
  await using ks = await startFakeKsApiserver({ now: made });
  const admin = await as(ks, 'admin');
  await ks.clock.freeze(made);
  await admin.send('POST', `${core}/services`, {
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
  const key = 'endpoints.kubernetes.io/last-change-trigger-time';
  const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
  const told = async (): Promise<readonly unknown[]> => {
    const [slice] = (await admin.get(`${slices}?labelSelector=kubernetes.io/service-name%3Dweb`)).json.items;
    const { metadata } = (await admin.get(`${core}/endpoints/web`)).json;
    const moment = (one?: { readonly annotations?: Readonly<Record<string, string>> }): unknown =>
      one?.annotations?.[key];
    return [moment(metadata), moment(slice?.metadata)];
  };
  expect(await told()).toEqual([made, made]);
  await ks.clock.advance('1m');
  await admin.send('POST', `${core}/pods`, {
    metadata: { name: 'one', labels: { app: 'web' } },
    spec: { containers: [{ name: 'web', image: 'nginx' }] },
  });
  const ready = '2026-01-02T03:05:05Z';
  expect(await told()).toEqual([ready, ready]);
  // What happened to the Service or a pod's labels has no moment.
  await ks.clock.advance('1m');
  await admin.send('PATCH', `${core}/pods/one`, { metadata: { labels: { app: 'other' } } }, merge);
  expect(await told()).toEqual([undefined, undefined]);
});
