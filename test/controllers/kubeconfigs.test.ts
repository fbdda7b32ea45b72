import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, namesOf, type Asker } from '../support/ask.js';

const now = '2026-01-02T03:04:05Z';
const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const jane = { metadata: { name: 'jane' }, spec: { email: 'jane@example.com', password: 'P@88w0rd' } };

const kept = {
  'v3.0': ['v1alpha2', '/api/v1/namespaces/kubesphere-controls-system/configmaps'],
  'v3.1': ['v1alpha2', '/api/v1/namespaces/kubesphere-controls-system/configmaps'],
  'v3.3': ['v1alpha2', '/api/v1/namespaces/kubesphere-controls-system/configmaps'],
  'v3.4': ['v1alpha2', '/api/v1/namespaces/kubesphere-controls-system/configmaps'],
  'v4.1': ['v1beta1', '/api/v1/namespaces/kubesphere-system/secrets'],
} as const;

function users(version: string): string {
  return `/apis/iam.kubesphere.io/${version}/users`;
}

async function kubeconfig(admin: Asker, user: string): Promise<string> {
  return (await admin.get(`/kapis/resources.kubesphere.io/v1alpha2/users/${user}/kubeconfig`)).text;
}

function decoded(text: string, key: string): string {
  return Buffer.from(new RegExp(`${key}: (\\S+)`).exec(text)?.[1] ?? '', 'base64').toString('utf8');
}

describe('a kubeconfig', () => {
  test.each(Object.entries(kept))(
    '%s: is made with every user, holds a certificate that was signed, and goes with them',
    async (release, [version, path]) => {
      await using ks = await startFakeKsApiserver({ now, release: release as keyof typeof kept });
      const admin = await as(ks, 'admin');
      expect((await admin.send('POST', users(version), jane)).status).toBe(201);
      const { json } = await admin.get(`${path}/kubeconfig-jane`);
      expect(json.metadata.labels).toEqual({ 'kubesphere.io/username': 'jane' });
      const config = (json['data'] as { config: string }).config;
      const text = await kubeconfig(admin, 'jane');
      expect(path.endsWith('secrets') ? Buffer.from(config, 'base64').toString() : config).toBe(text);
      const certificate = new X509Certificate(decoded(text, 'client-certificate-data'));
      expect(certificate).toMatchObject({
        subject: 'CN=jane',
        issuer: 'CN=kubernetes',
        validTo: 'Jan  2 02:59:05 2027 GMT',
      });
      const key = createPrivateKey(decoded(text, 'client-key-data'));
      const own = createPublicKey(key).export({ format: 'pem', type: 'spki' });
      expect(certificate.publicKey.export({ format: 'pem', type: 'spki' })).toBe(own);
      expect(namesOf(await admin.get(requests))).toEqual([]);
      expect(text.replace(/(data): \S+/g, '$1: …')).toBe(`apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: …
    server: https://10.233.0.1:443
  name: local
contexts:
- context:
    cluster: local
    namespace: default
    user: jane
  name: jane@local
current-context: jane@local
kind: Config
preferences: {}
users:
- name: jane
  user:
    client-certificate-data: …
    client-key-data: …
`);
      // In 4.1 a user waits for all clusters of the default world, of which one is out of reach; the file does not.
      await admin.send('DELETE', `${users(version)}/jane`);
      expect((await admin.get(`${path}/kubeconfig-jane`)).status).toBe(404);
    },
  );

  test('is in every cluster within reach', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await admin.send('POST', users('v1beta1'), jane);
    const found = await admin.get(
      '/clusters/member-1/api/v1/namespaces/kubesphere-system/secrets/kubeconfig-jane',
    );
    expect(found.json['type']).toBe('config.kubesphere.io/kubeconfig');
  });

  test('of a user the world came with holds a certificate before 4.1, too', async () => {
    await using ks = await startFakeKsApiserver({ now, release: 'v3.4' });
    const admin = await as(ks, 'admin');
    expect(await kubeconfig(admin, 'jeff')).toContain('client-certificate-data');
  });

  test('of a user the world came with is made when somebody asks for it or the user changes', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    const secrets = kept['v4.1'][1];
    expect(namesOf(await admin.get(secrets)).filter((name) => name.startsWith('kubeconfig'))).toEqual([
      'kubeconfig-admin',
    ]);
    expect(await kubeconfig(admin, 'demo-admin')).toContain('client-certificate-data');
    expect(await kubeconfig(admin, 'admin')).toContain('client-certificate-data');
    expect(JSON.parse(await kubeconfig(admin, 'nobody'))).toEqual({
      message: 'Secret "kubeconfig-nobody" not found',
    });
    await ks.login('shop-admin', 'P@88w0rd');
    expect((await admin.get(`${secrets}/kubeconfig-shop-admin`)).status).toBe(200);
  });

  test.each([
    ['v3.4', 3],
    ['v4.1', 30],
  ] as const)('%s: is renewed when its certificate ends in less than %i days', async (release, days) => {
    await using ks = await startFakeKsApiserver({ now, release });
    const admin = await as(ks, 'admin');
    await admin.send('POST', users(kept[release][0]), jane);
    const first = await kubeconfig(admin, 'jane');
    await ks.clock.advance(`${String((365 - days) * 24 - 1)}h`);
    expect(await kubeconfig(await as(ks, 'admin'), 'jane')).toBe(first);
    await ks.clock.advance('1h');
    const second = await kubeconfig(await as(ks, 'admin'), 'jane');
    expect(second).not.toBe(first);
    expect(new X509Certificate(decoded(second, 'client-certificate-data')).validFrom).toBe(
      release === 'v4.1' ? 'Dec  3 02:59:05 2026 GMT' : 'Dec 30 02:59:05 2026 GMT',
    );
  });

  test('is made anew when what is in it is taken away', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await admin.send('POST', users('v1beta1'), jane);
    const path = `${kept['v4.1'][1]}/kubeconfig-jane`;
    await ks.clock.advance('1s');
    await admin.send('PATCH', path, { data: null }, 'application/merge-patch+json');
    const { json } = await admin.get(path);
    const text = Buffer.from((json['data'] as { config: string }).config, 'base64').toString('utf8');
    expect(decoded(text, 'client-certificate-data')).toContain('BEGIN CERTIFICATE');
  });

  test('is the same in every run of one seed', async () => {
    const run = async (seed: number): Promise<string> => {
      await using ks = await startFakeKsApiserver({ now, seed });
      const admin = await as(ks, 'admin');
      await admin.send('POST', users('v1beta1'), jane);
      return await kubeconfig(admin, 'jane');
    };
    const first = await run(5);
    expect(await run(5)).toBe(first);
    expect(await run(6)).not.toBe(first);
  });

  test.each([
    ['kubeconfig', 404, '', []],
    ['csr', 200, 'users: null', [[]]],
    ['csrsigning', 200, 'users: null', [['Approved KubeSphereApprove This CSR was approved by KubeSphere']]],
  ])('stops where the controller %s is switched off', async (off, status, text, conditions) => {
    await using ks = await startFakeKsApiserver({ now, world: 'empty', controllers: { [off]: false } });
    const admin = await as(ks, 'admin');
    await admin.send('POST', users('v1beta1'), jane);
    const answer = await admin.get('/kapis/resources.kubesphere.io/v1alpha2/users/jane/kubeconfig');
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
    const { json } = await admin.get(requests);
    expect(
      json.items.map((item) => {
        const { conditions: given = [] } = item['status'] as { conditions?: Record<string, string>[] };
        return given.map(({ type, reason, message }) => [type, reason, message].join(' '));
      }),
    ).toEqual(conditions);
  });
});
