import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as } from '../../support/ask.js';

const pods = '/api/v1/namespaces/default/pods';
const lines = Array.from({ length: 100 }, (_, at) => `line ${String(at)} ${'.'.repeat(40)}`);

async function withPod(): Promise<InProcessFake> {
  const ks = await startFakeKsApiserver({ now: '2024-05-01T12:00:00Z' });
  await (
    await as(ks, 'admin')
  ).send('POST', pods, {
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'nginx' }] },
  });
  await ks.scenario({
    description: 'a pod that says much',
    logs: [{ namespace: 'default', pod: 'p', lines }],
  });
  return ks;
}

async function open(ks: InProcessFake, query: string, protocols: string[]): Promise<WebSocket> {
  const headers = { authorization: `Bearer ${await ks.token()}` };
  return new WebSocket(`${ks.url.replace('http', 'ws')}${pods}/p/log${query}`, protocols, { headers });
}

interface Heard {
  readonly protocol: string;
  readonly messages: readonly Buffer[];
  readonly binary: readonly boolean[];
  readonly code: number;
}

/** Everything a socket is told to its end. */
async function heard(socket: WebSocket): Promise<Heard> {
  const messages: Buffer[] = [];
  const binary: boolean[] = [];
  socket.on('message', (data: Buffer, isBinary) => {
    messages.push(data);
    binary.push(isBinary);
  });
  const code = await new Promise<number>((resolve, reject) => {
    socket.once('close', resolve).once('error', reject);
  });
  return { protocol: socket.protocol, messages, binary, code };
}

test.for<readonly [protocols: string[], chosen: string, isBinary: boolean]>([
  [[], '', true],
  [['binary.k8s.io'], 'binary.k8s.io', true],
  [['v9.example', 'base64.binary.k8s.io', 'binary.k8s.io'], 'base64.binary.k8s.io', false],
])('a log goes over WebSocket to who offers %j', async ([protocols, chosen, isBinary]) => {
  await using ks = await withPod();
  const body = await (await as(ks, 'admin')).get(`${pods}/p/log`);
  const { protocol, messages, binary, code } = await heard(await open(ks, '', protocols));
  expect([protocol, code, new Set(binary)]).toEqual([chosen, 1000, new Set([isBinary])]);
  const pieces = messages.map((data) => (isBinary ? data : Buffer.from(data.toString(), 'base64')));
  expect(pieces[0]).toHaveLength(0);
  expect(pieces.length).toBeGreaterThan(2);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(2048);
  expect(Buffer.concat(pieces).toString()).toBe(body.text);
});

test('a log that is followed ends with its pod', async () => {
  await using ks = await withPod();
  const socket = await open(ks, '?follow=true&tailLines=1', ['binary.k8s.io']);
  const told = heard(socket);
  await new Promise((resolve) => socket.once('open', resolve));
  await (await as(ks, 'admin')).send('DELETE', `${pods}/p?gracePeriodSeconds=0`);
  const { code, messages } = await told;
  expect([code, Buffer.concat(messages).toString()]).toEqual([1000, `${lines.at(-1) ?? ''}\n`]);
});

test.for<readonly [query: string, protocols: string[], status: number]>([
  ['', ['v4.channel.k8s.io'], 403],
  ['?container=none', [], 400],
])('a log with %j is refused to who offers %j with %i', async ([query, protocols, status]) => {
  await using ks = await withPod();
  const socket = await open(ks, query, protocols);
  await expect(heard(socket)).rejects.toThrow(`Unexpected server response: ${String(status)}`);
});
