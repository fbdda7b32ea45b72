import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { dig, digArray, digString, type Json } from '../../src/core/json.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as } from '../support/ask.js';

const configs = '/kapis/config.kubesphere.io/v1alpha2/configs';

const served = [
  'alerting auditing devops events logging monitoring network notification openpitrix servicemesh',
  'metering network.ippool openpitrix.appstore',
  'gateway',
].map((names) => names.split(' '));
const absent = ['s3', 'sonarqube'];

test.each([
  ['v3.0', 1],
  ['v3.1', 2],
  ['v3.3', 3],
  ['v3.4', 3],
] as const)('%s: configz says what is served, and so does kubesphere-config', async (release, steps) => {
  await using ks = await startFakeKsApiserver({ release });
  const admin = await as(ks, 'admin');
  const shown = (await admin.get(`${configs}/configz`)).json as unknown as Record<string, boolean>;
  const on = served.slice(0, steps).flat();
  for (const feature of on) expect([feature, shown[feature]]).toEqual([feature, true]);
  for (const feature of absent) expect([feature, shown[feature]]).toEqual([feature, false]);
  for (const feature of served.slice(steps).flat()) expect(shown).not.toHaveProperty([feature]);

  const path = '/api/v1/namespaces/kubesphere-system/configmaps/kubesphere-config';
  const data = (await admin.get(path)).json['data'] as Record<string, string>;
  const text = data['kubesphere.yaml'] ?? '';
  for (const feature of ['alerting', 'devops', 'servicemesh']) expect(text).toContain(`\n${feature}:`);
  const without = { 'kubesphere.yaml': text.replace(/^servicemesh:\n(?: .*\n)*/m, '') };
  await admin.send('PATCH', path, { data: without }, 'application/merge-patch+json');
  // Until 3.1 the file is read at the start only.
  const servicemesh = release === 'v3.0' || release === 'v3.1';
  expect((await admin.get(`${configs}/configz`)).json).toMatchObject({ servicemesh, devops: true });
});

test('v4.1: a member says it is one, and has nothing of the configuration only hosts have', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const there = `/clusters/member-1${configs}`;
  const role = async (path: string): Promise<unknown> =>
    ((await admin.get(path)).json['multicluster'] as { clusterRole: string }).clusterRole;
  expect(await role(`${configs}/configz`)).toBe('host');
  expect(await role(`${there}/configz`)).toBe('member');
  const platform = '/kapis/config.kubesphere.io/v1alpha2/platformconfigs';
  const asked = [
    await admin.get(`${there}/oauth`),
    await admin.get(`${there}/theme`),
    await admin.send('PUT', `${there}/theme`, {}),
    await admin.get(`/clusters/member-1${platform}/any`),
    await admin.send('POST', `/clusters/member-1${platform}`, { name: 'any' }),
  ];
  for (const { status, text } of asked) expect([status, text]).toEqual([404, '404: Page Not Found']);
  expect((await admin.get(`${configs}/theme`)).status).toBe(200);
});

test.each(['v3.0', 'v3.4', 'v4.1'] as const)('%s: no two clusters have one identity', async (release) => {
  await using ks = await startFakeKsApiserver({ release });
  const admin = await as(ks, 'admin');
  const { json } = await admin.get('/apis/cluster.kubesphere.io/v1alpha1/clusters');
  const uids = json.items
    .map((one) => (one['status'] as { uid?: string }).uid)
    .filter((uid) => uid !== undefined);
  expect(uids.length).toBeGreaterThan(1);
  expect(new Set(uids).size).toBe(uids.length);
  const prefix = release === 'v4.1' ? '/clusters/member-1/api' : '/api/clusters/member-1';
  const member = await admin.get(`${prefix}/v1/namespaces/kube-system`);
  expect(uids).toContain(member.json.metadata['uid']);
});

test.each([
  ['v3.0', ['authentication', 'jwtSecret'], ['authentication', 'oauthOptions', 'accessTokenMaxAge']],
  ['v3.4', ['authentication', 'jwtSecret'], ['authentication', 'oauthOptions', 'accessTokenMaxAge']],
  ['v4.1', ['authentication', 'issuer', 'jwtSecret'], ['authentication', 'issuer', 'accessTokenMaxAge']],
] as const)('%s: kubesphere-config says how the server was started', async (release, secretAt, ageAt) => {
  const options = {
    jwtSecret: 'a "secret" of ours',
    accessTokenMaxAge: '90m',
    multipleLogin: false,
    clients: [{ name: 'portal', secret: 'portal', redirectURIs: ['https://portal.example'] }],
  };
  await using ks = await startFakeKsApiserver({ release, ...options });
  const admin = await as(ks, 'admin');
  const path = '/api/v1/namespaces/kubesphere-system/configmaps/kubesphere-config';
  const { json } = await admin.get(path);
  const text = (json['data'] as Record<string, string>)['kubesphere.yaml'] ?? '';
  const config = parse(text) as Json;
  expect(dig(config, ...secretAt)).toBe(options.jwtSecret);
  expect(dig(config, ...ageAt)).toBe('1h30m0s');
  expect(dig(config, 'authentication', 'multipleLogin')).toBe(false);
  expect(dig(config, 'authentication', 'authenticateRateLimiterDuration')).toBe('10m0s');
  const clients = digArray(config, 'authentication', 'oauthOptions', 'clients');
  expect(clients.map((one) => digString(one, 'name'))).toEqual(
    release === 'v3.4' ? ['kubesphere', 'portal'] : [],
  );
});
