import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { digString, type JsonObject } from '../../src/core/json.js';
import type { Options } from '../../src/core/options.js';
import type { ReleaseName } from '../../src/core/release.js';
import { sectionsOf } from '../../src/core/server-configuration.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as } from '../support/ask.js';

const place = '/api/v1/namespaces/kubesphere-system/configmaps/kubesphere-config';
const configs = '/kapis/config.kubesphere.io/v1alpha2/configs';
const merge = 'application/merge-patch+json';
const threes = ['v3.0', 'v3.1', 'v3.3', 'v3.4'] as const;

function configMap(text: string): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kubesphere-config', namespace: 'kubesphere-system' },
    data: { 'kubesphere.yaml': text },
  };
}

/** A fresh install whose ConfigMap is another; objects without anything beside them are laid over one. */
async function startWith(release: ReleaseName, text: string, options: Options = {}) {
  const file = `${mkdtempSync(`${tmpdir()}/fake-ks-`)}/config.json`;
  writeFileSync(file, JSON.stringify(configMap(text)));
  return startFakeKsApiserver({ release, world: file, ...options });
}

const monitoring = 'monitoring:\n  endpoint: http://prometheus:9090\n';
const authentication = `authentication:
  multipleLogin: true
  jwtSecret: of-our-own
  oauthOptions:
    accessTokenMaxAge: 30m
    identityProviders:
    - name: ldap
      type: LDAPIdentityProvider
      mappingMethod: auto
      provider:
        host: ldap.example:389
        managerPassword: secret
        userSearchBase: dc=example
    - name: github
      type: GitHubIdentityProvider
      mappingMethod: lookup
      provider: {clientID: id, clientSecret: secret}
    clients:
    - name: portal
      secret: portal
`;
const multicluster = 'multicluster:\n  enable: true\n  clusterRole: member\n';

describe.each(threes)('%s', (release) => {
  test('is what the ConfigMap of its world says', async () => {
    const text = authentication + multicluster + monitoring;
    await using ks = await startWith(release, text);
    const admin = await as(ks, 'admin');
    const oauth = (await admin.get(`${configs}/oauth`)).json as unknown as {
      readonly accessTokenMaxAge: number;
      readonly identityProviders: readonly { readonly name: string; readonly provider?: JsonObject }[];
    };
    expect(oauth.accessTokenMaxAge).toBe(1.8e12);
    expect(oauth.identityProviders.map(({ name }) => name)).toEqual(['ldap', 'github']);
    if (release !== 'v3.0')
      expect(oauth.identityProviders[0]?.provider).toEqual({
        host: 'ldap.example:389',
        userSearchBase: 'dc=example',
      });
    expect(JSON.stringify(oauth)).not.toContain('secret"');
    const shown = (await admin.get(`${configs}/configz`)).json as unknown as Record<string, boolean>;
    expect(shown).toMatchObject({ multicluster: true, monitoring: true, devops: false, logging: false });
    expect(ks.world.keys.jwtSecret).toBe('of-our-own');
    // What it leaves out is as in the code of the server, not as installers write it.
    expect(ks.world.settings.rateLimit).toEqual({ maxTries: 5, duration: 1_800_000 });
  });

  test('does not serve what is not configured', async () => {
    await using ks = await startWith(release, monitoring);
    const admin = await as(ks, 'admin');
    const devops = await admin.get('/kapis/devops.kubesphere.io/v1alpha3/workspaces/system-workspace/devops');
    expect([devops.status, devops.text]).toEqual([404, '404: Page Not Found']);
    for (const path of ['logs', 'events', 'auditing/events']) {
      const { status, text } = await admin.get(
        `/kapis/tenant.kubesphere.io/v1alpha2/${path}?operation=query`,
      );
      expect([path, status, text]).toEqual([path, 500, 'Internal server error']);
    }
    const alerting = await admin.get('/kapis/alerting.kubesphere.io/v2alpha1/rules');
    if (release !== 'v3.0')
      expect([alerting.status, alerting.text]).toEqual([400, 'The alerting v2 API is not enabled\n']);
    const shown = (await admin.get(`${configs}/configz`)).json as unknown as Record<string, boolean>;
    const on = Object.keys(shown).filter((feature) => shown[feature]);
    expect(on).not.toContain('multicluster');
    expect(on).toContain('monitoring');
    // Without multicluster no request is dispatched.
    const there = await admin.get('/kapis/clusters/member-1/resources.kubesphere.io/v1alpha3/nodes');
    expect(there.status).not.toBe(200);
  });

  test('does not start without a Prometheus, in the words of the server', async () => {
    await expect(startWith(release, 'logging:\n  host: http://elastic:9200\n')).rejects.toThrow(
      'configmap kubesphere-system/kubesphere-config, kubesphere.yaml: monitoring.endpoint: moinitoring service address in configuration MUST not be empty, please check configmap/kubesphere-config in kubesphere-system namespace',
    );
  });

  test('reads a change when it restarts, from 3.3 on at once', async () => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    const text = digString((await admin.get(place)).json['data'] as JsonObject, 'kubesphere.yaml');
    const change = async (next: string): Promise<void> => {
      const { status } = await admin.send('PATCH', place, { data: { 'kubesphere.yaml': next } }, merge);
      expect(status).toBe(200);
    };
    const isOn = async (): Promise<unknown> => (await admin.get(`${configs}/configz`)).json['servicemesh'];
    const live = release === 'v3.3' || release === 'v3.4';
    await change(
      text.replace(/^servicemesh:\n(?: .*\n)*/m, '').replace('multipleLogin: true', 'multipleLogin: false'),
    );
    expect([await isOn(), ks.world.settings.multipleLogin]).toEqual(live ? [false, false] : [true, true]);

    const deployment = '/apis/apps/v1/namespaces/kubesphere-system/deployments/ks-apiserver';
    const at = { annotations: { 'kubectl.kubernetes.io/restartedAt': '2024-05-01T00:00:00Z' } };
    const restart = { spec: { template: { metadata: at } } };
    await admin.send('PATCH', deployment, restart, merge);
    expect([await isOn(), ks.world.settings.multipleLogin]).toEqual([false, false]);

    await change('monitoring: [');
    await admin.send('PATCH', deployment, { spec: { template: { metadata: { annotations: null } } } }, merge);
    expect(ks.world.settings.multipleLogin).toBe(false);
    const notes = (await ks.journal.entries()).flatMap((entry) => entry.notes ?? []).join('\n');
    expect(notes).toContain('kubesphere.yaml:1: is no YAML');
    expect(notes).toContain('what was read before stays');
  });

  test('reads what a scenario puts there before the start', async () => {
    const scenario = `${mkdtempSync(`${tmpdir()}/fake-ks-`)}/theirs.json`;
    writeFileSync(
      scenario,
      JSON.stringify({ description: 'x', objects: [configMap(authentication + monitoring)] }),
    );
    await using ks = await startFakeKsApiserver({ release, scenarios: [scenario] });
    expect(ks.world.settings.identityProviders.map(({ name }) => name)).toEqual(['ldap', 'github']);
  });
});

