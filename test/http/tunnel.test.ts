import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startFakeKsApiserver, type InProcessFake } from '../../src/index.js';
import { call } from '../support/call.js';

const now = '2024-06-01T00:00:00Z';
const watched = '/api/v1/namespaces?watch=true&resourceVersion=0';

async function firstMessage(ks: InProcessFake, path: string): Promise<string> {
  const socket = new WebSocket(ks.url.replace('http', 'ws') + path, {
    headers: { authorization: `Bearer ${await ks.token({ user: 'admin' })}` },
  });
  return new Promise((resolve, reject) => {
    socket.on('message', (data: Buffer) => {
      socket.close();
      resolve(data.toString());
    });
    socket.on('error', reject);
  });
}

test('A watch over WebSocket reaches a member that is a server of its own', async () => {
  await using west = await startFakeKsApiserver({ now, world: 'empty', accessTokenMaxAge: 0 });
  await using ks = await startFakeKsApiserver({ now, clusters: [{ name: 'west', url: west.url }] });
  expect(await firstMessage(ks, `/clusters/west${watched}`)).toContain('{"type":"ADDED"');
  const entries = (await west.journal.entries()).filter(({ url }) => url !== '/version');
  expect(entries.map(({ status }) => status)).toEqual([101]);
});

test('A watch over WebSocket reaches a member through its kube-apiserver', async () => {
  await using west = await startFakeKsApiserver({ now, world: 'empty', accessTokenMaxAge: 0, tlsPort: 0 });
  const kubeconfig = await west.kubeconfig({ user: 'admin' });
  await using ks = await startFakeKsApiserver({ now, clusters: [{ name: 'west', kubeconfig }] });
  expect(await firstMessage(ks, `/clusters/west${watched}`)).toContain('{"type":"ADDED"');
  const entry = (await west.journal.entries()).find(({ url }) => url.includes('watch'));
  expect([entry?.status, entry?.user]).toEqual([101, 'admin']);
  expect(entry?.url).toContain('/services/:ks-apiserver:/proxy/api/v1/namespaces?');
});

test('A watch over WebSocket reaches the Kubernetes underneath', async () => {
  await using kubernetes = await startFakeKsApiserver({ now, world: 'empty' });
  const kubeApiserver = JSON.stringify({
    clusters: [{ name: 'a', cluster: { server: kubernetes.url } }],
    users: [{ name: 'a', user: { token: await kubernetes.token({ user: 'admin' }) } }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    'current-context': 'a',
  });
  await using ks = await startFakeKsApiserver({ now, kubeApiserver });
  expect(await firstMessage(ks, watched)).toContain('{"type":"ADDED"');
});

test('A member that refuses an upgrade is heard, and one that speaks another protocol is passed on as it is', async () => {
  const server = createServer(({ url }, response) => {
    if (url === '/version') response.end('{}');
    else response.writeHead(403, { 'X-Why': 'no' }).end('not here');
  });
  server.on('upgrade', ({ url }, socket) => {
    if (url === '/refuse') socket.end('HTTP/1.1 418 Teapot\r\nContent-Length: 2\r\n\r\nno');
    else {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\nhello ',
      );
      socket.on('data', (bytes: Buffer) => socket.end(bytes.toString().toUpperCase()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${String(port)}`;
  try {
    await using ks = await startFakeKsApiserver({ now, clusters: [{ name: 'west', url }] });
    const headers = {
      Authorization: `Bearer ${await ks.token({ user: 'admin' })}`,
      Connection: 'Upgrade',
      Upgrade: 'SPDY/3.1',
    };
    const refused = await call(ks.url, '/clusters/west/refuse', { headers });
    expect([refused.status, refused.body]).toEqual([418, 'no']);
    const { request } = await import('node:http');
    const said = await new Promise<string>((resolve, reject) => {
      const asked = request(`${ks.url}/clusters/west/any`, { headers });
      asked.on('upgrade', (_, socket, first) => {
        let text = first.toString();
        socket.on('data', (bytes: Buffer) => (text += bytes.toString()));
        socket.on('close', () => {
          resolve(text);
        });
        socket.write('world');
      });
      asked.on('error', reject);
      asked.end();
    });
    expect(said).toBe('hello WORLD');
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
