import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connect } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { InputError, type Options } from '../../src/index.js';
import { as } from '../support/ask.js';
import { startCli } from '../support/cli-process.js';
import { runLine } from '../support/command-line.js';

const folder = mkdtempSync(join(tmpdir(), 'fake-ks-tls-'));
const path = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(path(name), 'utf8');

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
}

/** A CA with its key, of a type; `days` below 0 are over. */
function makeCa(name: string, key: readonly string[], dates: readonly string[] = ['-days', '30']): void {
  openssl('genpkey', ...key, '-out', `${name}.key`);
  openssl(
    ...['req', '-x509', '-new', '-key', `${name}.key`, '-subj', `/O=Tests/CN=${name}`],
    ...dates,
    '-out',
    `${name}.pem`,
  );
}

const ec = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];

beforeAll(() => {
  makeCa('ec', ec);
  makeCa('rsa', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']);
  makeCa('ed', ['-algorithm', 'ED25519']);
  makeCa('other', ec);
  openssl('req', '-new', '-key', 'other.key', '-subj', '/CN=server.test', '-out', 'server.csr');
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ec.pem',
    '-CAkey',
    'ec.key',
    '-CAcreateserial',
    '-days',
    '30',
    '-out',
    'server.pem',
  );
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ec.pem',
    '-CAkey',
    'ec.key',
    '-days',
    '-1',
    '-out',
    'old.pem',
  );
});

/** The certificate the HTTPS door shows to who trusts its CA and looks for a name. @throws Error as TLS refuses it */
function shown(ks: Pick<InProcessFake, 'tlsUrl' | 'ca'>, servername: string): Promise<X509Certificate> {
  const { hostname, port } = new URL(ks.tlsUrl ?? '');
  return new Promise((done, reject) => {
    const socket = connect({ host: hostname, port: Number(port), ca: ks.ca, servername }, () => {
      done(new X509Certificate(socket.getPeerCertificate().raw));
      socket.end();
    });
    socket.on('error', reject);
  });
}

describe('the HTTPS door', () => {
  test.for(['ec', 'rsa', 'ed'])('has a certificate of a given CA with a key of type %s', async (name) => {
    const tlsCa = read(`${name}.pem`);
    await using ks = await startFakeKsApiserver({
      tlsPort: 0,
      tlsCa,
      tlsCaKey: read(`${name}.key`),
      tlsSan: ['ks.example.test', '*.wild.test', '10.1.2.3', 'fd00::7:1'],
    });
    for (const host of ['localhost', 'ks.example.test', 'a.wild.test']) {
      const certificate = await shown(ks, host);
      expect(certificate.verify(new X509Certificate(tlsCa).publicKey)).toBe(true);
      expect(certificate.checkHost(host)).toBeDefined();
      expect(
        ['127.0.0.1', '::1', '10.1.2.3', 'fd00::7:1'].map((ip) => certificate.checkIP(ip)),
      ).not.toContain(undefined);
    }
    await expect(shown(ks, 'elsewhere.test')).rejects.toThrow('does not match');
  });

  test('shows a given certificate as it is', async () => {
    const given: Options = { tlsPort: 0, tlsCert: read('server.pem'), tlsKey: read('other.key') };
    await using ks = await startFakeKsApiserver({ ...given, tlsCa: read('ec.pem') });
    expect((await shown(ks, 'server.test')).raw).toEqual(new X509Certificate(read('server.pem')).raw);
    await using alone = await startFakeKsApiserver(given);
    expect([ks.ca, alone.ca]).toEqual([read('ec.pem'), read('server.pem')]);
  });

  test('can have a CA of its own, another one every time', async () => {
    const options: Options = { tlsPort: 0, tlsCa: 'new', tlsSan: ['ks.example.test'] };
    await using one = await startFakeKsApiserver(options);
    await using other = await startFakeKsApiserver(options);
    expect((await shown(one, 'ks.example.test')).checkHost('ks.example.test')).toBeDefined();
    await expect(shown({ ...one, ca: other.ca }, 'localhost')).rejects.toThrow();
  });
});

test.for(['v4.1', 'v3.4', 'v2.1'] as const)(
  'whatever names the CA in a world of %s names the one given',
  async (release) => {
    const ca = read('ec.pem');
    await using ks = await startFakeKsApiserver({ release, tlsPort: 0, tlsCa: ca, tlsCaKey: read('ec.key') });
    const admin = await as(ks, 'admin');
    await admin.send('POST', '/api/v1/namespaces', { metadata: { name: 'fresh' } });
    const maps = (await admin.get('/api/v1/configmaps?fieldSelector=metadata.name%3Dkube-root-ca.crt')).json
      .items;
    expect(new Set(maps.map(({ data }) => (data as { 'ca.crt': string })['ca.crt']))).toEqual(new Set([ca]));
    const tokens = (
      await admin.get('/api/v1/secrets?fieldSelector=type%3Dkubernetes.io/service-account-token')
    ).json.items;
    const held = tokens.map(({ data }) =>
      Buffer.from((data as { 'ca.crt': string })['ca.crt'], 'base64').toString(),
    );
    expect(held.filter((text) => text !== ca)).toEqual([]);
    const kubeconfig = parse(await ks.kubeconfig()) as { clusters: { cluster: Record<string, string> }[] };
    const trusted = Buffer.from(
      kubeconfig.clusters[0]?.cluster['certificate-authority-data'] ?? '',
      'base64',
    );
    expect(trusted.toString()).toBe(ca);
  },
);

