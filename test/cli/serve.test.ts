import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startCli } from '../support/cli-process.js';
import { runLine } from '../support/command-line.js';

test('prints one line of JSON first when asked to, and serves there', async () => {
  await using cli = startCli(['serve', '--port', '0', '--json']);
  const ready = JSON.parse(await cli.firstLine()) as Record<string, unknown>;
  expect(ready).toEqual({
    ready: true,
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
    tlsUrl: null,
    caFile: null,
    controlUrl: `${String(ready['url'])}/__fake`,
  });
  const answer = await fetch(`${String(ready['url'])}/version`);
  expect(answer.headers.get('X-Fake-Ks-Apiserver')).toBe('0.1.0');
  await answer.body?.cancel();
});

test.for(['SIGTERM', 'SIGINT'] as const)('stops cleanly on %s, with a connection open', async (signal) => {
  await using cli = startCli(['--port', '0', '--json']);
  const { url } = JSON.parse(await cli.firstLine()) as { url: string };
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  cli.child.kill(signal);
  expect(await cli.ended()).toEqual({ code: 0, stderr: '' });
});

test('stops on SIGTERM while pods are made by the hundred thousand', async () => {
  await using cli = startCli(['--port', '0', '--json']);
  const { url } = JSON.parse(await cli.firstLine()) as { url: string };
  const labels = { app: 'many' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'a' }] } };
  const made = await fetch(`${url}/apis/apps/v1/namespaces/default/deployments`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      authorization: `Basic ${Buffer.from('admin:P@88w0rd').toString('base64')}`,
    },
    body: JSON.stringify({
      metadata: { name: 'many' },
      spec: { replicas: 1_000_000, selector: { matchLabels: labels }, template },
    }),
  });
  expect([made.status, await made.text()]).toEqual([201, expect.any(String)]);
  cli.child.kill('SIGTERM');
  expect(await cli.ended()).toEqual({ code: 0, stderr: '' });
});

test('exits with 2 and one line when the port is busy', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const port = String((other.address() as AddressInfo).port);
  await using cli = startCli(['--port', port]);
  expect(await cli.ended()).toEqual({
    code: 2,
    stderr: `fake-ks-apiserver: port ${port} of 127.0.0.1 is in use; stop what listens there, or choose another port (0 picks a free one)\n`,
  });
  other.close();
});

test('prints where it is, who can log in, and how', async () => {
  const { code, stdout, stderr } = await runLine(['--port', '0']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(
    /^fake-ks-apiserver 0\.1\.0, KubeSphere v4\.1\.3 \(--release v4\.1\), listens at http/,
  );
  expect(stdout).toContain('\n  admin / P@88w0rd\n');
  expect(stdout).toMatch(/curl -s -d grant_type='password' -d username='admin' .*-d client_id='kubesphere'/);
});

test('shows a login of 2.1 as that release wants it', async () => {
  const { stdout } = await runLine(['--port', '0', '--release', 'v2.1']);
  expect(stdout).toMatch(
    /curl -s -H 'Content-Type: application\/json' -d '\{"username":"admin","password":"[^"]+"\}'/,
  );
});

test('shows the tokens of the scenarios it was started with', async () => {
  const { stdout } = await runLine(['--port', '0', '--scenario', 'expired-token']);
  expect(stdout).toMatch(/\nTokens of the scenarios:\n {2}\S+: eyJ/);
});

test('mirrors flags in the environment, flags winning', async () => {
  const { stdout } = await runLine(['--release', 'v3.3'], { FAKE_KS_RELEASE: 'v3.0', FAKE_KS_PORT: '0' });
  expect(stdout).toContain('(--release v3.3)');
  expect((await runLine([], { FAKE_KS_RELEASE: 'v3.0', FAKE_KS_PORT: '0' })).stdout).toContain(
    '(--release v3.0)',
  );
});

test('tells what a test author should know on stderr', async () => {
  await using cli = startCli(['--port', '0', '--json', '--log-level', 'info']);
  const { url } = JSON.parse(await cli.firstLine()) as { url: string };
  await fetch(`${url}/version`).then((answer) => answer.text());
  cli.child.kill('SIGTERM');
  const { stderr } = await cli.ended();
  expect(JSON.parse(stderr)).toMatchObject({ level: 'info', method: 'GET', url: '/version' });
});

test('tells once what a client does again and again', async () => {
  await using cli = startCli(['--port', '0', '--json', '--release', 'v3.4']);
  const { url } = JSON.parse(await cli.firstLine()) as { url: string };
  const fault = { path: '/version', status: 503, times: 3 };
  const armed = await fetch(`${url}/__fake/faults`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(fault),
  });
  expect(armed.ok).toBe(true);
  for (let round = 0; round < 3; round += 1) await fetch(`${url}/version`).then((answer) => answer.text());
  cli.child.kill('SIGTERM');
  const { stderr } = await cli.ended();
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(JSON.parse(stderr)).toMatchObject({ level: 'warn', method: 'GET', url: '/version' });
});

test('stops on the first SIGTERM while it waits for a Kubernetes that says nothing', async () => {
  let isAsked = (): void => undefined;
  const asked = new Promise<void>((resolve) => (isAsked = resolve));
  const server = createServer(() => {
    isAsked();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  await using cli = startCli(['--port', '0', '--kube-apiserver', url]);
  await asked;
  cli.child.kill('SIGTERM');
  expect(await cli.ended()).toEqual({ code: 0, stderr: '' });
  server.close();
});
