import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';

test('metrics count what was answered, not what is under way or was cut off', async () => {
  await using ks = await startFakeKsApiserver();
  await ks.fault({ path: '/kapis/*', reset: true, times: 1 });
  await expect(fetch(`${ks.url}/kapis/version`)).rejects.toThrow();
  await fetch(`${ks.url}/version`);
  const counters = (await (await fetch(`${ks.url}/metrics`)).text())
    .split('\n')
    .filter((line) => line.startsWith('ks_server_request_total'));
  expect(counters).toEqual(['ks_server_request_total{code="200",verb="GET"} 1']);
});
