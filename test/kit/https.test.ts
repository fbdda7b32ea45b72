import { request } from 'node:https';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { connectFakeKsApiserver } from '../../src/kit/connect.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { startCli } from '../support/cli-process.js';
import { runLine } from '../support/command-line.js';

interface Kubeconfig {
  readonly clusters: readonly [{ cluster: { server: string; 'certificate-authority-data': string } }];
  readonly users: readonly [{ name: string; user: { token: string } }];
}

/** Asks over HTTPS as a kubeconfig says. @returns status and body */
async function ask(text: string, path: string, host?: string): Promise<readonly [number, string]> {
  const { clusters, users } = parse(text) as Kubeconfig;
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster;
  const url = new URL(server + path);
  if (host !== undefined) url.hostname = host;
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${users[0].user.token}` };
    const sent = request(url, { ca: Buffer.from(ca, 'base64'), headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (piece: string) => (body += piece));
      response.on('end', () => {
        resolve([response.statusCode ?? 0, body]);
      });
    });
    sent.on('error', reject).end();
  });
}

describe('the HTTPS door', () => {
  test.for([undefined, 'localhost'])('is trusted with the CA of the kubeconfig, as %s', async (host) => {
    await using ks = await startFakeKsApiserver({ tlsPort: 0 });
    const [status, body] = await ask(await ks.kubeconfig(), '/api/v1/namespaces/default', host);
    expect([status, (JSON.parse(body) as { kind: string }).kind]).toEqual([200, 'Namespace']);
  });

  test('is not there unless asked for, and then there is no kubeconfig either', async () => {
    await using ks = await startFakeKsApiserver();
    expect([ks.tlsUrl, ks.ca]).toEqual([undefined, undefined]);
    await expect(ks.kubeconfig()).rejects.toThrow(/kubectl sends no token over HTTP; start with --tls-port/);
  });

  test('lets in on behalf of a user, a ServiceAccount, and to members', async () => {
    await using ks = await startFakeKsApiserver({
      tlsPort: 0,
      users: [{ name: 'newcomer', password: 'P@88w0rd' }],
    });
    const newcomer = await ks.kubeconfig({ user: 'newcomer' });
    expect((await ask(newcomer, '/api/v1/secrets'))[0]).toBe(403);
    const account = await ks.kubeconfig({ serviceAccount: 'shop/deployer' });
    expect((await ask(account, '/api/v1/namespaces/shop'))[0]).not.toBe(401);
    expect((parse(account) as Kubeconfig).users[0].name).toBe('shop:deployer');
    const member = await ks.kubeconfig({ cluster: 'member-1' });
    const nodes = await ask(member, '/api/v1/nodes');
    expect(nodes[0]).toBe(200);
    expect(nodes).not.toEqual(await ask(await ks.kubeconfig(), '/api/v1/nodes'));
  });

  test('has no URLs for members before 4.1', async () => {
    await using ks = await startFakeKsApiserver({ tlsPort: 0, release: 'v3.4' });
    await expect(ks.kubeconfig({ cluster: 'member-1' })).rejects.toThrow(
      /leave the cluster out, or take v4.1/,
    );
  });

  test('leads to spaces too, and closes with the server', async () => {
    const ks = await startFakeKsApiserver({ tlsPort: 0 });
    const space = await ks.space('one');
    const remote = await (await connectFakeKsApiserver(ks.url)).space('one');
    const name = '/api/v1/namespaces/kube-system';
    expect([remote.tlsUrl, (await ask(await remote.kubeconfig(), name))[0]]).toEqual([space.tlsUrl, 200]);
    const text = await space.kubeconfig();
    await ks.close();
    await expect(ask(text, name)).rejects.toThrow(/ECONNREFUSED/);
  });
});

test('serve tells where HTTPS is, and kubeconfig prints how to get there', async () => {
  await using cli = startCli(['serve', '--port', '0', '--tls-port', '0', '--json']);
  const ready = JSON.parse(await cli.firstLine()) as { url: string; tlsUrl: string; caFile: string };
  expect(ready).toMatchObject({
    tlsUrl: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/) as string,
    caFile: expect.stringMatching(/^\/.*test-ca\.pem$/) as string,
  });
  const { code, stdout, stderr } = await runLine(['kubeconfig', '--url', ready.url]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect((await ask(stdout, '/api/v1/nodes'))[0]).toBe(200);
});

test.for([
  [['kubeconfig', '--serviceaccount', 'x'], '--serviceaccount: must be NAMESPACE/NAME, not "x"'],
  [['kubeconfig', 'x'], 'x: unexpected word; see --help'],
] as const)('%j is refused', async ([argv, problem]) => {
  expect(await runLine(argv)).toEqual({ code: 2, stdout: '', stderr: `fake-ks-apiserver: ${problem}\n` });
});
