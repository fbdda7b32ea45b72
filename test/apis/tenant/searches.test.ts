import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Answer } from '../../support/ask.js';

const at = '/kapis/tenant.kubesphere.io/v1alpha2';
const now = '2026-01-01T12:00:00Z';
const seconds = Date.parse(now) / 1000;
const start = () => startFakeKsApiserver({ release: 'v3.3', now });

interface Found {
  readonly total: number;
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

const foundIn = ({ json }: Answer): Found => json['query'] as Found;

test('logs: lines of containers, newest first, cut to pages and filtered by every part', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const hour = `start_time=${String(seconds - 3600)}&end_time=${String(seconds)}`;
  const all = foundIn(await admin.get(`${at}/logs?${hour}&namespaces=shop`));
  expect(all.total).toBeGreaterThan(10);
  expect(all.records).toHaveLength(10);
  expect(Object.keys(all.records[0] ?? {})).toEqual(['log', 'time', 'namespace', 'pod', 'container']);
  const times = all.records.map(({ time }) => time as string);
  expect(times).toEqual([...times].sort().reverse());
  const one = foundIn(await admin.get(`${at}/logs?${hour}&pods=database-0&size=1000&sort=asc`));
  expect(new Set(one.records.map(({ pod }) => pod))).toEqual(new Set(['database-0']));
  const rising = one.records.map(({ time }) => time as string);
  expect(rising).toEqual([...rising].sort());
  const second = foundIn(await admin.get(`${at}/logs?${hour}&pods=database-0&size=5&from=5&sort=asc`));
  expect(second.records).toEqual(one.records.slice(5, 10));
  const word = /[A-Za-z]{4,}/.exec(one.records[0]?.['log'] as string)?.[0] ?? '';
  const some = foundIn(await admin.get(`${at}/logs?${hour}&pod_query=DATABASE&log_query=${word}`));
  expect(some.total).toBeGreaterThan(0);
  for (const { log } of some.records) expect((log as string).toLowerCase()).toContain(word.toLowerCase());
  const read = await admin.get('/api/v1/namespaces/shop/pods/database-0/log?sinceSeconds=3600');
  expect(read.text).toBe(one.records.map(({ log }) => log as string).join(''));
  expect(foundIn(await admin.get(`${at}/logs?${hour}&namespaces=nowhere`))).toEqual({
    total: 0,
    records: [],
  });
});

test('logs: statistics, histogram and export agree with the query', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const asked = `${at}/logs?start_time=${String(seconds - 3600)}&end_time=${String(seconds)}&pods=database-0`;
  const { total } = foundIn(await admin.get(asked));
  expect((await admin.get(`${asked}&operation=statistics`)).json['statistics']).toMatchObject({
    logs: total,
  });
  const histogram = (await admin.get(`${asked}&operation=histogram&interval=10m`)).json['histogram'] as {
    total: number;
    histograms: { time: number; count: number }[];
  };
  expect(histogram.total).toBe(total);
  expect(histogram.histograms.reduce((sum, { count }) => sum + count, 0)).toBe(total);
  for (const { time } of histogram.histograms) expect(time % 600_000).toBe(0);
  const file = await admin.get(`${asked}&operation=export`);
  expect(file.contentType).toContain('text/plain');
  expect(file.text.trim().split('\n')).toHaveLength(total);
});

test('events: those of the world, new ones as they happen, gone ones no more', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'odd.1', namespace: 'shop' },
    involvedObject: { kind: 'Pod', namespace: 'shop', name: 'odd', uid: 'u' },
    reason: 'Oddness',
    message: 'something odd',
    type: 'Warning',
    lastTimestamp: now,
  };
  const asked = `${at}/events?reason_filter=Oddness`;
  expect(foundIn(await admin.get(asked)).total).toBe(0);
  expect((await admin.send('POST', '/api/v1/namespaces/shop/events', event)).status).toBe(201);
  expect(foundIn(await admin.get(asked)).records).toMatchObject([{ reason: 'Oddness', type: 'Warning' }]);
  for (const query of [
    'workspace_filter=demo',
    'involved_object_namespace_filter=shop,lab',
    'involved_object_name_search=OD',
    'involved_object_kind_filter=Pod',
    'message_search=odd',
    'type_filter=Warning',
  ]) {
    expect([query, foundIn(await admin.get(`${asked}&${query}`)).total]).toEqual([query, 1]);
  }
  for (const query of [
    'workspace_filter=research',
    'type_filter=Normal',
    `end_time=${String(seconds - 60)}`,
  ]) {
    expect([query, foundIn(await admin.get(`${asked}&${query}`)).total]).toEqual([query, 0]);
  }
  expect((await admin.get(`${asked}&operation=statistics`)).json['statistics']).toEqual({
    resources: 1,
    events: 1,
  });
  expect((await admin.get(`${asked}&operation=histogram`)).json['histogram']).toMatchObject({ total: 1 });
  await admin.send('DELETE', '/api/v1/namespaces/shop/events/odd.1');
  expect(foundIn(await admin.get(asked)).total).toBe(0);
});

