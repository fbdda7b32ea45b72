import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker } from '../support/ask.js';

const now = '2026-01-02T03:04:05Z';
const extensions = '/apis/extensions.kubesphere.io/v1alpha1';
const plans = '/apis/kubesphere.io/v1alpha1/installplans';
const secrets = '/api/v1/namespaces/kubesphere-system/secrets';
const merge = 'application/merge-patch+json';

const extension = { labels: { 'kubesphere.io/extension-ref': 'demo' } };

function plan(config: string, overrides: object = {}, labels = {}): object {
  const spec = {
    extension: { name: 'demo', version: '1.0.0' },
    enabled: true,
    config,
    clusterScheduling: { placement: {}, overrides },
  };
  return { metadata: { generateName: 'plan-', labels }, spec };
}

function configuration(type: string, yaml: string, name = 'other'): object {
  return {
    metadata: { name, labels: { 'config.kubesphere.io/type': type } },
    type: `config.kubesphere.io/${type}`,
    stringData: { 'configuration.yaml': yaml },
  };
}

function proxy(path: string, method: string): object {
  return { metadata: { generateName: 'p-' }, spec: { matcher: { path, method } } };
}

function entry(...entries: object[]): object {
  return { metadata: { name: 'e' }, spec: { entries } };
}

describe('an admission webhook of 4.1 refuses', () => {
  let ks: InProcessFake;
  let admin: Asker;
  beforeAll(async () => {
    ks = await startFakeKsApiserver({ now, world: 'empty' });
    admin = await as(ks, 'admin');
    const given: [string, object][] = [
      [
        `${extensions}/jsbundles`,
        { metadata: { name: 'first' }, spec: {}, status: { link: '/dist/demo/a.js' } },
      ],
      [
        `${extensions}/apiservices`,
        { metadata: { name: 'v1.x.io' }, spec: { group: 'x.io', version: 'v1' } },
      ],
      [`${extensions}/reverseproxies`, proxy('/proxy/x', 'GET')],
      [`${extensions}/reverseproxies`, proxy('/proxy/any/*', '*')],
      [
        `${extensions}/extensionentries`,
        { metadata: { name: 'first' }, spec: { entries: [{ name: 'a', link: '/a' }] } },
      ],
      [secrets, configuration('oauthclient', 'name: app', 'app')],
      [secrets, configuration('identityprovider', 'name: ldap\ntype: LDAPIdentityProvider', 'ldap')],
    ];
    for (const [path, object] of given) {
      const { status, text } = await admin.send('POST', path, object);
      expect([status, path, status === 201 ? '' : text]).toEqual([201, path, '']);
    }
  });
  afterAll(async () => {
    await ks[Symbol.asyncDispose]();
  });

  const bundle = { ...extension, generateName: 'b-' };
  test.each([
    [
      'jsbundles',
      { metadata: bundle, spec: {}, status: { link: '/x.js' } },
      'the prefix of status.link must be in the format /dist/demo/',
    ],
    [
      'jsbundles',
      { metadata: bundle, spec: {}, status: { link: '/dist/demo/a.js' } },
      'JSBundle /dist/demo/a.js is already exists',
    ],
    [
      'apiservices',
      { metadata: { name: 'again' }, spec: { group: 'x.io', version: 'v1' } },
      'APIService x.io/v1 is already exists',
    ],
    ['reverseproxies', proxy('/proxy/x', 'GET'), 'ReverseProxy {/proxy/x GET} is already exists'],
    [
      'reverseproxies',
      proxy('/proxy/any/thing', 'PUT'),
      'ReverseProxy {/proxy/any/thing PUT} is already exists',
    ],
    ['extensionentries', entry({}), 'ExtensionEntry e spec.entries[0].name cannot be empty'],
    ['extensionentries', entry({ name: 1 }), 'ExtensionEntry e spec.entries[0].name  must be string'],
    [
      'extensionentries',
      entry({ name: 'b' }, { name: 'b' }),
      'ExtensionEntry e spec.entries[1].name b is duplicated',
    ],
    [
      'extensionentries',
      entry({ name: 'b', link: 1 }),
      'ExtensionEntry e spec.entries[0].link b must be string',
    ],
    [
      'extensionentries',
      entry({ name: 'b', link: '/l' }, { name: 'c', link: '/l' }),
      'ExtensionEntry e spec.entries[1].link /l is duplicated',
    ],
    ['extensionentries', entry({ name: 'a' }), 'ExtensionEntry e spec.entries[].name a is already exists'],
    [
      'extensionentries',
      entry({ name: 'b', link: '/a' }),
      'ExtensionEntry e spec.entries[].link /a is already exists',
    ],
  ])('%s: %j', async (plural, object, why) => {
    const { status, json } = await admin.send('POST', `${extensions}/${plural}`, object);
    expect([status, json['reason'], json['message']]).toEqual([
      403,
      'Forbidden',
      `admission webhook "${plural}.extensions.kubesphere.io" denied the request: ${why}`,
    ]);
  });

  test.each([
    [plan('a: [1'), 'failed to unmarshal extension config: error converting YAML to JSON: yaml: '],
    [
      plan('a: 1', { east: 'b: {' }),
      'failed to unmarshal cluster east agent config: error converting YAML to JSON: yaml: ',
    ],
  ])('an InstallPlan whose config is no YAML: %j', async (object, why) => {
    const { status, json } = await admin.send('POST', plans, object);
    expect(status).toBe(403);
    expect(json['message']).toContain(
      `admission webhook "installplans.kubesphere.io" denied the request: ${why}`,
    );
  });

  test.each([
    [configuration('oauthclient', 'name: app'), `invalid OAuth client, client name 'app' already exists`],
    [
      configuration('oauthclient', 'trusted: true'),
      'invalid OAuth client, please ensure that the client name is not empty',
    ],
    [configuration('oauthclient', 'name: b\ngrantMethod: maybe'), 'invalid grant method: maybe'],
    [
      configuration('oauthclient', 'name: b\naccessTokenMaxAgeSeconds: 10'),
      'invalid access token max age: 10, the minimum value can only be 600',
    ],
    [
      configuration('oauthclient', 'name: b\naccessTokenInactivityTimeoutSeconds: 10'),
      'invalid access token inactivity timeout: 10, the minimum value can only be 600',
    ],
    [
      configuration('identityprovider', 'name: ldap'),
      `invalid provider, provider name 'ldap' already exists`,
    ],
    [
      configuration('identityprovider', 'type: LDAPIdentityProvider'),
      'invalid Identity Provider, please ensure that the provider name is not empty',
    ],
  ])('a Secret that configures: %j', async (object, why) => {
    const { status, json } = await admin.send('POST', secrets, object);
    expect([status, json['message']]).toEqual([
      403,
      `admission webhook "validator.config.kubesphere.io" denied the request: ${why}`,
    ]);
  });

  test.each([
    ['app', 'name: renamed', 'cannot change client name'],
    ['ldap', 'name: ad', 'the provider name is immutable, old: ldap, new: ad'],
  ])('another name for %s', async (name, yaml, why) => {
    const body = { stringData: { 'configuration.yaml': yaml } };
    const { status, json } = await admin.send('PATCH', `${secrets}/${name}`, body, merge);
    expect([status, json['message']]).toEqual([
      403,
      `admission webhook "validator.config.kubesphere.io" denied the request: ${why}`,
    ]);
  });
});

