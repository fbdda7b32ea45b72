import { expect, test } from 'vitest';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker } from '../support/ask.js';

const now = '2024-06-01T00:00:00Z';
const member = { now, world: 'empty', accessTokenMaxAge: 0, generate: { nodes: 3 } } as const;
const asked = '/clusters/west/kapis/resources.kubesphere.io/v1alpha3/nodes';

interface Ready {
  readonly status?: string;
  readonly message?: string;
  readonly lastUpdateTime?: string;
}

async function readinessOf(admin: Asker): Promise<Ready> {
  const { json } = await admin.get('/apis/cluster.kubesphere.io/v1alpha1/clusters/west');
  const { conditions = [] } = json['status'] as { conditions?: (Ready & { type: string })[] };
  const { status, message, lastUpdateTime } = conditions.find(({ type }) => type === 'Ready') ?? {};
  return { status, message, lastUpdateTime } as Ready;
}

test('A member is looked at every quarter of an hour, and every minute while it is not ready', async () => {
  let west: InProcessFake = await startFakeKsApiserver(member);
  const port = Number(new URL(west.url).port);
  await using ks = await startFakeKsApiserver({ now, clusters: [{ name: 'west', url: west.url }] });
  const admin = await as(ks, 'admin');
  await expect.poll(async () => (await west.journal.entries())[0]?.status).toBe(200);
  await west.close();
  expect((await readinessOf(admin)).status).toBe('True');
  expect((await admin.get(asked)).status).toBe(502);
  await ks.clock.advance('15m');
  await expect
    .poll(() => readinessOf(admin))
    .toEqual({
      status: 'False',
      message: `Get "${west.url}/version": dial tcp 127.0.0.1:${String(port)}: connect: connection refused`,
      lastUpdateTime: '2024-06-01T00:15:00Z',
    });
  const refused = await admin.get(asked);
  expect([refused.status, refused.text]).toEqual([503, expect.stringContaining('cluster west is not ready')]);
  west = await startFakeKsApiserver({ ...member, port });
  await using _ = west;
  await ks.clock.advance('1m');
  await expect
    .poll(() => readinessOf(admin))
    .toEqual({
      status: 'True',
      message: 'Cluster is available now',
      lastUpdateTime: '2024-06-01T00:16:00Z',
    });
  expect((await admin.get(asked)).status).toBe(200);
});

test('A member known by its kubeconfig says what it runs and how many nodes it has, after a reset as well', async () => {
  await using west = await startFakeKsApiserver({ ...member, tlsPort: 0 });
  const kubeconfig = await west.kubeconfig({ user: 'admin' });
  await using ks = await startFakeKsApiserver({ now, clusters: [{ name: 'west', kubeconfig }] });
  const status = async (): Promise<unknown> =>
    (await (await as(ks, 'admin')).get('/apis/cluster.kubesphere.io/v1alpha1/clusters/west')).json['status'];
  for (let round = 0; round < 2; round += 1) {
    await expect.poll(status).toMatchObject({
      nodeCount: 3,
      kubeSphereVersion: expect.stringMatching(/^v4\.1/) as string,
      kubernetesVersion: expect.stringMatching(/^v1\./) as string,
      uid: expect.stringMatching(/^[\da-f-]{36}$/) as string,
    });
    await ks.reset();
  }
});

test.each([
  ['v4.1', 503, '"message": "cluster west is not ready"'],
  ['v3.4', 500, 'cluster west is not ready'],
  ['v3.3', 400, 'cluster west is not ready'],
  ['v3.0', 500, 'cluster west is not ready'],
] as const)('%s: A member nobody reaches is not ready from the start on', async (release, status, text) => {
  const clusters = [{ name: 'west', url: 'http://127.0.0.1:1' }];
  await using ks = await startFakeKsApiserver({ release, now, clusters });
  const admin = await as(ks, 'admin');
  const path = release === 'v4.1' ? '/version' : '/kapis/version';
  await expect
    .poll(() => readinessOf(admin))
    .toEqual({
      status: 'False',
      message: `Get "http://127.0.0.1:1${path}": dial tcp 127.0.0.1:1: connect: connection refused`,
      lastUpdateTime: now,
    });
  const refused = await admin.get('/kapis/clusters/west/resources.kubesphere.io/v1alpha3/nodes');
  expect([refused.status, refused.text]).toEqual([status, expect.stringContaining(text)]);
});

test('A member that never answers holds up neither the start nor the end', async () => {
  const { createServer } = await import('node:net');
  const silent = createServer((socket) => socket.resume().on('error', () => undefined));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as { readonly port: number };
  const began = performance.now();
  const clusters = [{ name: 'west', url: `http://127.0.0.1:${String(port)}` }];
  const ks = await startFakeKsApiserver({ now, clusters });
  const count = (): Promise<number> =>
    new Promise((resolve, reject) => {
      silent.getConnections((error, open) => {
        if (error === null) resolve(open);
        else reject(error);
      });
    });
  await expect.poll(count).toBe(1);
  await ks.close();
  await expect.poll(count).toBe(0);
  expect(performance.now() - began).toBeLessThan(9000);
  silent.close();
});
