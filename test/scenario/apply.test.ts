import { expect, test } from 'vitest';
import { kubesphereResources } from '../../src/apis/kubesphere-resources.js';
import { nativeResources } from '../../src/apis/native-resources.js';
import { InputError } from '../../src/core/input-error.js';
import { inRange, releaseNames } from '../../src/core/release.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { Catalog } from '../../src/registry/catalog.js';
import { applyScenarios } from '../../src/scenario/apply.js';
import { loadScenario, scenarioNames } from '../../src/scenario/load.js';
import type { Scenario } from '../../src/scenario/scenario.js';

const login = '/oauth/token';

function form(username: string, password: string, client = 'kubesphere', secret = 'kubesphere'): RequestInit {
  const members = { grant_type: 'password', username, password, client_id: client, client_secret: secret };
  return { method: 'POST', body: new URLSearchParams(members) };
}

test('several scenarios hold together', async () => {
  await using ks = await startFakeKsApiserver({
    scenarios: ['disabled-user', 'unknown-client', 'expired-token'],
  });
  const disabled = await fetch(ks.url + login, form('jeff', 'P@88w0rd', 'portal', 'portal-secret'));
  expect(await disabled.json()).toEqual({ error: 'invalid_grant', error_description: 'Account suspended.' });
  const unknown = await fetch(ks.url + login, form('admin', 'P@88w0rd'));
  expect(await unknown.json()).toMatchObject({ error: 'invalid_client' });
  expect(Object.keys(ks.tokens).sort()).toEqual(['expired', 'issued-before']);
});

test('where two scenarios differ the later one wins', async () => {
  const first: Scenario = { description: 'a', users: [{ name: 'jeff', password: 'one', state: 'Disabled' }] };
  const second: Scenario = { description: 'b', users: [{ name: 'jeff', password: 'two', state: 'Active' }] };
  await using ks = await startFakeKsApiserver();
  await ks.scenario(first, second);
  expect((await fetch(ks.url + login, form('jeff', 'one'))).status).toBe(400);
  expect((await fetch(ks.url + login, form('jeff', 'two'))).status).toBe(200);
});

test('a scenario in one space shows in no other, nor in the main world', async () => {
  await using ks = await startFakeKsApiserver();
  const [one, two] = [await ks.space('one'), await ks.space('two')];
  await one.scenario('apiserver-unavailable', 'disabled-user', 'token-expires-soon');
  expect((await fetch(`${one.url}/version`)).status).toBe(503);
  for (const other of [two, ks]) {
    expect((await fetch(other.url + login, form('jeff', 'P@88w0rd'))).status).toBe(200);
    const answer = await fetch(other.url + login, form('admin', 'P@88w0rd'));
    expect(await answer.json()).toMatchObject({ expires_in: 7200 });
    expect(other.world.faults.empty).toBe(true);
  }
});

test('a scenario in one server shows in no other', async () => {
  await using troubled = await startFakeKsApiserver({ scenarios: ['connection-reset', 'wrong-password'] });
  await using calm = await startFakeKsApiserver();
  await expect(fetch(troubled.url + login, form('admin', 'P@88w0rd'))).rejects.toThrow();
  expect((await fetch(calm.url + login, form('admin', 'P@88w0rd'))).status).toBe(200);
  expect((await fetch(calm.url + login, form('jeff', 'Str0ng-enough'))).status).toBe(400);
});

test('reset ends a scenario that was applied to a running server', async () => {
  await using ks = await startFakeKsApiserver();
  await ks.scenario('connection-reset');
  await ks.reset();
  expect((await fetch(ks.url + login, form('admin', 'P@88w0rd'))).status).toBe(200);
});

test('reset goes back to a scenario the server was started with', async () => {
  await using ks = await startFakeKsApiserver({ scenarios: ['disabled-user'] });
  await ks.reset();
  const answer = await fetch(ks.url + login, form('jeff', 'P@88w0rd'));
  expect(await answer.json()).toEqual({ error: 'invalid_grant', error_description: 'Account suspended.' });
});

