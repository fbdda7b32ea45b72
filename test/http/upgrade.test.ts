import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startFakeKsApiserver, type InProcessFake } from '../../src/index.js';
import { as } from '../support/ask.js';
import { call } from '../support/call.js';

const watched = '/api/v1/namespaces?watch=true&resourceVersion=0';
const handshake = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
};

async function openWatch(ks: InProcessFake, path = watched): Promise<WebSocket> {
  const token = await ks.token({ user: 'admin' });
  return new WebSocket(ks.url.replace('http', 'ws') + path, {
    headers: { authorization: `Bearer ${token}` },
  });
}

/** Sends bytes as they are; gives everything that comes until the server closes or the text is there. */
function sendRaw(ks: InProcessFake, text: string, until: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(ks.url).port), '127.0.0.1');
    let got = '';
    socket.on('data', (bytes) => {
      got += bytes.toString('latin1');
      if (until !== '' && got.includes(until)) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      resolve(got);
    });
    socket.write(text);
  });
}

/** The next messages of a socket. */
function messages(socket: WebSocket, count: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const got: string[] = [];
    socket.on('message', (data: Buffer) => {
      got.push(data.toString());
      if (got.length === count) resolve(got);
    });
    socket.on('error', reject);
  });
}

test('a watch over WebSocket sends one event per message', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const socket = await openWatch(
    ks,
    '/api/v1/namespaces/default/configmaps?watch=true&fieldSelector=metadata.name=one',
  );
  const got = messages(socket, 2);
  await new Promise((resolve) => socket.once('open', resolve));
  await admin.send('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'one' } });
  await admin.send('DELETE', '/api/v1/namespaces/default/configmaps/one');
  const events = (await got).map(
    (text) => JSON.parse(text) as { type: string; object: { metadata: { name: string } } },
  );
  expect(events.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual([
    'ADDED one',
    'DELETED one',
  ]);
});

test.for([
  ['a watch without rights', watched],
  ['an unknown kind', '/api/v1/nothings?watch=1'],
  ['an unknown path', '/nowhere'],
] as const)('%s is refused over WebSocket with the bytes of any other refusal', async ([, path]) => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const plain = await call(ks.url, path);
  const upgraded = await call(ks.url, path, { headers: handshake });
  expect(upgraded.status).toBe(plain.status);
  expect(upgraded.body).toBe(plain.body);
  expect(upgraded.headers['content-type']).toBe(plain.headers['content-type']);
});

test('a request for an upgrade is journalled, and faults strike it', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  await ks.fault({ path: '/api/v1/namespaces*', status: 503, times: 1 });
  const refused = await call(ks.url, watched, { headers: handshake });
  const socket = await openWatch(ks);
  await messages(socket, 1);
  expect(refused.status).toBe(503);
  expect((await ks.journal.entries()).map(({ url, status }) => [url, status])).toEqual([
    [watched, 503],
    [watched, 101],
  ]);
});

test('spaces take upgrades too', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const space = await ks.space('one');
  const socket = await openWatch(space);
  const [first = ''] = await messages(socket, 1);
  expect(first).toContain('"type":"ADDED"');
  expect((await space.journal.entries()).map(({ status }) => status)).toEqual([101]);
});

test.for(['reset', 'close'] as const)('%s ends open sockets', async (how) => {
  const ks = await startFakeKsApiserver({ world: 'empty' });
  const socket = await openWatch(ks);
  await messages(socket, 1);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await ks[how]();
  await closed;
  await ks.close();
});

test.for([
  [{ ...handshake, 'Sec-WebSocket-Version': '9' }, 400, 'missing or bad WebSocket Version'],
  [{ ...handshake, 'Sec-WebSocket-Key': 'short' }, 400, 'mismatch challenge/response'],
] as const)('a handshake against RFC 6455 is refused: %o', async ([headers, status, body]) => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const token = await ks.token({ user: 'admin' });
  const answer = await call(ks.url, watched, { headers: { ...headers, authorization: `Bearer ${token}` } });
  expect([answer.status, answer.body]).toEqual([status, body]);
});

test.for([
  [
    'GET /version HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n',
    '"gitVersion"',
  ],
  [
    'POST /oauth/token HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nab' +
      'GET /version HTTP/1.1\r\nHost: x\r\n\r\n',
    '"gitVersion"',
  ],
] as const)('a wish for HTTP/2 is passed over: the request is answered as it is', async ([text, until]) => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  expect(await sendRaw(ks, text, until)).toContain(until);
});

test.for([
  ['a frame without a mask', Buffer.from([0x81, 0x01, 0x41])],
  ['a reserved opcode', Buffer.from([0x83, 0x80, 0, 0, 0, 0])],
  [
    'a frame of more bytes than anybody may send',
    Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0]),
  ],
  ['a long ping', Buffer.from([0x89, 0xfe, 0x01, 0x00, 0, 0, 0, 0])],
] as const)('%s closes the socket, not the server', async ([, frame]) => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const token = await ks.token({ user: 'admin' });
  const lines = Object.entries({ Host: 'x', ...handshake, Authorization: `Bearer ${token}` });
  const head = `GET ${watched} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  const got = await sendRaw(ks, head + frame.toString('latin1'), '');
  expect(got).toContain('101 Switching Protocols');
  expect((await call(ks.url, '/healthz')).status).toBe(200);
  expect(await ks.journal.errors()).toEqual([]);
});
