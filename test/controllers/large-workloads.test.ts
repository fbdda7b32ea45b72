import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, namesOf, type Asker } from '../support/ask.js';

const labels = { app: 'many' };
const spec = { containers: [{ name: 'a', image: 'a' }] };
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const jobs = '/apis/batch/v1/namespaces/default/jobs';

function deployment(replicas: number): JsonObject {
  return {
    metadata: { name: 'many' },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

function job(completions: number, parallelism: number): JsonObject {
  const template = { spec: { ...spec, restartPolicy: 'Never' } };
  return { metadata: { name: 'many' }, spec: { completions, parallelism, template } };
}

async function status(admin: Asker, path: string): Promise<JsonObject> {
  return ((await admin.get(`${path}/many`)).json['status'] ?? {}) as JsonObject;
}

test(
  'a Deployment of a million pods fills bit by bit while requests are answered',
  { timeout: 60_000 },
  async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    expect((await admin.send('POST', deployments, deployment(1_000_000))).status).toBe(201);
    const first = Number((await status(admin, deployments))['replicas'] ?? 0);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(10_000);
    await expect
      .poll(async () => (await status(admin, deployments))['replicas'], { timeout: 20_000 })
      .toBeGreaterThan(first);
    // What others write is followed at once all the same.
    await admin.send('POST', '/api/v1/namespaces', { metadata: { name: 'meanwhile' } });
    const accounts = await admin.get('/api/v1/namespaces/meanwhile/serviceaccounts');
    expect(namesOf(accounts)).toContain('default');
  },
);

test('nodes take as many pods as they may and the rest waits; made small again, it loses what is too much', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const replicas = async (): Promise<unknown> => (await status(admin, deployments))['replicas'];
  await admin.send('POST', deployments, deployment(800));
  await expect.poll(replicas, { timeout: 30_000 }).toBe(800);
  const pods = await admin.get('/api/v1/namespaces/default/pods?fieldSelector=status.phase=Pending');
  const ready = Number((await status(admin, deployments))['readyReplicas']);
  expect(namesOf(pods)).toHaveLength(800 - ready);
  expect(ready).toBeLessThanOrEqual(5 * 110);
  const patch = { spec: { replicas: 2 } };
  await admin.send('PATCH', `${deployments}/many`, patch, 'application/merge-patch+json');
  await expect.poll(replicas, { timeout: 30_000 }).toBe(2);
}, 60_000);

test.for([
  ['one after the other', 700, 1],
  ['all at once', 700, 700],
] as const)(
  'a Job of many completions, %s, ends',
  { timeout: 60_000 },
  async ([, completions, parallelism]) => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', jobs, job(completions, parallelism));
    await expect
      .poll(async () => (await status(admin, jobs))['succeeded'], { timeout: 40_000 })
      .toBe(completions);
  },
);