test('the same seed and clock give the same tokens and objects', async () => {
  const texts = await Promise.all(
    [1, 2].map(async () => {
      await using ks = await startFakeKsApiserver({
        now: '2024-05-01T12:00:00Z',
        seed: 7,
        scenarios: ['forbidden-serviceaccount', 'expired-token', 'disabled-user'],
      });
      return JSON.stringify([ks.tokens, await ks.exportWorld()]);
    }),
  );
  expect(texts[0]).toBe(texts[1]);
});

test.for([
  [
    'a kind the release does not have',
    { description: 'x', objects: [{ apiVersion: 'v1', kind: 'Nonesuch', metadata: { name: 'a' } }] },
    'scenario: v4.1 has no kind Nonesuch of v1; correct apiVersion and kind',
  ],
  [
    'a namespace that is missing',
    {
      description: 'x',
      objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'nowhere' } }],
    },
    'scenario: namespaces "nowhere" not found',
  ],
  [
    'a patch of nothing',
    { description: 'x', patches: [{ apiVersion: 'v1', kind: 'Node', name: 'none', merge: {} }] },
    'scenario: nodes "none" not found',
  ],
  [
    'a cluster the world does not have',
    { description: 'x', clusters: { 'member-9': {} } },
    'scenario: clusters.member-9: this world has no such cluster; it has host, member-1',
  ],
  [
    'another release',
    { description: 'x', until: 'v3.4' },
    'scenario: there is no such situation in v4.1, only until v3.4; choose another',
  ],
  [
    'a global role the world does not have',
    { description: 'x', users: [{ name: 'jo', password: 'a', globalRole: 'platform-admn' }] },
    'scenario: user "jo": there is no global role "platform-admn"; did you mean "platform-admin"?',
  ],
  [
    'to take out a client that never was',
    { description: 'x', removeClients: ['kubespere'] },
    'scenario: removeClients: there is no OAuth client "kubespere"; did you mean "kubesphere"?',
  ],
  [
    'ages of a client that would do nothing',
    {
      description: 'x',
      clients: [{ name: 'web', secret: 'a', accessTokenInactivityTimeoutSeconds: 900 }],
    },
    'scenario: client "web": accessTokenInactivityTimeoutSeconds: does nothing without accessTokenMaxAgeSeconds; give both, or none',
  ],
  [
    'an unknown key',
    { description: 'x', faultz: [] },
    'scenario: faultz: unknown key; did you mean "faults"?',
  ],
] as const)('refuses %s and leaves the world as it was', async ([, wrong, message]) => {
  await using ks = await startFakeKsApiserver({ now: '2024-05-01T12:00:00Z' });
  const good: Scenario = {
    description: 'x',
    settings: { accessTokenMaxAge: 1 },
    users: [{ name: 'olaf', password: 'a' }],
    faults: [{ reset: true }],
    clock: { advance: '1h' },
  };
  const before = JSON.stringify(await ks.exportWorld());
  const error: unknown = await ks
    .scenario(good, wrong as unknown as Scenario)
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InputError);
  expect((error as InputError).problems).toEqual([message]);
  expect(JSON.stringify(await ks.exportWorld())).toBe(before);
  expect(ks.world.faults.empty).toBe(true);
  expect(ks.world.settings.accessTokenMaxAge).toBe(7_200_000);
  expect(ks.world.passwords.has('olaf')).toBe(false);
  expect((await ks.clock.now()).toISOString()).toBe('2024-05-01T12:00:00.000Z');
});

test('every two scenarios of a release can hold together', async () => {
  const scenarios = await Promise.all(scenarioNames().map((name) => loadScenario(name)));
  for (const release of releaseNames) {
    await using ks = await startFakeKsApiserver({ release });
    const catalog = new Catalog([...nativeResources(), ...kubesphereResources()], release);
    const fitting = scenarios.filter(({ scenario }) => inRange(release, scenario));
    for (const first of fitting) {
      for (const second of fitting) {
        expect(() => applyScenarios(ks.world.fork(), [first, second], catalog)).not.toThrow();
      }
    }
  }
});

