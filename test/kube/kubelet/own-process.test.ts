import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startFakeKsApiserver, type InProcessFake } from '../../../src/index.js';
import { as, type Asker } from '../../support/ask.js';

const pods = '/api/v1/namespaces/default/pods';

interface Container {
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly stdin?: boolean;
  readonly stdinOnce?: boolean;
  readonly tty?: boolean;
}

async function run(admin: Asker, container: Container, restartPolicy = 'Never'): Promise<void> {
  const made = await admin.send('POST', pods, {
    metadata: { name: 'work' },
    spec: { restartPolicy, containers: [{ name: 'work', image: 'busybox', ...container }] },
  });
  expect(made.status).toBe(201);
}

interface Shown {
  readonly phase: string;
  readonly containerStatuses: readonly { readonly restartCount: number; readonly state: object }[];
}

async function statusOf(admin: Asker): Promise<Shown> {
  return (await admin.get(`${pods}/work`)).json['status'] as Shown;
}

async function attach(ks: InProcessFake, query: string): Promise<WebSocket> {
  const headers = { authorization: `Bearer ${await ks.token({ user: 'admin' })}` };
  const url = `${ks.url.replace('http', 'ws')}${pods}/work/attach?${query}`;
  return new WebSocket(url, 'v5.channel.k8s.io', { headers });
}

/** What a socket is sent on a channel until it is closed. */
async function heard(socket: WebSocket, channel: number): Promise<string> {
  let text = '';
  socket.on('message', (data: Buffer) => {
    if (data[0] === channel) text += data.toString('utf8', 1);
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

test.for([
  [['echo', 'hello'], 'hello\n', 0, 'Succeeded'],
  [['sh', '-c', 'echo one; echo two >&2; exit 3'], 'one\ntwo\n', 3, 'Failed'],
  [['cat', '/nowhere'], 'cat: /nowhere: No such file or directory\n', 1, 'Failed'],
] as const)(
  'a pod that runs %j once ends with its output and exit code',
  async ([args, log, code, phase]) => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await run(admin, { args });
    await expect.poll(async () => (await statusOf(admin)).phase).toBe(phase);
    expect((await statusOf(admin)).containerStatuses[0]?.state).toMatchObject({
      terminated: { exitCode: code, reason: code === 0 ? 'Completed' : 'Error' },
    });
    expect((await admin.get(`${pods}/work/log`)).text).toBe(log);
  },
);

test.for([
  ['a server', { image: 'nginx', command: ['nginx', '-g', 'daemon off;'] }, 'Never'],
  ['a loop', { command: ['sh', '-c', 'while true; do date; sleep 1; done'] }, 'Never'],
  ['a substitution', { command: ['sh', '-c', 'echo $(hostname)'] }, 'Never'],
  ['what waits for stdin', { command: ['cat'], stdin: true }, 'Never'],
  ['what never ends', { command: ['sleep', 'infinity'] }, 'Never'],
  ['what is restarted', { command: ['echo', 'hello'] }, 'Always'],
] as const)('a pod with %s keeps running', async ([, container, policy]) => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  await run(admin, container, policy);
  // One that ends does so before the next request is answered, once its code is loaded.
  const other = await admin.send('POST', pods, {
    metadata: { name: 'other' },
    spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'busybox', args: ['true'] }] },
  });
  expect(other.status).toBe(201);
  await expect
    .poll(async () => (await admin.get(`${pods}/other`)).json['status'])
    .toMatchObject({ phase: 'Succeeded' });
  expect((await statusOf(admin)).phase).toBe('Running');
});

test('a pod that sleeps ends when the clock has got there', async () => {
  await using ks = await startFakeKsApiserver({ now: '2026-01-02T03:04:05Z' });
  const admin = await as(ks, 'admin');
  await run(admin, { command: ['sh', '-c', 'echo first; sleep 30; echo last'] });
  await expect.poll(async () => (await admin.get(`${pods}/work/log`)).text).toBe('first\n');
  expect((await statusOf(admin)).phase).toBe('Running');
  const token = await ks.token({ user: 'admin' });
  const followed = fetch(`${ks.url}${pods}/work/log?follow=true`, {
    headers: { authorization: `Bearer ${token}` },
  }).then((response) => response.text());
  await ks.clock.advance('30s');
  expect(await followed).toBe('first\nlast\n');
  expect((await statusOf(admin)).phase).toBe('Succeeded');
});

test('a Job has the output of its command as its log', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const containers = [{ name: 'a', image: 'busybox', command: ['echo', 'from the job'] }];
  await admin.send('POST', '/apis/batch/v1/namespaces/default/jobs', {
    metadata: { name: 'job' },
    spec: { template: { spec: { restartPolicy: 'Never', containers } } },
  });
  const [pod] = (await admin.get(`${pods}?labelSelector=job-name=job`)).json.items;
  await expect
    .poll(async () => (await admin.get(`${pods}/${pod?.metadata.name ?? ''}/log`)).text)
    .toBe('from the job\n');
});

const terminal = { stdin: true, stdinOnce: true, tty: true };

test.for([
  ['Never', 'exit 4', 'Failed', 0],
  ['Never', 'exit', 'Succeeded', 0],
  ['Always', 'exit 4', 'Running', 1],
] as const)('restartPolicy %s: a shell that is left with %j leaves its pod %s', async (row) => {
  const [policy, line, phase, restarts] = row;
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  await run(admin, terminal, policy);
  const socket = await attach(ks, 'stdin=1&stdout=1&tty=1');
  const shown = heard(socket, 1);
  const told = heard(socket, 3);
  socket.once('open', () => {
    socket.send(`\0${line}\n`);
  });
  expect(await shown).toBe(`/ # ${line}\r\n`);
  expect(JSON.parse(await told)).toEqual({ metadata: {}, status: 'Success' });
  expect(await statusOf(admin)).toMatchObject({ phase, containerStatuses: [{ restartCount: restarts }] });
  const log = await admin.get(`${pods}/work/log${restarts > 0 ? '?previous=true' : ''}`);
  expect(log.text).toContain(line);
});

test.for([
  [true, 'Succeeded'],
  [false, 'Running'],
] as const)('stdinOnce %s: a pod whose client goes away is %s', async ([stdinOnce, phase]) => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  await run(admin, { ...terminal, stdinOnce });
  const socket = await attach(ks, 'stdin=1&stdout=1&tty=1');
  await new Promise((resolve) => socket.once('message', resolve));
  socket.close();
  await new Promise((resolve) => socket.once('close', resolve));
  await expect.poll(async () => (await statusOf(admin)).phase).toBe(phase);
});
