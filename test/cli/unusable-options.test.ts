import { expect, test } from 'vitest';
import { runLine } from '../support/command-line.js';

test.for([
  [['--kube-apiserver', '/no/such.conf'], {}, /^fake-ks-apiserver: --kube-apiserver: .*\/no\/such\.conf/m],
  [['--cluster', 'edge=/no/such.conf'], {}, /^fake-ks-apiserver: --cluster: .*\/no\/such\.conf/m],
  [[], { FAKE_KS_KUBE_APISERVER: '/no/such.conf' }, /^fake-ks-apiserver: FAKE_KS_KUBE_APISERVER: /m],
] as const)('names where %j %j was given once it cannot be used', async ([argv, environment, problem]) => {
  const result = await runLine(['serve', '--port', '0', ...argv], environment);
  expect(result.code).toBe(2);
  expect(result.stderr).toMatch(problem);
});
