import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { kubectlVersion, openShell } from './kubectl.js';

const version = kubectlVersion();
const withKubectl = version === undefined ? test.skip : test;
const which = version === undefined ? '(skipped: no kubectl on the path)' : `kubectl ${version}`;

withKubectl(`${which}: creates, applies, labels, waits for and deletes`, async () => {
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  await using shell = await openShell(ks);
  const manifest =
    'kubectl create configmap a --from-literal=x=1 --dry-run=client -o yaml | sed /creationTimestamp/d';
  for (const [line, stdout] of [
    ['kubectl create namespace journey', 'namespace/journey created\n'],
    [`${manifest} | kubectl apply -f -`, 'configmap/a created\n'],
    [`${manifest} | kubectl apply -f -`, 'configmap/a unchanged\n'],
    [`${manifest} | sed /x:/s/1/2/ | kubectl apply -f -`, 'configmap/a configured\n'],
    ["kubectl get configmap a -o jsonpath='{.data.x}'", '2'],
    ['kubectl label configmap a app=x', 'configmap/a labeled\n'],
    ['kubectl get configmaps -l app=x -o name', 'configmap/a\n'],
    ['kubectl annotate configmap a note=y', 'configmap/a annotated\n'],
    ['kubectl delete configmap a --wait', 'configmap "a" deleted\n'],
    [
      "kubectl wait --for=jsonpath='{.status.phase}'=Active namespace/journey --timeout=5s || true",
      undefined,
    ],
  ] as const) {
    const printed = await shell.run(line);
    expect({ line, ...printed }).toMatchObject({ line, code: 0 });
    if (stdout !== undefined) expect(printed.stdout).toBe(stdout);
  }
});

withKubectl(`${which}: is told what is wrong in the server's words`, async () => {
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  await using shell = await openShell(ks);
  const { code, stderr } = await shell.run('kubectl get pod none');
  expect([code, stderr]).toEqual([1, 'Error from server (NotFound): pods "none" not found\n']);
});

withKubectl(`${which}: follows changes`, async () => {
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  await using shell = await openShell(ks);
  const { store } = ks.world.host;
  const before = store.watchers;
  const following = shell.run('timeout 8 kubectl get configmaps -w -l app=w --no-headers');
  await expect.poll(() => store.watchers, { timeout: 7000 }).toBeGreaterThan(before);
  await shell.run(
    'kubectl create configmap w && kubectl label configmap w app=w && kubectl label configmap w b=c',
  );
  expect((await following).stdout).toMatch(/^w +0 +\d+s\nw +0 +\d+s\n$/);
});
