import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { createDeflate, constants } from 'node:zlib';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startFakeKsApiserver, type InProcessFake } from '../../../src/index.js';
import { spdyDictionary } from '../../../src/http/spdy/dictionary.js';
import { as } from '../../support/ask.js';
import { startEcho } from '../../support/echo-server.js';

const pod = '/api/v1/namespaces/default/pods/web';

/** A fake at a moment that stands still, with a pod of two containers. */
async function withPod(): Promise<InProcessFake> {
  const ks = await startFakeKsApiserver({ now: '2024-05-01T12:00:00Z' });
  const admin = await as(ks, 'admin');
  const containers = [
    { name: 'web', image: 'nginx:1.25', env: [{ name: 'COLOUR', value: 'blue' }] },
    { name: 'side', image: 'busybox' },
  ];
  await admin.send('POST', '/api/v1/namespaces/default/pods', {
    metadata: { name: 'web' },
    spec: { containers },
  });
  return ks;
}

async function open(ks: InProcessFake, path: string, protocol?: string): Promise<WebSocket> {
  const token = await ks.token({ user: 'admin' });
  const headers = { authorization: `Bearer ${token}` };
  return new WebSocket(ks.url.replace('http', 'ws') + path, protocol ?? [], { headers });
}

/** Everything a socket is sent, by channel, until it is closed. */
async function channels(socket: WebSocket): Promise<Record<number, string>> {
  const got: Record<number, string> = {};
  socket.on('message', (data: Buffer) => {
    got[data[0] ?? 0] = (got[data[0] ?? 0] ?? '') + data.toString('utf8', 1);
  });
  await new Promise((resolve, reject) => {
    socket.once('close', resolve);
    socket.once('error', reject);
  });
  return got;
}

function execPath(command: readonly string[], more = ''): string {
  const words = command.map((each) => `command=${encodeURIComponent(each)}`).join('&');
  return `${pod}/exec?container=web&stdout=1&stderr=1&${words}${more}`;
}

async function exec(ks: InProcessFake, ...command: string[]): Promise<Record<number, string>> {
  return channels(await open(ks, execPath(command), 'v5.channel.k8s.io'));
}

test.for([
  [['echo', 'a', 'b'], 'a b\n', undefined, 0],
  [['sh', '-c', 'echo one; false && echo two || echo three'], 'one\nthree\n', undefined, 0],
  [['sh', '-c', 'echo b > /tmp/x; echo a >> /tmp/x; sort < /tmp/x | head -n 1'], 'a\n', undefined, 0],
  [
    ['sh', '-c', 'cd /etc && pwd; echo "$COLOUR" \'$COLOUR\' ${NONE:-none}'],
    '/etc\nblue $COLOUR none\n',
    undefined,
    0,
  ],
  [['hostname'], 'web\n', undefined, 0],
  [['date', '-u', '+%F %s'], '2024-05-01 1714564800\n', undefined, 0],
  [['cat', '/nowhere'], undefined, 'cat: /nowhere: No such file or directory\n', 1],
  [['sh', '-c', 'exit 7'], undefined, undefined, 7],
  [['sh', '-c', 'nonsuch'], undefined, 'sh: nonsuch: not found\n', 127],
  [
    ['sh', '-c', 'for i in 1 2; do echo; done'],
    undefined,
    `sh: fake-ks-apiserver's shell does not know "for"\n`,
    2,
  ],
  [['test', '-d', '/tmp'], undefined, undefined, 0],
  [['exit', '3'], undefined, undefined, -1],
  [['sh', '-c', 'echo lost >&2; printf "\\377\\376" | wc -c'], '8\n', 'lost\n', 0],
  [['sh', '-c', 'printf a | sha256sum'], /^ca978112ca1bbdca[0-9a-f]{48} {2}-\n$/, undefined, 0],
  [
    ['wget', '-qO-', 'http://localhost:8080/x?y=1'],
    /: pod default\/web, port 8080\nGET \/x\?y=1 /,
    undefined,
    0,
  ],
  [['wget', 'nowhere'], undefined, "wget: bad address 'nowhere'\n", 1],
  [
    ['curl', '-s', 'ks-console.kubesphere-system'],
    /pod kubesphere-system\/ks-console-\S+, port 8000\n/,
    undefined,
    0,
  ],
  [
    ['curl', '-so', '/dev/null', '-w', '%{http_code}\\n', 'ks-console.kubesphere-system.svc.cluster.local'],
    '200\n',
    undefined,
    0,
  ],
  [['curl', 'ks-console'], undefined, 'curl: (6) Could not resolve host: ks-console\n', 6],
  [
    ['curl', 'ks-console.kubesphere-system:81'],
    undefined,
    'curl: (7) Failed to connect to ks-console.kubesphere-system port 81: Connection refused\n',
    7,
  ],
] as const)('exec %j', async ([command, stdout, stderr, code]) => {
  await using ks = await withPod();
  const got = await exec(ks, ...command);
  const status = JSON.parse(got[3] ?? '{}') as {
    status: string;
    details?: { causes: { message: string }[] };
  };
  if (stdout instanceof RegExp) expect(got[1]).toMatch(stdout);
  else expect(got[1] || undefined).toBe(stdout);
  expect(got[2]).toBe(stderr);
  // What cannot be started has no exit code.
  const told = status.details?.causes[0]?.message ?? '0';
  expect(/^\d+$/.test(told) ? Number(told) : -1).toBe(code);
  expect(status.status).toBe(code === 0 ? 'Success' : 'Failure');
});

