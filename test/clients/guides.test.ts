import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { kubectls, type Client } from './installed.js';
import { openShell } from './shell.js';

const folder = join(process.cwd(), '../shared/guides');
const guideFile = existsSync(folder)
  ? readdirSync(folder).find((name) => name.startsWith('004_'))
  : undefined;

const expose = (name: string, service: string): string =>
  `kubectl -n kubesphere-system patch ${name} ${service} -p '{"spec":{"type":"NodePort"}}'`;

const secretName =
  '$(kubectl get serviceaccounts.kubesphere.io sample -n default -o jsonpath={.secrets[].name})';

/** The `cat <<EOF | kubectl apply -f -` blocks of the guide, as printed. */
function applyBlocks(): readonly string[] {
  const text = readFileSync(join(folder, guideFile ?? ''), 'utf8');
  return [...text.matchAll(/^cat <<EOF \| kubectl apply -f -\n.*?^EOF$/gms)].map(([block]) => block);
}

describe.for(kubectls)('$title', (kubectl: Client) => {
  const withKubectl = kubectl.folder === undefined ? test.skip : test;
  const withGuide = kubectl.folder === undefined || guideFile === undefined ? test.skip : test;

  // The worlds have the Service exposed already, at the port the guides print.
  withKubectl.for([
    ['v3.0', 'patched'],
    ['v3.1', 'patched (no change)'],
    ['v3.3', 'patched (no change)'],
  ] as const)('a Service is exposed as the guides do: %s: %s', async ([release, said]) => {
    await using ks = await startFakeKsApiserver({ tlsPort: 0, release });
    await using shell = await openShell(ks, [kubectl]);
    expect(await shell.run(expose('service', 'ks-apiserver'))).toMatchObject({
      code: 0,
      stdout: `service/ks-apiserver ${said}\n`,
    });
    const { code, stdout } = await shell.run('kubectl -n kubesphere-system get svc');
    const [head = '', ...rows] = stdout.trimEnd().split('\n');
    expect([code, head.split(/\s+/)]).toEqual([
      0,
      ['NAME', 'TYPE', 'CLUSTER-IP', 'EXTERNAL-IP', 'PORT(S)', 'AGE'],
    ]);
    expect(rows.find((row) => row.startsWith('ks-apiserver '))).toMatch(
      /^ks-apiserver +NodePort +[\d.]+ +<none> +80:3\d{4}\/TCP +\S+$/,
    );
  });

  withKubectl('a Service is exposed as the guide of 2.1 does', async () => {
    await using ks = await startFakeKsApiserver({ tlsPort: 0, release: 'v2.1' });
    await using shell = await openShell(ks, [kubectl]);
    expect(await shell.run(expose('svc', 'ks-apigateway'))).toMatchObject({
      code: 0,
      stdout: 'service/ks-apigateway patched\n',
    });
    const port = "kubectl -n kubesphere-system get svc ks-apigateway -o jsonpath='{.spec.ports[0].nodePort}'";
    expect((await shell.run(port)).stdout).toMatch(/^3\d{4}$/);
  });

  withGuide('a ServiceAccount gets its token and its roles as the guide of 4.1 does', async () => {
    await using ks = await startFakeKsApiserver({ tlsPort: 0, now: '2026-01-02T03:04:05Z' });
    await using shell = await openShell(ks, [kubectl]);
    const [account = '', ...others] = applyBlocks();
    expect(await shell.run(account)).toEqual({
      code: 0,
      stdout: 'serviceaccount.kubesphere.io/sample created\n',
      stderr: '',
    });
    expect((await shell.run('kubectl get serviceaccounts.kubesphere.io -n default')).stdout).toMatch(
      /^NAME +AGE\nsample +\d+s\n$/,
    );
    const secret = (await shell.run(`echo ${secretName}`)).stdout.trim();
    expect(secret).toMatch(/^sample-[a-z0-9]{5}$/);
    expect((await shell.run(`kubectl get secrets ${secretName} -n default`)).stdout).toMatch(
      /^NAME +TYPE +DATA +AGE\nsample-\w{5} +kubesphere\.io\/service-account-token +1 +\d+s\n$/,
    );
    const token = await shell.run(
      `kubectl get secrets ${secretName} -n default -o jsonpath={.data.token} | base64 -d`,
    );
    expect(token.stdout).toBe(await ks.serviceAccountToken('default', 'sample'));
    expect(
      (await shell.run('kubectl get svc ks-apiserver -n kubesphere-system -o jsonpath={.spec.clusterIP}'))
        .stdout,
    ).toMatch(/^10\.233\.\d+\.\d+$/);
    const printed = [];
    for (const block of others) printed.push(await shell.run(block));
    expect(printed.map(({ code, stdout, stderr }) => [code, stdout, stderr])).toEqual([
      [0, 'pod/sample-pod created\n', ''],
      [0, 'deployment.apps/sample-deploy created\n', ''],
      [0, 'globalrolebinding.iam.kubesphere.io/sample-platform-admin created\n', ''],
      [0, 'clusterrolebinding.iam.kubesphere.io/sample-cluster-admin created\n', ''],
      [
        0,
        expect.stringMatching(
          /^role\.iam\.kubesphere\.io\/admin (created|configured)\nrolebinding\.iam\.kubesphere\.io\/sample-admin created\n$/,
        ),
        expect.anything(),
      ],
      [0, 'workspacerolebinding.iam.kubesphere.io/sample-admin created\n', ''],
    ]);
    // A second time nothing of it is news, but for the list of secrets that the guide empties.
    expect((await shell.run(others[2] ?? '')).stdout).toBe(
      'globalrolebinding.iam.kubesphere.io/sample-platform-admin unchanged\n',
    );
    expect((await shell.run(account)).stdout).toBe('serviceaccount.kubesphere.io/sample configured\n');
  });
});
