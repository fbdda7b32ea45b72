import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, namesOf } from '../support/ask.js';

const core = '/api/v1/namespaces/default';
const now = '2026-01-02T03:04:05Z';
const deployment = {
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'nginx:1.25' }] },
    },
  },
};

describe('settle', () => {
  test('has controllers follow a write later, by the clock of the world', async () => {
    await using ks = await startFakeKsApiserver({ now, settle: '2s' });
    const admin = await as(ks, 'admin');
    await admin.send('POST', '/apis/apps/v1/namespaces/default/deployments', deployment);
    const pods = `${core}/pods?labelSelector=app%3Dweb`;
    expect(namesOf(await admin.get(pods))).toEqual([]);
    await ks.clock.advance('1s');
    expect(namesOf(await admin.get(pods))).toEqual([]);
    await ks.clock.advance('1s');
    expect(namesOf(await admin.get(pods))).toHaveLength(2);
    const [pod = ''] = namesOf(await admin.get(pods));
    expect((await admin.send('DELETE', `${core}/pods/${pod}`)).status).toBe(200);
    const dying = await admin.get(`${core}/pods/${pod}`);
    expect(dying.json.metadata).toMatchObject({ deletionGracePeriodSeconds: 30 });
    await ks.clock.advance('2s');
    expect((await admin.get(`${core}/pods/${pod}`)).status).toBe(404);
  });

  test('is changed while the server runs, and put back by a reset', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const make = async (name: string): Promise<string[]> => {
      const admin = await as(ks, 'admin');
      await admin.send('POST', '/api/v1/namespaces', { metadata: { name } });
      return namesOf(await admin.get(`/api/v1/namespaces/${name}/serviceaccounts`));
    };
    expect(await make('one')).toEqual(['default']);
    await ks.settle('500ms');
    expect(await make('two')).toEqual([]);
    const told = await fetch(`${ks.controlUrl}/settle`);
    expect(await told.json()).toEqual({ settle: '500ms' });
    await ks.reset();
    expect(await make('three')).toEqual(['default']);
    await expect(ks.settle('-1s')).rejects.toThrow('settle: must be 0 or more');
  });

  test('reaches a watch though nobody asks, while time flows', async () => {
    await using ks = await startFakeKsApiserver({ settle: '50ms' });
    const admin = await as(ks, 'admin');
    const { json } = await admin.get('/api/v1/serviceaccounts');
    const token = await ks.token({ user: 'admin' });
    const since = String(json.metadata['resourceVersion']);
    const watching = await fetch(
      `${ks.url}/api/v1/serviceaccounts?watch=true&timeoutSeconds=5&resourceVersion=${since}`,
      { headers: { authorization: `Bearer ${token}` } },
    );
    await admin.send('POST', '/api/v1/namespaces', { metadata: { name: 'late' } });
    const reader = watching.body?.getReader();
    const first = await Promise.race([reader?.read(), sleep(4000)]);
    const text = Buffer.from(first?.value ?? new Uint8Array()).toString();
    expect(JSON.parse(text.split('\n')[0] ?? '')).toMatchObject({
      type: 'ADDED',
      object: { kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'late' } },
    });
    await reader?.cancel();
  });

  test('gives the same world twice', async () => {
    const world = async (): Promise<unknown> => {
      await using ks = await startFakeKsApiserver({ now, seed: 7, settle: '3s' });
      const admin = await as(ks, 'admin');
      await admin.send('POST', '/apis/apps/v1/namespaces/default/deployments', deployment);
      await ks.clock.advance('5s');
      return (await admin.get(`${core}/pods?labelSelector=app%3Dweb`)).json;
    };
    expect(await world()).toEqual(await world());
  });
});
