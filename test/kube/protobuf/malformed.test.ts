import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';

const magic = Buffer.from('k8s\0', 'latin1');
const envelope = (...bytes: readonly number[]): Buffer => Buffer.concat([magic, Buffer.from(bytes)]);
/** An envelope around bytes that are to be a ConfigMap. */
const raw = (...bytes: readonly number[]): Buffer =>
  Buffer.concat([
    magic,
    Buffer.from('\n\x0f\n\x02v1\x12\x09ConfigMap', 'latin1'),
    Buffer.from([0x12, bytes.length, ...bytes]),
  ]);

test.for<readonly [what: string, body: Buffer]>([
  ['no envelope', Buffer.from('{"kind":"ConfigMap"}')],
  ['nothing', Buffer.alloc(0)],
  ['an envelope of nothing', magic],
  ['a length beyond the end', envelope(0x12, 0x7f, 1)],
  ['a length beyond all memory', envelope(0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)],
  ['a number without end', envelope(...new Array<number>(20).fill(0xff))],
  ['a wire type nobody knows', envelope(0x0f)],
  ['a field number of zero', envelope(0x02, 0x00)],
  ['metadata that is a number', raw(0x08, 0x01)],
  ['metadata that ends early', raw(0x0a, 0x09, 0x0a)],
  ['an entry of a map without an end', raw(0x12, 0x05, 0x0a, 0x03, 0x61)],
  ['a group that nobody closes', raw(0x0b, 0x0b, 0x0b)],
])('refuses a body of %s and goes on serving', async ([, body]) => {
  await using ks = await startFakeKsApiserver();
  const headers = { Authorization: `Bearer ${await ks.token()}` };
  const url = `${ks.url}/api/v1/namespaces/default/configmaps`;
  const refused = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/vnd.kubernetes.protobuf' },
    body: new Uint8Array(body),
  });
  expect([400, 422]).toContain(refused.status);
  expect(await refused.json()).toMatchObject({ kind: 'Status', status: 'Failure' });
  expect(await ks.journal.errors()).toEqual([]);
  expect((await fetch(url, { headers })).status).toBe(200);
});