test.for([
  ['channel.k8s.io', ''],
  ['v4.channel.k8s.io', '{"metadata":{},"status":"Success"}'],
] as const)('%s tells how a command ended in its own way', async ([protocol, told]) => {
  await using ks = await withPod();
  const got = await channels(await open(ks, execPath(['true']), protocol));
  expect(got[3] ?? '').toBe(told);
});

test('stdin ends when the client of v5 says so', async () => {
  await using ks = await withPod();
  const socket = await open(ks, execPath(['cat'], '&stdin=1'), 'v5.channel.k8s.io');
  socket.once('open', () => {
    socket.send(Buffer.from('\0hello'));
    socket.send(Buffer.from([255, 0]));
  });
  expect((await channels(socket))[1]).toBe('hello');
});

test.for([
  [['head', '-n', '1'], 'one\n'],
  [['head', '-1'], 'one\n'],
  [['grep', '-q', 'two'], ''],
  [['sh', '-c', 'head -n 2 >/tmp/read; cat /tmp/read'], 'one\ntwo\n'],
] as const)('%o ends once it has read enough, whether stdin ends or not', async ([command, printed]) => {
  await using ks = await withPod();
  const socket = await open(ks, execPath(command, '&stdin=1'), 'v4.channel.k8s.io');
  socket.once('open', () => {
    socket.send(Buffer.from('\0one\ntw'));
    socket.send(Buffer.from('\0o\nthree\n'));
  });
  expect((await channels(socket))[1] ?? '').toBe(printed);
});

test('files written in one command are there in the next, and gone after a reset', async () => {
  await using ks = await withPod();
  await exec(ks, 'sh', '-c', 'echo kept > /tmp/file');
  const space = await ks.space('other');
  expect((await exec(ks, 'cat', '/tmp/file'))[1]).toBe('kept\n');
  await space.close();
  await ks.reset();
  const admin = await as(ks, 'admin');
  expect((await admin.get(pod)).status).toBe(404);
});

test.for([
  [`${pod}/exec?container=web&command=ls`, 400, 'Upgrade request required'],
  [`${pod}/log`, 400, 'a container name must be specified for pod web, choose one of: [web side]'],
  [`${pod}/log?container=other`, 400, 'container other is not valid for pod web'],
  [
    `${pod}/log?container=web&previous=true`,
    400,
    'previous terminated container "web" in pod "web" not found',
  ],
  [
    `${pod}/log?container=web&tailLines=-1`,
    422,
    'PodLogOptions "web" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    '/api/v1/namespaces/default/services/kubernetes:nope/proxy/',
    503,
    'no service port "nope" found for service "kubernetes"',
  ],
  ['/apis/metrics.k8s.io/v1beta1/nodes/none', 404, 'nodemetrics.metrics.k8s.io "none" not found'],
] as const)('GET %s is refused with %i', async ([path, status, message]) => {
  await using ks = await withPod();
  const answer = await (await as(ks, 'admin')).get(path);
  expect([answer.status, answer.json['message']]).toEqual([status, message]);
});

