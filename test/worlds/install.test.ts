import { describe, expect, test } from 'vitest';
import { kubesphereResources } from '../../src/apis/kubesphere-resources.js';
import { nativeResources } from '../../src/apis/native-resources.js';
import { aggregate } from '../../src/controllers/access/role-aggregation.js';
import { digArray, digObject, digString, isJsonObject } from '../../src/core/json.js';
import { annotation, label } from '../../src/core/kube-object.js';
import { releaseNames, type ReleaseName } from '../../src/core/release.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { assertKnownRego } from '../../src/rbac/rego-overrides.js';
import { Catalog } from '../../src/registry/catalog.js';
import { releases } from '../../src/releases/index.js';
import { SigningKeys } from '../../src/state/signing-keys.js';
import { createWorld, type World } from '../../src/state/world.js';
import { defaultSettings } from '../../src/worlds/default-settings.js';
import { loadInstall, loadMemberInstall } from '../../src/worlds/install.js';
import { as } from '../support/ask.js';

const iam = 'iam.kubesphere.io';

function install(name: ReleaseName, kubernetesVersion?: string): World {
  const release = releases[name];
  const settings = {
    ...defaultSettings(release),
    ...(kubernetesVersion !== undefined && { kubernetesVersion }),
  };
  const catalog = new Catalog([...nativeResources(), ...kubesphereResources()], name);
  const world = createWorld({ release, settings, keys: new SigningKeys('x', '') }, ['host', 'member']);
  loadInstall(world, catalog);
  const member = world.clusters.get('member');
  if (member !== undefined) loadMemberInstall(world, catalog, member);
  return world;
}

describe.for(releaseNames)('a fresh install of %s', (name) => {
  const { store } = install(name).host;
  const objects = store
    .resources()
    .flatMap((resource) => [...store.list(resource)].map(({ object }) => object));

  test('has objects with identity, each once, whose policies can be evaluated', () => {
    expect(objects.length).toBeGreaterThan(name === 'v2.1' ? 10 : 100);
    const uids = new Set<string>();
    for (const object of objects) {
      expect(object.metadata.uid, object.metadata.name).toMatch(/^[0-9a-f-]{36}$/);
      expect(object.metadata.creationTimestamp).toMatch(/^2024-01-10T/);
      expect(Object.isFrozen(object)).toBe(true);
      uids.add(object.metadata.uid ?? '');
      assertKnownRego(object);
    }
    expect(uids.size).toBe(objects.length);
  });

  test('names only owners, roles and templates that exist', () => {
    const known = new Map(
      objects.map(({ kind, metadata }) => [`${kind} ${metadata.name}`, metadata.uid] as const),
    );
    for (const object of objects) {
      for (const { kind, name: owner, uid } of object.metadata.ownerReferences ?? []) {
        if (!object.metadata.name.startsWith('kubesphere:iam:'))
          expect(known.get(`${kind} ${owner}`)).toBe(uid);
      }
      if (object.kind.endsWith('Binding')) {
        expect(
          known.has(`${digString(object, 'roleRef', 'kind')} ${digString(object, 'roleRef', 'name')}`),
        ).toBe(true);
      }
      for (const template of digArray(object, 'aggregationRoleTemplates', 'templateNames')) {
        expect(known.keys()).toContain(`RoleTemplate ${template as string}`);
      }
      const category = label(object, 'iam.kubesphere.io/category');
      if (category !== undefined) expect(known.has(`Category ${category}`)).toBe(true);
    }
  });

  test('is read once and shared: the same objects in every world', () => {
    const other = install(name).host.store;
    for (const resource of store.resources()) expect(other.list(resource)).toBe(store.list(resource));
    other.remove({ group: '', plural: 'namespaces' }, undefined, 'default');
    expect(store.find({ group: '', plural: 'namespaces' }, undefined, 'default')).toBeDefined();
  });

  test('gives a member cluster no clusters and no secrets of the host', () => {
    const member = install(name).clusters.get('member')?.store;
    expect(member?.find({ group: '', plural: 'namespaces' }, undefined, 'default')).toBeDefined();
    expect(member?.count({ group: 'cluster.kubesphere.io', plural: 'clusters' })).toBe(0);
    expect(member?.count({ group: '', plural: 'secrets' })).toBe(0);
  });
});

test('a fresh install of 4.1 has 65 role templates in 21 categories', () => {
  const { store } = install('v4.1').host;
  expect(store.count({ group: iam, plural: 'roletemplates' })).toBe(65);
  expect(store.count({ group: iam, plural: 'categories' })).toBe(21);
  expect(store.count({ group: iam, plural: 'globalroles' })).toBe(7);
  expect(store.count({ group: iam, plural: 'roles' })).toBe(18);
});

