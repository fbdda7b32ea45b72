import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.js';
import { decodeMessage, openEnvelope, type TypeFields } from '../../../src/kube/protobuf/decode.js';
import { encodeMessage } from '../../../src/kube/protobuf/encode.js';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { fieldsOf } from '../../../src/registry/type-table.js';
import { fullObject, protobufKinds } from '../../support/full-object.js';

const protobuf = 'application/vnd.kubernetes.protobuf';

interface Told {
  readonly status: number;
  readonly type: string | null;
  readonly body: Buffer;
}

async function ask(ks: InProcessFake, path: string, accept = protobuf): Promise<Told> {
  const headers = { Authorization: `Bearer ${await ks.token()}`, Accept: accept };
  const response = await fetch(ks.url + path, { headers });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: Buffer.from(await response.arrayBuffer()),
  };
}

/** The fields of a type, and of a list of objects of a type. */
function withLists(item: string): TypeFields {
  return (type) =>
    type === 'list'
      ? [
          ['metadata', 1, 'meta/v1.ListMeta', 'o'],
          ['items', 2, item, 'r'],
        ]
      : fieldsOf(type);
}

function opened(body: Buffer, item: string, type = item): JsonObject {
  const { raw, ...typeMeta } = openEnvelope(body);
  return { ...typeMeta, ...decodeMessage(raw, type, withLists(item)) };
}

/** JSON without zero values and order of members, as the decoder gives it. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

test.for(protobufKinds().map(([resource, version]) => [resource.kind, resource, version] as const))(
  'every field of a %s comes back from protobuf, in answers about one and about many',
  async ([kind, resource, version]) => {
    await using ks = await startFakeKsApiserver();
    const { store } = ks.world.host;
    store.load(resource, fullObject(resource, version));
    const type = resource.types?.[version] ?? '';
    const root = resource.group === '' ? '/api' : `/apis/${resource.group}`;
    const place = resource.namespaced ? 'namespaces/default/' : '';
    const path = `${root}/${version}/${place}${resource.plural}`;
    const one = await ask(ks, `${path}/full`);
    expect([one.status, one.type]).toEqual([200, protobuf]);
    const json = JSON.parse(
      (await ask(ks, `${path}/full`, 'application/json')).body.toString(),
    ) as JsonObject;
    expect(plain(opened(one.body, type))).toEqual(json);
    const many = await ask(ks, `${path}?fieldSelector=metadata.name%3Dfull`);
    const { kind: _kind, apiVersion, ...members } = json;
    expect(plain(opened(many.body, type, 'list'))).toEqual({
      kind: `${kind}List`,
      apiVersion,
      metadata: { resourceVersion: String(store.version) },
      items: [members],
    });
  },
);

test('fields that are no pointers are written even when they are zero, pointers only when set', () => {
  expect(encodeMessage({}, 'core/v1.LocalObjectReference').toString('hex')).toBe('0a00');
  expect(encodeMessage({ replicas: 0 }, 'autoscaling/v1.ScaleSpec').toString('hex')).toBe('0800');
  expect(encodeMessage({}, 'apps/v1.RollingUpdateDeployment').toString('hex')).toBe('');
  expect(encodeMessage({ a: 1 }, 'core/v1.ContainerPort').toString('hex')).toBe(
    '0a0010001800220022'.replace(/22$/, '2a00'),
  );
  expect(
    encodeMessage({ data: { b: '2', a: '' } }, 'core/v1.ConfigMap')
      .subarray(-15)
      .toString('hex'),
  ).toBe('12050a0161120012060a0162120132');
});

test.for<readonly [name: string, value: JsonObject, bytes: string]>([
  ['an absent time', {}, '0a00'],
  ['a time to the second', { time: '1970-01-01T00:00:05.9Z' }, '0a0408051000'],
  ['a time before 1970', { time: '1969-12-31T23:59:59Z' }, '0a0d08ffffffffffffffffff011000'],
])('%s is written as Go does', ([, value, bytes]) => {
  const renamed = { lastTransitionTime: value['time'] };
  const hex = encodeMessage(renamed, 'meta/v1.Condition').toString('hex');
  expect(hex).toContain(bytes.replace(/^0a/, '22'));
});

test('a long list comes in pieces and is whole', async () => {
  await using ks = await startFakeKsApiserver();
  const { store } = ks.world.host;
  const resource = { group: '', plural: 'configmaps' };
  const text = 'x'.repeat(1000);
  for (let at = 0; at < 1200; at += 1) {
    const metadata = { name: `m${String(at).padStart(4, '0')}`, namespace: 'long' };
    store.load(resource, { kind: 'ConfigMap', apiVersion: 'v1', metadata, data: { text } });
  }
  const { body } = await ask(ks, '/api/v1/namespaces/long/configmaps');
  const { items } = opened(body, 'core/v1.ConfigMap', 'list') as {
    items: readonly { metadata: { name: string }; data: JsonObject }[];
  };
  expect([items.length, items[0]?.metadata.name, items.at(-1)?.metadata.name]).toEqual([
    1200,
    'm0000',
    'm1199',
  ]);
  expect(items.every(({ data }) => data['text'] === text)).toBe(true);
});