test('a log follows the clock', async () => {
  await using ks = await withPod();
  const admin = await as(ks, 'admin');
  await ks.scenario({
    description: 'A ticking log.',
    logs: [{ pod: 'web', every: '5s', lines: ['tick', 'tock'] }],
  });
  await ks.clock.advance('11s');
  expect((await admin.get(`${pod}/log?container=web&timestamps=1`)).text).toBe(
    '2024-05-01T12:00:05.000000000Z tick\n2024-05-01T12:00:10.000000000Z tock\n',
  );
  const token = await ks.token({ user: 'admin' });
  const response = await fetch(`${ks.url}${pod}/log?container=web&follow=true&tailLines=1`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const read = async (): Promise<string> => Buffer.from((await reader.read()).value ?? []).toString();
  expect(await read()).toBe('tock\n');
  await ks.clock.advance('5s');
  expect(await read()).toBe('tick\n');
  await reader.cancel();
});

test('a scripted command answers once the clock has moved', async () => {
  await using ks = await withPod();
  await ks.scenario({
    description: 'psql is slow.',
    exec: [{ pod: 'web', prefix: 'psql', stdout: '1 row\n', exitCode: 3, delay: '5s' }],
  });
  const socket = await open(ks, execPath(['psql', '-c', 'select 1']), 'v4.channel.k8s.io');
  const got = channels(socket);
  await new Promise((resolve) => socket.once('message', resolve));
  await ks.clock.advance('5s');
  expect((await got)[1]).toBe('1 row\n');
});

test('proxy hands requests on to the server a scenario names, without the credentials', async () => {
  await using ks = await withPod();
  await using echo = await startEcho();
  const admin = await as(ks, 'admin');
  const to = new URL(echo.url).host;
  await ks.scenario({ description: 'A server of our own.', ports: [{ pod: 'web', port: 8080, to }] });
  const answer = await admin.send('POST', `${pod}:8080/proxy/a%20b/?x=1&x=2`, { hello: 'world' });
  expect(answer.status).toBe(207);
  expect(answer.json).toMatchObject({ method: 'POST', url: '/a%20b/?x=1&x=2', body: '{"hello":"world"}' });
  expect(answer.json['headers']).not.toHaveProperty('authorization');
  await ks.scenario({ description: 'Nobody.', ports: [{ pod: 'web', port: 8080, to: '127.0.0.1:1' }] });
  const refused = await admin.get(`${pod}:8080/proxy/`);
  expect([refused.status, refused.json['message']]).toEqual([
    503,
    'error trying to reach service: dial tcp 127.0.0.1:1: connect: connection refused',
  ]);
});

test('proxy hands upgrades on to the server a scenario names', async () => {
  await using ks = await withPod();
  const server = createServer();
  server.on('upgrade', (_request, socket) => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: own\r\n\r\nhello');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await ks.scenario({ description: 'One.', ports: [{ pod: 'web', to: `127.0.0.1:${String(port)}` }] });
  const said = await new Promise<string>((resolve) => {
    const socket = connect(Number(new URL(ks.url).port), '127.0.0.1');
    let text = '';
    socket.on('data', (bytes) => (text += bytes.toString()));
    socket.on('close', () => {
      resolve(text);
    });
    void ks.token({ user: 'admin' }).then((token) => {
      socket.write(
        `GET ${pod}:80/proxy/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nAuthorization: Bearer ${token}\r\n\r\n`,
      );
    });
  });
  server.close();
  expect(said).toMatch(/^HTTP\/1\.1 101 [^]*hello$/);
});

test('a token among the subprotocols logs nobody in', async () => {
  await using ks = await withPod();
  const token = Buffer.from(await ks.token({ user: 'admin' })).toString('base64url');
  const offered = [`base64url.bearer.authorization.k8s.io.${token}`, 'v5.channel.k8s.io'];
  const socket = new WebSocket(ks.url.replace('http', 'ws') + execPath(['true']), offered);
  const refusal = await new Promise<Error>((resolve) => socket.once('error', resolve));
  expect(refusal.message).toBe('Unexpected server response: 403');
});

test.for([
  ['a frame that is not masked', Buffer.from([0x82, 0x01, 0x00])],
  ['a frame with reserved bits', Buffer.from([0xf2, 0x81, 0, 0, 0, 0, 0])],
  ['an unknown opcode', Buffer.from([0x83, 0x80, 0, 0, 0, 0])],
  ['a message of 64 MB', Buffer.from([0x82, 0xff, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0])],
  ['a ping too long', Buffer.concat([Buffer.from([0x89, 0xfe, 0, 200, 0, 0, 0, 0]), Buffer.alloc(200)])],
  ['text that is no UTF-8', Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0xff])],
] as const)('%s closes the WebSocket, not the server', async ([, bytes]) => {
  await using ks = await withPod();
  const token = await ks.token({ user: 'admin' });
  const socket = connect(Number(new URL(ks.url).port), '127.0.0.1');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  socket.write(
    `GET ${execPath(['cat'], '&stdin=1')} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n' +
      `Sec-WebSocket-Protocol: v5.channel.k8s.io\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  );
  const first = await new Promise<string>((resolve) => {
    socket.once('data', (data) => {
      resolve(data.toString('latin1'));
    });
  });
  expect(first).toMatch(/^HTTP\/1\.1 101 /);
  socket.write(bytes);
  await closed;
  expect((await (await as(ks, 'admin')).get('/api/v1/nodes?limit=1')).status).toBe(200);
  expect(await ks.journal.errors()).toEqual([]);
});

