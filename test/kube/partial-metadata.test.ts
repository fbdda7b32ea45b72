import { describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as } from '../support/ask.js';
import { call, type Answer, type Call } from '../support/call.js';

const maps = '/api/v1/namespaces/default/configmaps';
const categories = '/apis/iam.kubesphere.io/v1beta1/categories';
const one = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=';
const many = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=';

async function ask(ks: InProcessFake, path: string, Accept: string, options: Call = {}): Promise<Answer> {
  const headers = { Authorization: `Bearer ${await ks.token()}`, Accept, ...options.headers };
  return call(ks.url, path, { ...options, headers });
}

describe('metadata alone', () => {
  test.for([
    ['v1', maps, { metadata: { name: 'a', labels: { b: 'c' } }, data: { x: '1' } }],
    ['v1beta1', maps, { metadata: { name: 'a', labels: { b: 'c' } }, data: { x: '1' } }],
    ['v1', categories, { metadata: { name: 'a', labels: { b: 'c' } }, spec: { icon: 'x' } }],
  ] as const)(
    'is what %s of an object and of a list below %s can be read as',
    async ([version, path, given]) => {
      await using ks = await startFakeKsApiserver();
      const admin = await as(ks, 'admin');
      const { metadata } = (await admin.send('POST', path, given)).json;
      const partial = { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata };
      const got = await ask(ks, `${path}/a`, `${one}${version},application/json`);
      expect(got.headers['content-type']).toBe('application/json');
      expect(JSON.parse(got.body)).toEqual(partial);
      // As a Go struct prints it, whatever the kind.
      expect(got.body).toMatch(
        /^\{"kind":"PartialObjectMetadata","apiVersion":"[^"]+","metadata":\{"name":"a",/,
      );
      const list = await ask(ks, `${path}?labelSelector=b`, `${many}${version},application/json`);
      expect(JSON.parse(list.body)).toEqual({
        kind: 'PartialObjectMetadataList',
        apiVersion: `meta.k8s.io/${version}`,
        metadata: { resourceVersion: metadata['resourceVersion'] },
        items: [partial],
      });
    },
  );

  test('comes in pages, and is what a write answers too', async () => {
    await using ks = await startFakeKsApiserver();
    const body = JSON.stringify({ metadata: { name: 'a' }, data: { x: '1' } });
    const headers = { 'Content-Type': 'application/json' };
    const made = await ask(ks, maps, `${one}v1`, { method: 'POST', headers, body });
    expect([made.status, Object.keys(JSON.parse(made.body) as object)]).toEqual([
      201,
      ['kind', 'apiVersion', 'metadata'],
    ]);
    const page = await ask(ks, '/api/v1/nodes?limit=2', `${many}v1`);
    expect(JSON.parse(page.body)).toMatchObject({
      metadata: { continue: expect.any(String) as string, remainingItemCount: 3 },
      items: [{}, {}],
    });
    const gone = await ask(ks, `${maps}/a`, `${one}v1`, { method: 'DELETE' });
    expect(JSON.parse(gone.body)).toMatchObject({ kind: 'Status', status: 'Success' });
  });

  test.for([
    [
      maps,
      `${one}v1`,
      'you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)',
    ],
    [
      `${maps}/kube-root-ca.crt`,
      `${many}v1`,
      'you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)',
    ],
    [
      categories,
      `${one}v1`,
      'you requested PartialObjectMetadata, but the requested object is a list (*unstructured.UnstructuredList)',
    ],
    [
      maps,
      'application/json;as=Nothing;g=meta.k8s.io;v=v1',
      'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    ],
    [
      maps,
      `${many}v2`,
      'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    ],
  ] as const)('of %s as %s is refused', async ([path, accept, message]) => {
    await using ks = await startFakeKsApiserver();
    const got = await ask(ks, path, accept);
    expect(JSON.parse(got.body)).toMatchObject({ reason: 'NotAcceptable', code: 406, message });
  });
});

/** Logs are refused as text for all that they are text: real ones are, too. */
test.for([
  ['nodes/node1/proxy/healthz', 'text/plain', 200],
  ['namespaces/default/pods/none/exec?command=ls', 'text/plain', 404],
  ['namespaces/default/pods/none/log', 'text/plain', 406],
  ['namespaces/default/pods/none/log', '*/*', 404],
] as const)('%s, asked for as %s, answers %i', async ([path, accept, status]) => {
  await using ks = await startFakeKsApiserver();
  expect((await ask(ks, `/api/v1/${path}`, accept)).status).toBe(status);
});
