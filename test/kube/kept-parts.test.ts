import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as } from '../support/ask.js';

const namespace = (labels: object): object => ({
  kind: 'Namespace',
  apiVersion: 'v1',
  metadata: { name: 'kept', labels: { 'kubesphere.io/workspace': 'system-workspace', ...labels } },
});

test.for([
  ['/api', '/api/v1/namespaces/kept'],
  ['/kapis', '/kapis/tenant.kubesphere.io/v1beta1/workspaces/system-workspace/namespaces/kept'],
] as const)('A namespace replaced through %s keeps the finalizers of its spec', async ([, path]) => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  expect((await admin.send('POST', '/api/v1/namespaces', namespace({}))).status).toBe(201);
  const emptied = { ...namespace({ a: 'b' }), spec: { finalizers: [] } };
  for (const body of [namespace({ a: 'b' }), emptied]) {
    const replaced = await admin.send('PUT', path, body);
    expect([replaced.status, replaced.json.spec, replaced.json.metadata.labels['a']]).toEqual([
      200,
      { finalizers: ['kubernetes'] },
      'b',
    ]);
  }
  const finalized = await admin.send('PUT', '/api/v1/namespaces/kept/finalize', emptied);
  expect([finalized.status, finalized.json.spec]).toEqual([200, {}]);
});

test.for([
  ['b', 0],
  ['abc', 0],
  ['YQ', 0],
  ['YQ=', 3],
  ['YQ==x', 4],
  ['YQ==YQ==', 4],
  ['=', 0],
  ['Y===', 1],
  ['YQ=x', 2],
  ['YWJjZA', 4],
  ['YWJj\\nZA', 5],
  ['YWJj!', 4],
  ['YWJ_', 3],
] as const)('Bytes given as "%s" are refused: illegal at %i', async ([text, at]) => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const secret = `{"metadata":{"name":"bytes"},"data":{"a":"${text}"}}`;
  const refused = await admin.send('POST', '/api/v1/namespaces/default/secrets', secret, 'application/json');
  expect([refused.status, refused.json['message']]).toEqual([
    400,
    expect.stringContaining(`illegal base64 data at input byte ${String(at)}`),
  ]);
  const map = { metadata: { name: 'bytes' }, binaryData: { a: text.replace('\\n', '\n') } };
  expect((await admin.send('POST', '/api/v1/namespaces/default/configmaps', map)).status).toBe(400);
});

test('Bytes may be broken into lines', async () => {
  await using ks = await startFakeKsApiserver();
  const secret = { metadata: { name: 'bytes' }, data: { a: 'YW\r\nJj\n', b: '' } };
  const created = await (await as(ks, 'admin')).send('POST', '/api/v1/namespaces/default/secrets', secret);
  expect([created.status, created.json['data']]).toEqual([201, { a: 'YWJj', b: '' }]);
});