test('4.1 warns of scopes of a client that nobody knows', async () => {
  await using ks = await startFakeKsApiserver({ now, world: 'empty' });
  const token = await ks.token({ user: 'admin' });
  const write = async (method: string, path: string, body: object, type: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': type };
    const response = await fetch(ks.url + path, { method, headers, body: JSON.stringify(body) });
    return [response.status, response.headers.get('warning')];
  };
  const scopes = (list: string): object =>
    configuration('oauthclient', `name: app\nscopeRestrictions: ${list}`, 'app');
  expect(await write('POST', secrets, scopes('[openid, full, "user:info"]'), 'application/json')).toEqual([
    201,
    '299 - "some requested scopes were invalid: [full user:info]"',
  ]);
  expect(await write('PATCH', `${secrets}/app`, scopes('[openid]'), merge)).toEqual([200, null]);
  expect(await write('PATCH', `${secrets}/app`, scopes('[all]'), merge)).toEqual([
    200,
    '299 - "some requested scopes were invalid: [all]"',
  ]);
});

describe('an admission webhook of 4.1 completes', () => {
  test('the link of a bundle, the lines of a plan, and the Secret of a client', async () => {
    await using ks = await startFakeKsApiserver({ now, world: 'empty' });
    const admin = await as(ks, 'admin');
    const bundle = await admin.send('POST', `${extensions}/jsbundles`, {
      metadata: { name: 'demo', ...extension },
      spec: {},
    });
    expect(bundle.json['status']).toEqual({ link: '/dist/demo/index.js' });
    const made = await admin.send('POST', plans, plan('a: 1  \nb: 2\t\n', { east: 'c: 3 ' }));
    expect(made.json.spec).toMatchObject({
      config: 'a: 1\nb: 2\n',
      clusterScheduling: { overrides: { east: 'c: 3' } },
    });
    const helms = { 'app.kubernetes.io/managed-by': 'Helm' };
    const left = await admin.send('POST', plans, plan('a: [1  ', {}, helms));
    expect(left.json.spec['config']).toBe('a: [1  ');
    const yaml = 'name: app\nredirectURIs: [http://localhost/]\n';
    const { json } = await admin.send('POST', secrets, configuration('oauthclient', yaml, 'app'));
    expect(json.metadata.labels['config.kubesphere.io/oauthclient']).toBe('app');
    const data = json['data'] as Record<string, string>;
    expect(Buffer.from(data['configuration.yaml'] ?? '', 'base64').toString()).toMatch(
      /^name: app\nsecret: \w{32}\ntrusted: false\ngrantMethod: auto\nredirectURIs:\n {4}- http:\/\/localhost\/\n$/,
    );
  });

  test('nothing where it is switched off', async () => {
    const controllers = { 'installplan-webhook': false, 'jsbundle-webhook': false };
    await using ks = await startFakeKsApiserver({ now, world: 'empty', controllers });
    const admin = await as(ks, 'admin');
    const bundle = { metadata: { name: 'demo', ...extension }, spec: {} };
    const made = await admin.send('POST', `${extensions}/jsbundles`, bundle);
    expect(made.json['status']).toBeUndefined();
    expect((await admin.send('POST', plans, plan('a: [1'))).status).toBe(201);
  });
});

