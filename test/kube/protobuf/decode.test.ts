import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeMessage, openEnvelope, type TypeFields } from '../../../src/kube/protobuf/decode.js';

const table = JSON.parse(
  readFileSync(new URL('../../../fixtures/kubernetes/types.json', import.meta.url), 'utf8'),
) as Record<string, ReturnType<TypeFields>>;
const fieldsOf: TypeFields = (type) => table[type];

/** A length-delimited field. */
function part(number: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content as string);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

function varint(number: number, value: number): Buffer {
  return Buffer.from([number << 3, value]);
}

function envelope(apiVersion: string, kind: string, raw: Buffer): Buffer {
  const typeMeta = Buffer.concat([part(1, apiVersion), part(2, kind)]);
  return Buffer.concat([Buffer.from('k8s\0', 'latin1'), part(1, typeMeta), part(2, raw)]);
}

test('opens an envelope', () => {
  const { apiVersion, kind, raw } = openEnvelope(envelope('v1', 'ConfigMap', Buffer.from([1, 2])));
  expect([apiVersion, kind, [...raw]]).toEqual(['v1', 'ConfigMap', [1, 2]]);
});

test('decodes a config map as kubectl create sends it, without the zero values', () => {
  const meta = Buffer.concat([part(1, 'settings'), part(2, ''), part(3, 'dev'), varint(7, 0), part(8, '')]);
  const entry = Buffer.concat([part(1, 'a'), part(2, '1')]);
  const message = Buffer.concat([part(1, meta), part(2, entry)]);
  expect(decodeMessage(message, 'core/v1.ConfigMap', fieldsOf)).toEqual({
    metadata: { name: 'settings', namespace: 'dev' },
    data: { a: '1' },
  });
});

test('keeps zero values of pointer fields and reads int-or-string, times and bytes', () => {
  const port = Buffer.concat([varint(3, 80), part(4, Buffer.concat([varint(1, 1), part(3, 'http')]))]);
  const spec = Buffer.concat([part(1, port), part(4, 'ClusterIP')]);
  const meta = Buffer.concat([part(1, 's'), part(8, varint(1, 60))]);
  expect(
    decodeMessage(Buffer.concat([part(1, meta), part(2, spec)]), 'core/v1.Service', fieldsOf),
  ).toMatchObject({
    metadata: { name: 's', creationTimestamp: '1970-01-01T00:01:00Z' },
    spec: { ports: [{ port: 80, targetPort: 'http' }], type: 'ClusterIP' },
  });
  expect(decodeMessage(varint(1, 0), 'apps/v1.DeploymentSpec', fieldsOf)).toEqual({ replicas: 0 });
  const entry = Buffer.concat([part(1, 'k'), part(2, Buffer.from([255]))]);
  expect(decodeMessage(part(2, entry), 'core/v1.Secret', fieldsOf)).toEqual({ data: { k: '/w==' } });
});

test('writes times to the microsecond with the six digits Go insists on', () => {
  const lease: TypeFields = () => [['renewTime', 1, 'meta/v1.MicroTime', 'p']];
  const moment = (...fields: readonly Buffer[]): unknown =>
    decodeMessage(part(1, Buffer.concat(fields)), 'LeaseSpec', lease);
  expect(moment(varint(1, 1))).toEqual({ renewTime: '1970-01-01T00:00:01.000000Z' });
  expect(moment(varint(1, 1), Buffer.from([0x10, 0x88, 0x27]))).toEqual({
    renewTime: '1970-01-01T00:00:01.000005Z',
  });
});

test.for<[string, Buffer, string]>([
  ['something else', Buffer.from('{"kind":"Pod"}'), 'does not appear to be a protobuf message'],
  ['an empty body', Buffer.alloc(0), 'does not appear to be a protobuf message'],
  [
    'a cut-off field',
    Buffer.concat([Buffer.from('k8s\0', 'latin1'), Buffer.from([0x0a, 0x7f, 1])]),
    'unexpected EOF',
  ],
  [
    'an endless varint',
    Buffer.concat([Buffer.from('k8s\0', 'latin1'), Buffer.alloc(20, 0xff)]),
    'integer overflow',
  ],
  [
    'an unknown wire type',
    Buffer.concat([Buffer.from('k8s\0', 'latin1'), Buffer.from([0x0f])]),
    'illegal wireType',
  ],
])('refuses %s', ([, body, message]) => {
  expect(() => openEnvelope(body)).toThrow(message);
});

test('refuses endless nesting', () => {
  const loop: TypeFields = () => [['inner', 1, 'loop', 'p']];
  let nested: Buffer = Buffer.alloc(0);
  for (let depth = 0; depth < 120; depth += 1) {
    const size = nested.length;
    const length = size < 128 ? [size] : [(size & 0x7f) | 0x80, size >> 7];
    nested = Buffer.concat([Buffer.from([0x0a, ...length]), nested]);
  }
  expect(() => decodeMessage(nested, 'loop', loop)).toThrow('nested too deeply');
});

test('leaves prototypes alone', () => {
  const entry = Buffer.concat([part(1, '__proto__'), part(2, 'polluted')]);
  decodeMessage(part(2, entry), 'core/v1.ConfigMap', fieldsOf);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