test('auditing: writes that really happened, with who did them and what came of it', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'note' }, data: { a: 'b' } };
  await admin.send('POST', '/api/v1/namespaces/shop/configmaps', map);
  await admin.send('POST', '/api/v1/namespaces/shop/configmaps', map);
  await admin.send('DELETE', '/api/v1/namespaces/shop/configmaps/note');
  await admin.get('/api/v1/namespaces/shop/configmaps');
  const asked = `${at}/auditing/events?objectref_resource_filter=configmaps`;
  const found = foundIn(await admin.get(`${asked}&sort=asc`));
  expect(found.records.map(({ Verb }) => Verb)).toEqual(['create', 'create', 'delete']);
  expect(found.records[0]).toMatchObject({
    Workspace: 'demo',
    User: { Username: 'admin' },
    ObjectRef: { Resource: 'configmaps', Namespace: 'shop', APIVersion: 'v1' },
    ResponseStatus: { code: 201 },
    RequestReceivedTimestamp: '2026-01-01T12:00:00.000Z',
  });
  expect(foundIn(await admin.get(`${asked}&response_code_filter=409`)).total).toBe(1);
  expect(foundIn(await admin.get(`${asked}&verb_filter=delete&user_search=ADM`)).total).toBe(1);
  expect(foundIn(await admin.get(`${asked}&user_filter=jeff`)).total).toBe(0);
  const named = foundIn(await admin.get(`${asked}&objectref_name_filter=note&sort=asc`));
  expect(named.records.map(({ Verb }) => Verb)).toEqual(['create', 'create', 'delete']);
});

test('auditing: names of what is created come from the body, and users are enabled and disabled', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const users = '/kapis/iam.kubesphere.io/v1alpha2/users';
  const user = { metadata: { name: 'newcomer' }, spec: { email: 'new@example.com', password: 'P@88w0rd' } };
  await admin.send('POST', users, user);
  const { json } = await admin.get(`${users}/newcomer`);
  await admin.send('PUT', `${users}/newcomer`, { ...json, status: { state: 'Disabled' } });
  await admin.send('PUT', `${users}/newcomer`, { ...json, status: { state: 'Active' } });
  const large = { metadata: { name: 'large' }, data: { a: 'b'.repeat(20_000) } };
  await admin.send('POST', '/api/v1/namespaces/shop/configmaps', large);
  await admin.send(
    'POST',
    '/api/v1/namespaces/shop/configmaps',
    'metadata:\n  name: yaml',
    'application/yaml',
  );
  const verbs = async (query: string): Promise<unknown[]> =>
    foundIn(await admin.get(`${at}/auditing/events?sort=asc&${query}`)).records.map(({ Verb }) => Verb);
  expect(await verbs('objectref_name_filter=newcomer')).toEqual(['create', 'disable', 'enable']);
  expect(await verbs('objectref_name_search=LARG')).toEqual(['create']);
  expect(await verbs('objectref_name_filter=yaml')).toEqual([]);
});

test('everybody sees what happened in namespaces of theirs, and nothing else', async () => {
  await using ks = await start();
  const viewer = await as(ks, 'shop-viewer');
  const logs = foundIn(await viewer.get(`${at}/logs?size=500&start_time=${String(seconds - 600)}`));
  expect(logs.total).toBeGreaterThan(0);
  expect(new Set(logs.records.map(({ namespace }) => namespace))).toEqual(new Set(['shop']));
  const stranger = await as(ks, 'platform-regular');
  expect(foundIn(await stranger.get(`${at}/logs`)).total).toBe(0);
  expect(foundIn(await stranger.get(`${at}/events`)).total).toBe(0);
});

test('times and intervals that are none are refused', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const bad = await admin.get(`${at}/logs?start_time=soon`);
  expect([bad.status, bad.text]).toEqual([500, 'strconv.ParseInt: parsing "soon": invalid syntax\n']);
  expect((await admin.get(`${at}/events?interval=often`)).status).toBe(400);
  expect((await admin.get(`${at}/events?operation=histogram&interval=1ns`)).status).toBe(400);
});
