import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { helm, newKubectl } from './installed.js';
import { openShell } from './shell.js';

const withHelm = helm.folder === undefined || newKubectl.folder === undefined ? test.skip : test;
const chart = join(import.meta.dirname, 'chart');

withHelm(`${helm.title}: installs, upgrades, rolls back and uninstalls a chart, and waits`, async () => {
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  await using shell = await openShell(ks, [helm, newKubectl]);
  const image = "kubectl get deployment small -o jsonpath='{.spec.template.spec.containers[0].image}'";
  const failed = [];
  for (const [line, prints] of [
    [`helm install small ${chart} --wait --timeout 20s`, /^NAME: small\n[^]*STATUS: deployed\nREVISION: 1\n/],
    ['kubectl logs job/small-pre-install', /^pre-install of small$/m],
    ['kubectl get jobs -o name', /^job.batch\/small-post-install\njob.batch\/small-pre-install\n$/],
    [
      'helm test small --logs --timeout 20s',
      /Phase: +Succeeded\n[^]*POD LOGS: small-test\n.*: pod default\/small-/,
    ],
    ['helm list', /^NAME\s.*\nsmall\s+default\s+1\s.*\sdeployed\s+small-0\.1\.0\s/],
    ['kubectl get deployment small --no-headers', /^small +2\/2 +2 +2 /],
    ['kubectl get endpoints small --no-headers', /^small +10\.\d+\.\d+\.\d+:80,10\.\d+\.\d+\.\d+:80 /],
    ['kubectl get secrets -l owner=helm -o name', /^secret\/sh\.helm\.release\.v1\.small\.v1\n$/],
    [`helm upgrade small ${chart} --set tag=1.28,greeting=hi --wait --timeout 20s`, /REVISION: 2\n/],
    [image, /^nginx:1\.28$/],
    ['kubectl get job small-pre-upgrade --no-headers', /^small-pre-upgrade +(Complete +)?1\/1 /],
    ['helm get manifest small | kubectl diff -f -', /^$/],
    ['helm list --all-namespaces --filter sma --short', /^small\n$/],
    ["kubectl get configmap small -o jsonpath='{.data.greeting}'", /^hi$/],
    ['helm get values small', /greeting: hi\n/],
    ['helm history small', /\n1\s.*\ssuperseded\s.*\n2\s.*\sdeployed\s/],
    ['helm rollback small 1 --wait --timeout 20s', /^Rollback was a success! Happy Helming!\n$/],
    [image, /^nginx:1\.27$/],
    ['helm status small', /STATUS: deployed\nREVISION: 3\n/],
    [`helm upgrade --install small ${chart} --atomic --timeout 20s`, /REVISION: 4\n/],
    ['helm uninstall small --wait --timeout 20s', /^release "small" uninstalled\n$/],
    ['kubectl get deployments,services,configmaps,secrets,pods -l app=small -o name', /^$/],
    ['kubectl get secrets -l owner=helm -o name', /^$/],
    ['kubectl get job small-pre-delete -o name', /^job.batch\/small-pre-delete\n$/],
  ] as const) {
    const printed = await shell.run(line);
    if (printed.code !== 0 || !prints.test(printed.stdout)) failed.push({ line, prints, ...printed });
  }
  expect(failed).toEqual([]);
});

withHelm(`${helm.title}: is told what is wrong in the server's words`, async () => {
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  await using shell = await openShell(ks, [helm]);
  const { code, stderr } = await shell.run(`helm install small ${chart} --set replicas=-1`);
  expect(code).toBe(1);
  expect(stderr).toMatch(/Deployment\.apps "small" is invalid: spec\.replicas: Invalid value: -1: must be /);
});

withHelm(`${helm.title}: a test that fails, and what is not there, end with an error`, async () => {
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  await using shell = await openShell(ks, [helm]);
  await shell.run(`helm install small ${chart} --set testPath=:81/`);
  const tested = await shell.run('helm test small --timeout 20s');
  expect([tested.code, tested.stderr]).toEqual([
    1,
    expect.stringMatching(/Error: (1 error occurred|pod small-test failed)/),
  ]);
  const gone = await shell.run('helm rollback small 9');
  expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining('release has no 9 version')]);
  const none = await shell.run('helm uninstall none');
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('release: not found')]);
});

withHelm(
  `${helm.title}: what does not become ready in time is told, and taken back where asked`,
  async () => {
    await using ks = await startFakeKsApiserver({ tlsPort: 0 });
    await ks.scenario({
      description: 'An image is missing.',
      containers: [{ image: 'nginx:missing', missing: true }],
    });
    await using shell = await openShell(ks, [helm, newKubectl]);
    const failed = [];
    for (const [line, code, prints] of [
      [
        `helm install small ${chart} --set tag=missing --wait --timeout 3s`,
        1,
        /context deadline exceeded|timed out waiting/,
      ],
      ['helm list --failed', 0, /^NAME\s.*\nsmall\s+default\s+1\s.*\sfailed\s/],
      [
        `helm upgrade small ${chart} --set tag=1.27 --wait --timeout 20s`,
        0,
        /STATUS: deployed\nREVISION: 2\n/,
      ],
      [
        `helm upgrade small ${chart} --set tag=missing --atomic --timeout 3s`,
        1,
        /release small failed, and has been rolled back due to atomic being set/,
      ],
      [
        'helm history small',
        0,
        /\n2\s.*\ssuperseded\s.*\n3\s.*\sfailed\s.*\n4\s.*\sdeployed\s.*Rollback to 2/,
      ],
      ["kubectl get deployment small -o jsonpath='{..image}'", 0, /^nginx:1\.27$/],
      ['helm uninstall small --keep-history', 0, /release "small" uninstalled/],
      ['helm list --uninstalled --short', 0, /^small\n$/],
      ['helm rollback small 4', 0, /Rollback was a success/],
      [
        `helm install fresh ${chart} --set tag=missing --atomic --timeout 3s`,
        1,
        /release fresh failed, and has been uninstalled due to atomic being set/,
      ],
      ['kubectl get all -l app=fresh -o name', 0, /^$/],
      ['helm list --all --short', 0, /^small\n$/],
    ] as const) {
      const printed = await shell.run(line);
      if (printed.code !== code || !prints.test(printed.stdout + printed.stderr))
        failed.push({ line, prints, ...printed });
    }
    expect(failed).toEqual([]);
  },
);