test('an object that is there already takes what the scenario says of it', async () => {
  await using ks = await startFakeKsApiserver();
  const labels = { 'example.com/mood': 'good' };
  await ks.scenario({
    description: 'x',
    objects: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default', labels } }],
  });
  const found = ks.world.host.store.get({ group: '', plural: 'namespaces' }, undefined, 'default').object;
  expect(found.metadata.labels).toMatchObject({ ...labels, 'kubesphere.io/workspace': 'system-workspace' });
  expect(found['status']).toEqual({ phase: 'Active' });
});

test('objects and patches of a member cluster go there', async () => {
  await using ks = await startFakeKsApiserver();
  await ks.scenario({
    description: 'x',
    clusters: {
      'member-1': {
        objects: [
          { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'there' } },
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: 'a', namespace: 'there' },
            data: { k: '1' },
          },
        ],
        patches: [
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            name: 'a',
            namespace: 'there',
            merge: { data: { k: null, l: '2' } },
          },
        ],
      },
    },
  });
  const maps = { group: '', plural: 'configmaps' };
  const found = ks.world.clusters.get('member-1')?.store.find(maps, 'there', 'a');
  expect(found?.object['data']).toEqual({ l: '2' });
  expect(ks.world.host.store.find(maps, 'there', 'a')).toBe(undefined);
});

test.for(['v3.3', 'v4.1'] as const)('%s: a client is replaced, not doubled', async (release) => {
  await using ks = await startFakeKsApiserver({ release });
  await ks.scenario({ description: 'x', clients: [{ name: 'kubesphere', secret: 'other', trusted: true }] });
  expect((await fetch(ks.url + login, form('admin', 'P@88w0rd'))).status).toBe(401);
  expect((await fetch(ks.url + login, form('admin', 'P@88w0rd', 'kubesphere', 'other'))).status).toBe(200);
});

test.for(['v3.0', 'v3.3', 'v4.1'] as const)(
  '%s: a login changes its role, not only gains one',
  async (release) => {
    await using ks = await startFakeKsApiserver({ release });
    const bindings = { group: 'iam.kubesphere.io', plural: 'globalrolebindings' };
    const rolesOfOlaf = (): string[] =>
      ks.world.host.store
        .list(bindings)
        .filter(({ object }) => JSON.stringify(object['subjects']).includes('"olaf"'))
        .map(({ object }) => (object['roleRef'] as { name: string }).name);
    await ks.scenario({ description: 'x', users: [{ name: 'olaf', password: 'a' }] });
    expect(rolesOfOlaf()).toEqual(['platform-regular']);
    await ks.scenario({
      description: 'x',
      users: [{ name: 'olaf', password: 'a', globalRole: 'platform-admin' }],
    });
    expect(rolesOfOlaf()).toEqual(['platform-admin']);
  },
);

test('a login may have a global role that its own scenario brings', async () => {
  await using ks = await startFakeKsApiserver();
  const role = {
    apiVersion: 'iam.kubesphere.io/v1beta1',
    kind: 'GlobalRole',
    metadata: { name: 'auditor' },
    rules: [],
  };
  await ks.scenario({
    description: 'x',
    users: [{ name: 'jo', password: 'a', globalRole: 'auditor' }],
    objects: [role],
  });
  const bindings = ks.world.host.store.list({ group: 'iam.kubesphere.io', plural: 'globalrolebindings' });
  expect(bindings.map(({ object }) => object.metadata.name)).toContain('jo-auditor');
});

test('a client may be taken out twice', async () => {
  await using ks = await startFakeKsApiserver({ scenarios: ['unknown-client'] });
  expect((await ks.scenario('unknown-client')).applied).toEqual(['unknown-client']);
});
