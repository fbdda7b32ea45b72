import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { call } from '../support/call.js';

test.for([
  ['//version', '/version'],
  ['/kapis//version', '/kapis/version'],
  ['/kapis/../version', '/version'],
  ['/kapis/./version', '/kapis/version'],
  ['/kapis/version/.', '/kapis/version'],
  ['/kapis/version//', '/kapis/version/'],
  ['/kapis/x/..', '/kapis'],
  ['/../..', '/'],
  ['/kapis//a%23b%3Fc%20(d)', '/kapis/a%23b%3Fc%20%28d%29'],
  ['/kapis/x/../version?a=b', '/kapis/version?a=b'],
] as const)('%s leads who may ask for it to %s', async ([path, target]) => {
  await using ks = await startFakeKsApiserver();
  const headers = { Authorization: `Bearer ${await ks.token()}` };
  const answer = await call(ks.url, path, { headers });
  expect([answer.status, answer.headers['location']]).toEqual([301, target]);
});

test('a dot inside a name is nothing to clean', async () => {
  await using ks = await startFakeKsApiserver();
  const headers = { Authorization: `Bearer ${await ks.token()}` };
  const answer = await call(ks.url, '/kapis/iam.kubesphere.io/v1beta1/users/.hidden', { headers });
  expect(answer.body).toBe('User.iam.kubesphere.io ".hidden" not found\n');
});