test('the figures of pods on a node fit the node', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const figures = '/apis/metrics.k8s.io/v1beta1';
  const number = (usage: unknown): number => Number.parseInt((usage as { memory: string }).memory, 10);
  const placed = await admin.get('/api/v1/pods?fieldSelector=spec.nodeName=node3');
  const names = new Set(placed.json.items.map(({ metadata }) => metadata.name));
  const node = (await admin.get(`${figures}/nodes/node3`)).json;
  const pods = (await admin.get(`${figures}/pods`)).json.items.filter(({ metadata }) =>
    names.has(metadata.name),
  );
  const containers = pods.flatMap((each) => each['containers'] as { usage: unknown }[]);
  const sum = containers.reduce((total, { usage }) => total + number(usage), 0);
  expect(sum).toBeGreaterThan(0);
  expect(sum).toBeLessThan(number(node['usage']));
});

test('a KubeSphere terminal answers what is typed', async () => {
  await using ks = await withPod();
  const path =
    '/kapis/terminal.kubesphere.io/v1alpha2/namespaces/default/pods/web/exec?container=web&shell=sh';
  const socket = await open(ks, path);
  let shown = '';
  socket.on('message', (data: Buffer) => {
    shown += (JSON.parse(data.toString()) as { Data: string }).Data;
  });
  socket.once('open', () => {
    socket.send(JSON.stringify({ Op: 'resize', Rows: 24, Cols: 80 }));
    socket.send(JSON.stringify({ op: 'stdin', data: 'echo $COLOUR\r' }));
    socket.send('no json');
  });
  const code = await new Promise((resolve) => socket.once('close', resolve));
  expect(shown).toBe('/ # echo $COLOUR\r\nblue\r\n/ # ');
  expect(code).toBe(1006);
});

function bomb(): Promise<Buffer> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    const deflate = createDeflate({ dictionary: spdyDictionary, level: 9 });
    deflate.on('data', (piece: Buffer) => pieces.push(piece));
    deflate.write(Buffer.alloc(20_000_000));
    deflate.flush(constants.Z_SYNC_FLUSH, () => {
      resolve(Buffer.concat(pieces));
    });
  });
}

function openStream(block: Buffer): Buffer {
  const head = Buffer.from([0x80, 3, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  head.writeUIntBE(10 + block.length, 5, 3);
  return Buffer.concat([head, block]);
}

test.for([
  ['what is no SPDY', () => Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['another version', () => Buffer.from([0x80, 2, 0, 1, 0, 0, 0, 0])],
  ['a header block that is none', () => openStream(Buffer.from('nonsense'))],
  ['a header block of 20 MB', async () => openStream(await bomb())],
  ['a control frame of 16 MB', () => Buffer.from([0x80, 3, 0, 1, 0, 0xff, 0xff, 0xff])],
  [
    'a stream of an even number',
    () => Buffer.from([0x80, 3, 0, 1, 0, 0, 0, 10, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0]),
  ],
  ['a ping that ends too early', () => Buffer.from([0x80, 3, 0, 6, 0, 0, 0, 1, 0])],
] as const)('%s closes the SPDY connection, not the server', async ([, make]) => {
  await using ks = await withPod();
  const token = await ks.token({ user: 'admin' });
  const bytes = await make();
  const socket = connect(Number(new URL(ks.url).port), '127.0.0.1');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume().on('error', () => undefined);
  socket.write(
    `POST ${execPath(['ls'])} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n` +
      `X-Stream-Protocol-Version: v4.channel.k8s.io\r\nAuthorization: Bearer ${token}\r\nContent-Length: 0\r\n\r\n`,
  );
  socket.write(bytes);
  await closed;
  expect((await (await as(ks, 'admin')).get('/api/v1/nodes?limit=1')).status).toBe(200);
  expect(await ks.journal.errors()).toEqual([]);
});
