import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/index.js';
import { call } from '../support/call.js';

/** What comes back for raw bytes until the connection ends. */
function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    socket.once('close', () => {
      resolve(received);
    });
    socket.once('error', reject);
  });
}

test('understands the form of a target that proxies are sent', async () => {
  await using ks = await startFakeKsApiserver();
  const request = 'GET http://example.invalid/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  expect(await raw(ks.url, request)).toMatch(/^HTTP\/1.1 200 OK[\s\S]*\r\n\r\nok$/);
});

test('tells the time of the world in the Date header', async () => {
  await using ks = await startFakeKsApiserver({ now: '2024-05-01T12:00:00Z' });
  expect((await call(ks.url, '/healthz')).headers['date']).toBe('Wed, 01 May 2024 12:00:00 GMT');
  await ks.clock.advance('1h');
  expect((await call(ks.url, '/healthz')).headers['date']).toBe('Wed, 01 May 2024 13:00:00 GMT');
});

test.for(['Content-Length', 'transfer-encoding', 'Connection'])(
  'refuses a fault with the header %s',
  async (name) => {
    await using ks = await startFakeKsApiserver();
    await expect(ks.fault({ path: '/*', status: 503, headers: { [name]: '1' } })).rejects.toThrow(
      'remove it',
    );
    expect((await call(ks.url, '/healthz')).status).toBe(200);
  },
);

test('answers a fault of status 204 without a body', async () => {
  await using ks = await startFakeKsApiserver();
  await ks.fault({ path: '/healthz', status: 204, body: 'x' });
  const answer = await call(ks.url, '/healthz');
  expect([answer.status, answer.body, answer.headers['content-length']]).toEqual([204, '', undefined]);
});

test('lets a request under way end when it is asked to drain', async () => {
  const ks = await startFakeKsApiserver({}, { drain: 5000 });
  await ks.fault({ path: '/healthz', delay: '150ms' });
  const answer = call(ks.url, '/healthz');
  while ((await ks.journal.entries()).length === 0) await wait(5);
  await ks.close();
  expect((await answer).status).toBe(200);
});