test('certificates of clients are signed by the CA given', async () => {
  await using ks = await startFakeKsApiserver({
    tlsPort: 0,
    tlsCa: read('rsa.pem'),
    tlsCaKey: read('rsa.key'),
  });
  const admin = await as(ks, 'admin');
  const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
  const request = Buffer.from(read('server.csr')).toString('base64');
  const spec = { request, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] };
  const { json } = await admin.send('POST', requests, { metadata: { name: 'c' }, spec });
  const conditions = [{ type: 'Approved', status: 'True', reason: 'Test', message: '' }];
  await admin.send('PUT', `${requests}/c/approval`, { ...json, status: { conditions } });
  const { status } = (await admin.get(`${requests}/c`)).json as unknown as {
    status: { certificate: string };
  };
  const signed = new X509Certificate(Buffer.from(status.certificate, 'base64'));
  expect(signed.checkIssued(new X509Certificate(read('rsa.pem')))).toBe(true);
});

test('serve reads them from files, and tells where the CA is', async () => {
  await using cli = startCli([
    'serve',
    '--port',
    '0',
    '--tls-port',
    '0',
    '--json',
    '--tls-ca',
    path('ec.pem'),
    '--tls-ca-key',
    path('ec.key'),
    '--tls-san',
    'a.test,b.test',
  ]);
  const ready = JSON.parse(await cli.firstLine()) as { url: string; tlsUrl: string; caFile: string };
  expect(ready.caFile).toBe(resolve(path('ec.pem')));
  expect((await shown({ tlsUrl: ready.tlsUrl, ca: read('ec.pem') }, 'b.test')).checkHost('a.test')).toBe(
    'a.test',
  );
  const { stdout } = await runLine(['kubeconfig', '--url', ready.url]);
  expect(stdout).toContain(Buffer.from(read('ec.pem')).toString('base64'));
});

test.for<readonly [flags: readonly string[], problem: string]>([
  [
    ['--tls-ca', 'none.pem', '--tls-ca-key', 'ec.key'],
    '--tls-ca: cannot read none.pem: no such file; give the path of a readable file',
  ],
  [
    ['--tls-ca', 'ec.key', '--tls-ca-key', 'ec.key'],
    '--tls-ca: holds no certificate in PEM; give one that does',
  ],
  [
    ['--tls-ca', 'ec.pem', '--tls-ca-key', 'ec.pem'],
    '--tls-ca-key: holds no private key in PEM, or one with a passphrase; give a plain one',
  ],
  [
    ['--tls-ca', 'ec.pem', '--tls-ca-key', 'rsa.key'],
    '--tls-ca-key: does not belong to the certificate of tlsCa; give the key that does',
  ],
  [
    ['--tls-ca', 'server.pem', '--tls-ca-key', 'other.key'],
    '--tls-ca: is no certificate of a CA; give one that may sign others',
  ],
  [
    ['--tls-cert', 'server.pem', '--tls-key', 'ec.key'],
    '--tls-key: does not belong to the certificate of tlsCert; give the key that does',
  ],
  [['--tls-ca', 'new', '--tls-san', 'a b'], '--tls-san: "a b" is no host name or IP address'],
  [
    ['--tls-ca', 'ec.pem'],
    '--tls-ca: needs its private key to issue a certificate; give tlsCaKey (--tls-ca-key), too',
  ],
  [
    ['--tls-san', 'a.test'],
    '--tls-san: needs a CA to issue a certificate from; give tlsCa (--tls-ca FILE|new), too',
  ],
  [['--tls-cert', 'server.pem'], '--tls-cert: needs the private key; give tlsKey (--tls-key), too'],
  [['--tls-key', 'ec.key'], '--tls-key: needs the certificate; give tlsCert (--tls-cert), too'],
])('%j is refused in a line', async ([flags, problem]) => {
  const argv = flags.map((flag) => (/\.(?:pem|key)$/.test(flag) && flag !== 'none.pem' ? path(flag) : flag));
  const done = await runLine(['serve', '--port', '0', '--tls-port', '0', ...argv]);
  expect(done).toEqual({ code: 2, stdout: '', stderr: `fake-ks-apiserver: ${problem}\n` });
});

test.for<readonly [options: Options, message: string]>([
  [{ tlsPort: 0, tlsCa: 'x', tlsCaKey: 'y' }, 'options: tlsCa: holds no certificate in PEM'],
  [{ tlsCa: 'new' }, 'options: tlsCa: there is no HTTPS port; give tlsPort (--tls-port), too'],
  [{ tlsPort: 0, tlsCa: 'new', tlsCaKey: 'y' }, 'options: tlsCaKey: contradicts a new CA; leave it out'],
  [{ tlsPort: 0, tlsCa: 'new', tlsCert: 'x', tlsKey: 'y' }, 'options: tlsCa: contradicts tlsCert'],
  [{ tlsPort: 0, tlsSan: ['a'], tlsCert: 'x', tlsKey: 'y' }, 'options: tlsSan: contradicts tlsCert'],
])('%j cannot be used', async ([options, message]) => {
  const error: unknown = await startFakeKsApiserver(options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InputError);
  expect((error as InputError).message).toContain(message);
});

test('a certificate that has expired is refused', async () => {
  const options = { tlsPort: 0, tlsCert: read('old.pem'), tlsKey: read('other.key') };
  await expect(startFakeKsApiserver(options)).rejects.toThrow(/^options: tlsCert: expired on /);
});
