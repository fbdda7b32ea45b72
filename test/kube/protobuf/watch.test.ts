import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { JsonObject } from '../../../src/core/json.js';
import { decodeMessage, openEnvelope, type TypeFields } from '../../../src/kube/protobuf/decode.js';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { fieldsOf } from '../../../src/registry/type-table.js';
import { as } from '../../support/ask.js';

const maps = '/api/v1/namespaces/default/configmaps';
const protobuf = 'application/vnd.kubernetes.protobuf';
const partial = `${protobuf};as=PartialObjectMetadata;g=meta.k8s.io;v=v1`;

/** What an event says: its type, its object's kind, name and data, and the reason of a Status. */
type Told = readonly [type: string, kind: string, what: unknown];

const event: TypeFields = (type) =>
  type === 'event'
    ? [
        ['type', 1, 'string', 'o'],
        ['object', 2, 'raw', 'p'],
      ]
    : [['bytes', 1, 'bytes', 'p']];

function read(message: Buffer): Told {
  const { type, object } = decodeMessage(message, 'event', event) as {
    readonly type: string;
    readonly object: { readonly bytes: string };
  };
  const { raw, kind } = openEnvelope(Buffer.from(object.bytes, 'base64'));
  if (kind === 'Status') return [type, kind, decodeMessage(raw, 'meta/v1.Status', fieldsOf)['reason']];
  const { metadata, data } = decodeMessage(raw, 'core/v1.ConfigMap', fieldsOf) as {
    readonly metadata: JsonObject;
    readonly data?: JsonObject;
  };
  return [
    type,
    kind,
    metadata['name'] ?? metadata['annotations'],
    ...(data ? [data] : []),
  ] as unknown as Told;
}

/** Events of a watch in protobuf, taken out of their frames. */
async function open(
  ks: InProcessFake,
  query: string,
  accept = protobuf,
): Promise<() => Promise<Told | undefined>> {
  const headers = { Authorization: `Bearer ${await ks.token()}`, Accept: accept };
  const response = await fetch(`${ks.url}${maps}?watch=true&${query}`, { headers });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, `${protobuf};stream=watch`]);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let bytes = Buffer.alloc(0);
  return async () => {
    while (bytes.length < 4 || bytes.length < 4 + bytes.readUInt32BE(0)) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      bytes = Buffer.concat([bytes, value]);
    }
    const end = 4 + bytes.readUInt32BE(0);
    const message = bytes.subarray(4, end);
    bytes = bytes.subarray(end);
    return read(message);
  };
}

test('a watch in protobuf tells what is there, the end of it, and every change', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const next = await open(
    ks,
    'allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&fieldSelector=metadata.name!%3Dkube-root-ca.crt',
    `${protobuf};stream=watch`,
  );
  expect(await next()).toEqual(['BOOKMARK', 'ConfigMap', { 'k8s.io/initial-events-end': 'true' }]);
  await admin.send('POST', maps, { metadata: { name: 'a' }, data: { x: '1' } });
  expect(await next()).toEqual(['ADDED', 'ConfigMap', 'a', { x: '1' }]);
  await admin.send('PATCH', `${maps}/a`, { data: { x: '2' } }, 'application/merge-patch+json');
  expect(await next()).toEqual(['MODIFIED', 'ConfigMap', 'a', { x: '2' }]);
  await admin.send('DELETE', `${maps}/a`);
  expect(await next()).toEqual(['DELETED', 'ConfigMap', 'a', { x: '2' }]);
});

test('a watch of metadata alone has a protobuf form as well', async () => {
  await using ks = await startFakeKsApiserver();
  const next = await open(ks, '', `${partial},application/json`);
  expect(await next()).toEqual(['ADDED', 'PartialObjectMetadata', 'kube-root-ca.crt']);
});

test('a version long forgotten is told in protobuf, and the watch ends', async () => {
  await using ks = await startFakeKsApiserver();
  const next = await open(ks, 'resourceVersion=1');
  expect(await next()).toEqual(['ERROR', 'Status', 'Expired']);
  expect(await next()).toBeUndefined();
});

test('over WebSocket each event is a binary message without a length in front', async () => {
  await using ks = await startFakeKsApiserver();
  const socket = new WebSocket(`${ks.url.replace('http', 'ws')}${maps}?watch=true`, {
    headers: { Authorization: `Bearer ${await ks.token()}`, Accept: protobuf },
  });
  const [data, isBinary] = await new Promise<[Buffer, boolean]>((resolve, reject) => {
    socket.on('message', (message, binary) => {
      resolve([message as Buffer, binary]);
    });
    socket.on('error', reject);
  });
  socket.terminate();
  expect(isBinary).toBe(true);
  expect(read(data).slice(0, 3)).toEqual(['ADDED', 'ConfigMap', 'kube-root-ca.crt']);
});