test('the roles of a fresh install of 4.1 are aggregated already', () => {
  const { store } = install('v4.1').host;
  const templates = store.list({ group: iam, plural: 'roletemplates' }).map(({ object }) => object);
  const kinds = {
    globalroles: 'global',
    workspaceroles: 'workspace',
    clusterroles: 'cluster',
    roles: 'namespace',
  };
  for (const [plural, scope] of Object.entries(kinds)) {
    for (const { object } of store.list({ group: iam, plural })) {
      expect(aggregate(object, scope, templates), object.metadata.name).toBe(object);
    }
  }
});

test('the host Cluster tells the version of the Kubernetes underneath', () => {
  const { store } = install('v4.1', 'v1.31.0').host;
  const { object } = store.get({ group: 'cluster.kubesphere.io', plural: 'clusters' }, undefined, 'host');
  expect(digString(object, 'status', 'kubernetesVersion')).toBe('v1.31.0');
  const untouched = install('v4.1').host.store;
  const other = untouched.get(
    { group: 'cluster.kubesphere.io', plural: 'clusters' },
    undefined,
    'host',
  ).object;
  expect(digString(other, 'status', 'kubernetesVersion')).toBe(releases['v4.1'].kubernetesVersion);
});

describe('role aggregation in 4.1', () => {
  const roles = `/apis/${iam}/v1beta1/globalroles`;
  const role = (name: string, aggregationRoleTemplates: object, annotations?: object): object => ({
    apiVersion: `${iam}/v1beta1`,
    kind: 'GlobalRole',
    metadata: { name, annotations },
    aggregationRoleTemplates,
    rules: [],
  });

  test('fills a role with the rules of the templates it names, one by one, and drops unknown names', async () => {
    await using ks = await startFakeKsApiserver({ world: 'empty' });
    const admin = await as(ks, 'admin');
    const names = ['global-view-users', 'nope', 'global-create-workspaces'];
    await admin.send('POST', roles, role('custom', { templateNames: names }));
    const { json } = await admin.get(`${roles}/custom`);
    expect(json['aggregationRoleTemplates']).toEqual({
      templateNames: ['global-view-users', 'global-create-workspaces'],
    });
    expect(json['rules']).toHaveLength(2 * 3 + 2 * 2);
    expect(json['rules']).toContainEqual({ verbs: ['get'], apiGroups: ['*'], resources: ['users'] });
    expect(json['rules']).toContainEqual({
      verbs: ['watch'],
      apiGroups: ['tenant.kubesphere.io'],
      resources: ['workspacetemplates'],
    });
  });

  test('carries policies over', async () => {
    await using ks = await startFakeKsApiserver({ world: 'empty' });
    const admin = await as(ks, 'admin');
    await admin.send('POST', roles, role('custom', { templateNames: ['global-view-clusters'] }));
    const stored = ks.world.host.store.get({ group: iam, plural: 'globalroles' }, undefined, 'custom').object;
    expect(annotation(stored, 'iam.kubesphere.io/rego-override')).toMatch(
      /^package authz default allow = false allow/,
    );
    assertKnownRego(stored);
  });

  test('a new template joins the roles that select it, unless they do not aggregate by themselves', async () => {
    await using ks = await startFakeKsApiserver({ world: 'empty' });
    const admin = await as(ks, 'admin');
    const roleSelector = { matchLabels: { pick: 'me' } };
    const auto = { 'iam.kubesphere.io/auto-aggregate': 'true' };
    await admin.send('POST', roles, role('auto', { roleSelector }, auto));
    await admin.send('POST', roles, role('manual', { roleSelector }));
    const created = await admin.send('POST', `/apis/${iam}/v1beta1/roletemplates`, {
      apiVersion: `${iam}/v1beta1`,
      kind: 'RoleTemplate',
      metadata: { name: 'extra', labels: { pick: 'me', 'iam.kubesphere.io/scope': 'global' } },
      spec: { displayName: { en: 'Extra' }, rules: [{ verbs: ['get'], apiGroups: ['x'], resources: ['y'] }] },
    });
    expect(created.status).toBe(201);
    const one = { verbs: ['get'], apiGroups: ['x'], resources: ['y'] };
    expect((await admin.get(`${roles}/auto`)).json['rules']).toEqual([one]);
    expect((await admin.get(`${roles}/manual`)).json['rules']).toEqual([]);
    const admins = ks.world.host.store.get(
      { group: iam, plural: 'globalroles' },
      undefined,
      'platform-admin',
    ).object;
    expect(digArray(admins, 'aggregationRoleTemplates', 'templateNames')).toContain('extra');
    expect(digArray(admins, 'rules').filter(isJsonObject)).toHaveLength(2);
    expect(digObject(admins, 'aggregationRoleTemplates')['roleSelector']).toBeDefined();
  });
});
