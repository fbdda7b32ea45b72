import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startFakeKsApiserver, type InProcessFake, type ReleaseName } from '../../../src/index.js';
import { readTar } from '../../../src/core/tar.js';
import { as } from '../../support/ask.js';

const terminal = '/kapis/terminal.kubesphere.io/v1alpha2';
const web = `${terminal}/namespaces/default/pods/web`;

async function withPod(release: ReleaseName): Promise<InProcessFake> {
  const ks = await startFakeKsApiserver({ release });
  const admin = await as(ks, 'admin');
  const containers = [{ name: 'web', image: 'nginx' }];
  await admin.send('POST', '/api/v1/namespaces/default/pods', {
    metadata: { name: 'web' },
    spec: { containers },
  });
  return ks;
}

async function open(ks: InProcessFake, path: string, user = 'admin'): Promise<WebSocket> {
  const headers = { authorization: `Bearer ${await ks.token({ user })}`, origin: 'http://elsewhere.example' };
  return new WebSocket(ks.url.replace('http', 'ws') + path, { headers });
}

/** Opens a terminal, sends messages, and gives all it shows and how the socket was closed. */
async function type(
  ks: InProcessFake,
  path: string,
  ...messages: readonly (object | string)[]
): Promise<{ readonly shown: string; readonly code: number }> {
  const socket = await open(ks, path);
  let shown = '';
  socket.on('message', (data: Buffer, isBinary) => {
    expect(isBinary).toBe(false);
    const message = JSON.parse(data.toString()) as { Op: string; Data: string };
    expect(message).toEqual({ Op: 'stdout', Data: message.Data, Rows: 0, Cols: 0 });
    shown += message.Data;
  });
  socket.once('open', () => {
    for (const message of messages)
      socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  });
  const code = await new Promise<number>((resolve, reject) => {
    socket.once('close', resolve);
    socket.once('error', reject);
  });
  return { shown, code };
}

/** What a refused handshake is answered with. */
async function refusal(ks: InProcessFake, path: string, user: string): Promise<number | undefined> {
  const socket = await open(ks, path, user);
  return new Promise((resolve, reject) => {
    socket.once('unexpected-response', (request, { statusCode }) => {
      request.destroy();
      resolve(statusCode);
    });
    socket.once('open', () => {
      reject(new Error('was accepted'));
    });
    socket.on('error', () => undefined);
  });
}

const resize = { Op: 'resize', Rows: 24, Cols: 80 };
const stdin = (data: string): object => ({ Op: 'stdin', Data: data });

test.for([
  ['v3.0', web],
  ['v3.1', `${web}/exec`],
  ['v3.4', `${web}/exec`],
  ['v4.1', `${web}/exec`],
] as const)('%s: a shell in a pod answers at %s, and ends without a close frame', async ([release, path]) => {
  await using ks = await withPod(release);
  const { shown, code } = await type(
    ks,
    `${path}?container=web&shell=bash`,
    resize,
    { oP: 'stdin', DATA: 'hostname\r' },
    stdin('exit\r'),
  );
  expect(shown).toBe('/ # hostname\r\nweb\r\n/ # exit\r\n');
  expect(code).toBe(1006);
});

test.for([
  ['text that is no JSON', 'nonsense'],
  ['an operation it does not know', { Op: 'dance' }],
  ['JSON that is no object', '[]'],
  ['Ctrl-D', stdin('\u0004')],
] as const)('%s ends a shell', async ([, message]) => {
  await using ks = await withPod('v4.1');
  expect((await type(ks, `${web}/exec?container=web&shell=sh`, message)).shown).toBe('/ # ');
});

test.for([
  ['v3.1', 'kubesphere-controls-system'],
  ['v3.4', 'kubesphere-controls-system'],
  ['v4.1', 'kubesphere-system'],
] as const)('%s: a shell on a node has a pod in %s while somebody uses it', async ([release, namespace]) => {
  await using ks = await startFakeKsApiserver({ release });
  const admin = await as(ks, 'admin');
  const path = `/api/v1/namespaces/${namespace}/pods/node1-shell-access`;
  const one = await open(ks, `${terminal}/nodes/node1/exec`);
  await new Promise((resolve) => one.once('message', resolve));
  const { shown } = await type(ks, `${terminal}/nodes/node1/exec`, stdin('hostname\r'), stdin('exit\r'));
  expect(shown).toBe('/ # hostname\r\nnode1\r\n/ # exit\r\n');
  expect((await admin.get(path)).json.spec).toMatchObject({ nodeName: 'node1', hostPID: true });
  one.close();
  await expect.poll(async () => (await admin.get(path)).status).toBe(404);
});

test('4.1: web kubectl is a pod of the caller, whoever the path names', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v4.1' });
  const admin = await as(ks, 'admin');
  const { shown } = await type(ks, `${terminal}/users/somebody/kubectl`, stdin('whoami\r'), stdin('exit\r'));
  expect(shown).toBe('/ # whoami\r\nroot\r\n/ # exit\r\n');
  const pod = await admin.get('/api/v1/namespaces/kubesphere-system/pods/ks-managed-kubectl-admin');
  expect(pod.status).toBe(200);
});

test.for([
  ['v3.4', `${web}/exec?container=web`],
  ['v4.1', `${web}/exec?container=web`],
  ['v3.4', `${terminal}/nodes/node1/exec`],
  ['v4.1', `${terminal}/nodes/node1/exec`],
] as const)('%s: who may not create exec is refused at %s before the upgrade', async ([release, path]) => {
  await using ks = await withPod(release);
  expect(await refusal(ks, path, 'platform-regular')).toBe(403);
});

test('a terminal asked for without an upgrade is a bad request', async () => {
  await using ks = await withPod('v4.1');
  const answer = await (await as(ks, 'admin')).get(`${web}/exec?container=web`);
  expect([answer.status, answer.text]).toEqual([400, 'Bad Request\n']);
});

test('a container that is not there closes the socket without a word, and the journal says why', async () => {
  await using ks = await withPod('v4.1');
  expect(await type(ks, `${web}/exec?container=none`)).toEqual({ shown: '', code: 1006 });
  const [entry] = (await ks.journal.entries()).filter(({ url }) => url.includes('container=none'));
  expect(JSON.stringify(entry)).toContain('container none is not valid for pod web');
});

test('4.1: files go into a container and come out of it as an archive', async () => {
  await using ks = await withPod('v4.1');
  const headers = { authorization: `Bearer ${await ks.token({ user: 'admin' })}` };
  const bytes = Buffer.from([0, 255, 10, 13, 254]);
  const body = new FormData();
  body.append('uploadfile', new Blob([bytes]), 'a file.bin');
  body.append('uploadfile', new Blob(['text']), '../../etc/escaped');
  const put = await fetch(`${ks.url}${web}/file?container=web&path=/tmp`, { method: 'POST', headers, body });
  expect([put.status, await put.text()]).toEqual([200, '']);
  const got = await fetch(`${ks.url}${web}/file?container=web&path=/tmp/a%20file.bin`, { headers });
  expect(got.headers.get('content-disposition')).toBe('attachment; filename=a file.bin.tar');
  const [entry] = readTar(Buffer.from(await got.arrayBuffer()));
  expect([entry?.name, entry?.data]).toEqual(['tmp/a file.bin', bytes]);
  const escaped = await fetch(`${ks.url}${web}/file?container=web&path=/tmp/escaped`, { headers });
  expect(escaped.status).toBe(200);
  const none = await fetch(`${ks.url}${web}/file?container=web&path=/none`, { headers });
  expect(none.status).toBe(500);
});
