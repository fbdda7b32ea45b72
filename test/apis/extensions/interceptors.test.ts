import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.js';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { as } from '../../support/ask.js';
import { startFresh, stock } from '../resources/stock.js';

const group = 'extensions.kubesphere.io';
const apiVersion = `${group}/v1alpha1`;
const script = 'console.log("ready")';

function stockBundle(ks: InProcessFake, spec: JsonObject, state = 'Available'): void {
  stock(
    ks,
    { group, plural: 'jsbundles' },
    { kind: 'JSBundle', apiVersion },
    { name: 'b', rest: { spec, status: { link: '/dist/b/index.js', state } } },
  );
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

test('A bundle serves the script it holds, which is encoded once more than it looks', async () => {
  await using ks = await startFresh();
  stockBundle(ks, { raw: base64(base64(script)) });
  const answer = await (await as(ks, undefined)).get('/dist/b/index.js');
  expect([answer.status, answer.contentType, answer.text]).toEqual([
    200,
    'application/javascript; charset=utf-8',
    script,
  ]);
});

test('A bundle that is no base64 from the start is refused', async () => {
  await using ks = await startFresh();
  stockBundle(ks, { raw: base64('{"a":1}') });
  const answer = await (await as(ks, undefined)).get('/dist/b/index.js');
  expect(answer.status).toBe(503);
  expect(answer.text).toContain('failed to decode raw content');
});

test.for([
  ['configMapKeyRef', { group: '', plural: 'configmaps' }, 'ConfigMap', script],
  ['secretKeyRef', { group: '', plural: 'secrets' }, 'Secret', base64(script)],
] as const)('A bundle serves what its %s leads to', async ([member, resource, kind, text], { expect }) => {
  await using ks = await startFresh();
  stock(
    ks,
    resource,
    { kind, apiVersion: 'v1' },
    { name: 'held', namespace: 'default', rest: { data: { 'index.js': text } } },
  );
  stockBundle(ks, { rawFrom: { [member]: { namespace: 'default', name: 'held', key: 'index.js' } } });
  expect((await (await as(ks, undefined)).get('/dist/b/index.js')).text).toBe(script);
});

test('A bundle that is switched off is not there', async () => {
  await using ks = await startFresh();
  stockBundle(ks, { raw: base64(base64(script)) }, 'Disabled');
  const answer = await (await as(ks, undefined)).get('/dist/b/index.js');
  expect([answer.status, answer.text]).toEqual([404, '404: Page Not Found']);
});

test.for([
  ['Disabled', 503],
  ['Available', 502],
] as const)('An APIService that is %s answers %i for its group', async ([state, status], { expect }) => {
  await using ks = await startFresh();
  stock(
    ks,
    { group, plural: 'apiservices' },
    { kind: 'APIService', apiVersion },
    { name: 'v1.x.io', rest: { spec: { group: 'x.io', version: 'v1' }, status: { state } } },
  );
  const admin = await as(ks, 'admin');
  expect((await admin.get('/kapis/x.io/v1/things')).status).toBe(status);
  expect((await admin.get('/kapis/x.io/v2/things')).status).toBe(404);
});

test.for([
  ['/proxy/off/*', '*', '/proxy/off/a/b', 503],
  ['/proxy/off/*', 'POST', '/proxy/off/a', 404],
  ['/proxy/off', '*', '/proxy/off', 503],
  ['/proxy/off', '*', '/proxy/off/a', 404],
] as const)(
  'A ReverseProxy for %s and method %s answers %s with %i',
  async ([path, method, url, status], { expect }) => {
    await using ks = await startFresh();
    stock(
      ks,
      { group, plural: 'reverseproxies' },
      { kind: 'ReverseProxy', apiVersion },
      { name: 'off', rest: { spec: { matcher: { path, method } }, status: { state: 'Disabled' } } },
    );
    const answer = await (await as(ks, 'admin')).get(url);
    expect(answer.status).toBe(status);
    if (status === 503) expect(answer.text).toBe('{}');
  },
);