test.each([
  ['v3.4', 'a: [', 'kubesphere.yaml:1: is no YAML: '],
  ['v3.4', '- a\n- b\n', 'kubesphere.yaml: is no YAML: must be a mapping of sections'],
  [
    'v4.1',
    'authentication:\n  multipleLogin: maybe\n',
    'authentication.multipleLogin: must be true or false, got "maybe"',
  ],
  [
    'v3.3',
    `${monitoring}multicluster:\n  clusterRole: both\n`,
    'multicluster.clusterRole: must be host, member or none, got "both"',
  ],
  ['v3.1', `${monitoring}authentification: {}\n`, 'authentification: unknown key; did you mean'],
] as const)('%s: %j is refused at the start', async (release, text, why) => {
  await expect(startWith(release, text)).rejects.toThrow(why);
});

test('v2.1: nothing of how it works is read from the ConfigMap', async () => {
  await using ks = await startWith('v2.1', authentication);
  expect(ks.world.settings).toMatchObject({ accessTokenInactivityTimeout: 2_400_000, identityProviders: [] });
});

test('v4.1: role, issuer and ages are those of the ConfigMap, options win over it', async () => {
  const text = `authentication:
  issuer: {url: https://ks.example, accessTokenMaxAge: 0, jwtSecret: theirs}
multicluster: {clusterRole: member, hostClusterName: central}
`;
  await using ks = await startWith('v4.1', text, { multipleLogin: true, jwtSecret: 'ours' });
  const admin = await as(ks, 'admin');
  const { json } = await admin.get(`${configs}/configz`);
  expect(json).toMatchObject({ multicluster: { clusterRole: 'member', hostClusterName: 'central' } });
  expect((await admin.get(`${configs}/oauth`)).status).toBe(404);
  expect(ks.world.settings).toMatchObject({
    issuer: 'https://ks.example',
    accessTokenMaxAge: 0,
    accessTokenInactivityTimeout: 7_200_000,
    multipleLogin: true,
  });
  expect(ks.world.keys.jwtSecret).toBe('ours');
});

test.each(threes)('%s: what installers write is read the same without the library', async (release) => {
  await using ks = await startFakeKsApiserver({ release });
  const text = ks.world.settings.configuration ?? '';
  const whole = parse(text) as Record<string, Record<string, unknown>>;
  const read = sectionsOf(text) as typeof whole;
  expect(Object.keys(read)).toEqual(Object.keys(whole));
  for (const [section, members] of Object.entries(whole))
    expect(Object.keys(read[section] ?? {})).toEqual(Object.keys(members));
  expect(read['network']).toEqual({ enableNetworkPolicy: true, ippoolType: 'calico' });
  expect(sectionsOf('network: {enableNetworkPolicy: true}\n')).toEqual({
    network: { enableNetworkPolicy: true },
  });
});