describe('the quota of a workspace', () => {
  test.each(['v3.1', 'v3.3', 'v3.4', 'v4.1'] as const)(
    '%s: counts what its projects take together, and refuses what is too much',
    async (release) => {
      await using ks = await startFakeKsApiserver({ now, world: 'empty', release });
      const admin = await as(ks, 'admin');
      const labels = { 'kubesphere.io/workspace': 'team' };
      for (const name of ['one', 'two'])
        await admin.send('POST', '/api/v1/namespaces', { metadata: { name, labels } });
      await admin.send('POST', '/apis/quota.kubesphere.io/v1alpha2/resourcequotas', {
        metadata: { name: 'team', labels },
        spec: { selector: labels, quota: { hard: { services: '2' } } },
      });
      const service = (namespace: string, name: string): ReturnType<Asker['send']> =>
        admin.send('POST', `/api/v1/namespaces/${namespace}/services`, {
          metadata: { name },
          spec: { ports: [{ port: 80 }] },
        });
      expect((await service('one', 'a')).status).toBe(201);
      expect((await service('two', 'b')).status).toBe(201);
      const { status, json } = await service('two', 'c');
      expect([status, json['message']]).toEqual([
        403,
        'admission webhook "resourcesquotas.quota.kubesphere.io" denied the request: services "c" is forbidden: exceeded quota: team, requested: services=1, used: services=2, limited: services=2',
      ]);
      expect((await service('default', 'c')).status).toBe(201);
      const quota = await admin.get('/apis/quota.kubesphere.io/v1alpha2/resourcequotas/team');
      const one = { hard: { services: '2' }, used: { services: '1' } };
      expect(quota.json['status']).toEqual({
        total: { hard: { services: '2' }, used: { services: '2' } },
        namespaces: [
          { namespace: 'one', ...one },
          { namespace: 'two', ...one },
        ],
      });
    },
  );
});
