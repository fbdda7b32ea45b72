import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as } from '../support/ask.js';

const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const layout = '"2006-01-02T15:04:05.000000Z07:00"';

test.for([
  ['yesterday', `parsing time "yesterday" as ${layout}: cannot parse "yesterday" as "2006"`],
  ['2026-01-01T00:00:00Z', `parsing time "2026-01-01T00:00:00Z" as ${layout}: cannot parse "Z" as ".000000"`],
  [5, 'json: cannot unmarshal number into Go value of type string'],
] as const)('%s is no moment to the microsecond', async ([renewTime, why]) => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const { status, json } = await admin.send('POST', leases, { metadata: { name: 'l' }, spec: { renewTime } });
  expect([status, json['message']]).toEqual([400, expect.stringContaining(why)]);
});

test('a moment to the microsecond is written in UTC', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const renewTime = '2026-01-01T02:00:00.123456+02:00';
  const { status, json } = await admin.send('POST', leases, { metadata: { name: 'l' }, spec: { renewTime } });
  expect([status, json.spec['renewTime']]).toEqual([201, '2026-01-01T00:00:00.123456Z']);
});
