import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.js';
import { decodeMessage, openEnvelope } from '../../../src/kube/protobuf/decode.js';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { fieldsOf } from '../../../src/registry/type-table.js';

const maps = '/api/v1/namespaces/default/configmaps';
const map = `${maps}/kube-root-ca.crt`;
const users = '/apis/iam.kubesphere.io/v1beta1/users';
const json = 'application/json';
const yaml = 'application/yaml';
const protobuf = 'application/vnd.kubernetes.protobuf';
const table = 'as=Table;g=meta.k8s.io;v=v1';
const partial = 'as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** @param body Sent as JSON when there is one. */
async function ask(
  ks: InProcessFake,
  path: string,
  accept: string,
  method = 'GET',
  body?: unknown,
): Promise<Response> {
  const headers = { Authorization: `Bearer ${await ks.token()}`, Accept: accept };
  if (body === undefined) return fetch(ks.url + path, { method, headers });
  const init = { method, headers: { ...headers, 'Content-Type': json }, body: JSON.stringify(body) };
  return fetch(ks.url + path, init);
}

async function opened(response: Response, type: string): Promise<JsonObject> {
  const { raw, ...typeMeta } = openEnvelope(Buffer.from(await response.arrayBuffer()));
  return { ...typeMeta, ...decodeMessage(raw, type, fieldsOf) };
}

test.for<readonly [path: string, accept: string, type: string]>([
  [map, protobuf, protobuf],
  [map, `${protobuf},${json}`, protobuf],
  [map, `${json},${protobuf}`, json],
  [map, `${protobuf}, */*`, protobuf],
  [map, `*/*, ${protobuf}`, protobuf],
  [map, '*/*', json],
  [map, 'application/*', json],
  [map, `${protobuf};q=0.5,${json};q=0.9`, json],
  [map, `${yaml};q=0.2,${protobuf};q=0.3`, protobuf],
  [map, `${protobuf};stream=watch`, protobuf],
  [map, `${protobuf};stream=other,${yaml}`, yaml],
  [map, `${protobuf};${table},${json}`, json],
  [map, `${protobuf};${table},${json};${table}`, json],
  [map, `${protobuf};${partial}`, protobuf],
  [users, `${protobuf},${json}`, json],
  [`${users}/admin`, `${protobuf};${partial},${json}`, protobuf],
  [users, `${protobuf};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1`, protobuf],
  ['/apis/apiextensions.k8s.io/v1/customresourcedefinitions', `${protobuf},${json}`, json],
  ['/api/v1', protobuf, protobuf],
  ['/apis', `${protobuf};as=APIGroupDiscoveryList;g=apidiscovery.k8s.io;v=v2,${json}`, json],
  ['/apis/metrics.k8s.io/v1beta1/nodes', `${protobuf}, */*`, protobuf],
  ['/api/v1/componentstatuses', protobuf, protobuf],
])('%s asked for as %s comes as %s', async ([path, accept, type]) => {
  await using ks = await startFakeKsApiserver();
  const response = await ask(ks, path, accept);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
});

test.for<readonly [path: string, accept: string, message: string]>([
  [users, protobuf, `${json}, ${yaml}, ${protobuf}`],
  [map, `${protobuf};${table}`, `${json}, ${yaml}, ${protobuf}`],
  [map, `${protobuf};stream=other`, `${json}, ${yaml}, ${protobuf}`],
  [`${maps}?watch=true`, yaml, `${json};stream=watch, ${protobuf};stream=watch`],
  [`${users}?watch=true`, protobuf, `${json}, ${yaml}, ${protobuf}`],
])('%s asked for as %s is refused', async ([path, accept, types]) => {
  await using ks = await startFakeKsApiserver();
  const response = await ask(ks, path, accept);
  const body = Buffer.from(await response.arrayBuffer());
  const type = response.headers.get('content-type');
  const message = `only the following media types are accepted: ${types}`;
  if (type === protobuf) {
    const told = decodeMessage(openEnvelope(body).raw, 'meta/v1.Status', fieldsOf);
    expect(told).toMatchObject({ status: 'Failure', reason: 'NotAcceptable', code: 406, message });
  } else {
    // YAML folds long texts.
    expect(body.toString().replace(/\n +(?=application)/g, ' ')).toContain(message);
  }
  expect(response.status).toBe(406);
});

describe('in protobuf', () => {
  test('metadata alone and lists of it have the numbers of their versions', async () => {
    await using ks = await startFakeKsApiserver();
    const one = await opened(await ask(ks, map, `${protobuf};${partial}`), 'meta/v1.PartialObjectMetadata');
    expect(one).toMatchObject({
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { name: 'kube-root-ca.crt', namespace: 'default' },
    });
    for (const [version, items] of [
      ['v1', 0x12],
      ['v1beta1', 0x0a],
    ] as const) {
      const accept = `${protobuf};as=PartialObjectMetadataList;g=meta.k8s.io;v=${version}`;
      const { raw } = openEnvelope(
        Buffer.from(await (await ask(ks, `${maps}?limit=1`, accept)).arrayBuffer()),
      );
      const [first, last] = [raw[0], items === 0x12 ? 0x0a : 0x12];
      expect(first).toBe(Math.min(items, last));
      expect(raw.includes('kube-root-ca.crt')).toBe(true);
    }
  });

  test('writes, parts, reviews and deletions answer so, too', async () => {
    await using ks = await startFakeKsApiserver();
    const send = async (method: string, path: string, body: unknown, type: string): Promise<JsonObject> => {
      return opened(await ask(ks, path, protobuf, method, body), type);
    };
    const made = await send('POST', maps, { metadata: { name: 'a' }, data: { x: '1' } }, 'core/v1.ConfigMap');
    expect(made).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'a' }, data: { x: '1' } });
    const again = await send('POST', maps, { metadata: { name: 'a' } }, 'meta/v1.Status');
    expect(again).toMatchObject({
      reason: 'AlreadyExists',
      code: 409,
      details: { name: 'a', kind: 'configmaps' },
    });
    const gone = await send('DELETE', `${maps}/a`, {}, 'meta/v1.Status');
    expect(gone).toMatchObject({ status: 'Success', details: { name: 'a', kind: 'configmaps' } });
    const review = await send(
      'POST',
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } },
      'authorization/v1.SelfSubjectAccessReview',
    );
    expect(review).toMatchObject({ status: { allowed: true } });
    const token = await send(
      'POST',
      '/api/v1/namespaces/default/serviceaccounts/default/token',
      { spec: {} },
      'authentication/v1.TokenRequest',
    );
    expect(token).toMatchObject({ kind: 'TokenRequest', status: { token: expect.any(String) as string } });
  });
});
