import { expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf } from '../../support/ask.js';

const releases = ['v4.1', 'v3.4'] as const;
type Release = (typeof releases)[number];

const iam = {
  'v4.1': '/kapis/iam.kubesphere.io/v1beta1',
  'v3.4': '/kapis/iam.kubesphere.io/v1alpha2',
} as const;
const tenant = {
  'v4.1': '/kapis/tenant.kubesphere.io/v1beta1',
  'v3.4': '/kapis/tenant.kubesphere.io/v1alpha2',
} as const;
const projects = { 'v4.1': 'namespacemembers', 'v3.4': 'members' } as const;

/** Two workspaces with a project each, and people who may see some of it. */
async function start(release: Release): Promise<InProcessFake> {
  const ks = await startFakeKsApiserver({ release, world: 'empty' });
  const admin = await as(ks, 'admin');
  const done = async (method: string, path: string, body: unknown): Promise<void> => {
    const { status, text } = await admin.send(method, path, body);
    expect([status, text]).toEqual([200, expect.anything()]);
  };
  const globalRoles = { maker: 'platform-self-provisioner', nobody: 'platform-regular' };
  for (const name of ['maker', 'viewer', 'coder', 'twice', 'nobody']) {
    const role = name === 'maker' ? globalRoles.maker : globalRoles.nobody;
    await done('POST', `${iam[release]}/users`, {
      metadata: { name, annotations: { 'iam.kubesphere.io/globalrole': role } },
      spec: { email: `${name}@example.com`, password: 'P@88w0rd' },
    });
  }
  for (const [workspace, project] of [
    ['red', 'red-app'],
    ['blue', 'blue-app'],
  ] as const) {
    const spec = { template: { spec: { manager: 'admin' } }, placement: { clusters: [{ name: 'host' }] } };
    await done('POST', `${tenant[release]}/workspaces`, { metadata: { name: workspace }, spec });
    const labels = { 'kubesphere.io/managed': 'true' };
    await done('POST', `${tenant[release]}/workspaces/${workspace}/namespaces`, {
      metadata: { name: project, labels },
    });
  }
  const workspaceMembers = `${iam[release]}/workspaces/red/workspacemembers`;
  await done('POST', workspaceMembers, [{ username: 'viewer', roleRef: 'red-viewer' }]);
  await done('POST', workspaceMembers, [{ username: 'coder', roleRef: 'red-regular' }]);
  const members = (project: string): string => `${iam[release]}/namespaces/${project}/${projects[release]}`;
  await done('POST', members('red-app'), [{ username: 'coder', roleRef: 'operator' }]);
  await done('POST', members('red-app'), [{ username: 'twice', roleRef: 'viewer' }]);
  await done('POST', members('blue-app'), [{ username: 'twice', roleRef: 'viewer' }]);
  return ks;
}

const everything = {
  workspaces: ['blue', 'red', 'system-workspace'],
  redNamespaces: ['red-app'],
};

test.for([
  ['admin', everything.workspaces, ['blue-app', 'red-app'], ['red-app']],
  ['maker', [], [], []],
  ['viewer', ['red'], [], ['red-app']],
  ['coder', ['red'], ['red-app'], ['red-app']],
  ['twice', [], ['blue-app', 'red-app'], ['red-app']],
  ['nobody', [], [], []],
] as const)(
  '%s sees the workspaces and projects they have to do with',
  async ([user, workspaces, mine, red]) => {
    for (const release of releases) {
      await using ks = await start(release);
      const asker = await as(ks, user);
      const sorted = 'sortBy=name&ascending=true';
      const at = tenant[release];
      const listed = namesOf(await asker.get(`${at}/workspaces?${sorted}`));
      expect([release, listed]).toEqual([
        release,
        workspaces.filter((name) => listed.includes('system-workspace') || name !== 'system-workspace'),
      ]);
      const namespaces = namesOf(await asker.get(`${at}/namespaces?${sorted}`));
      expect(namespaces.filter((name) => name.endsWith('-app'))).toEqual(mine);
      expect(namesOf(await asker.get(`${at}/workspaces/red/namespaces?${sorted}`))).toEqual(red);
    }
  },
);

test('with two roles in a project 4.1 shows it twice, 3.x once', async () => {
  for (const [release, count] of [
    ['v4.1', 2],
    ['v3.4', 1],
  ] as const) {
    await using ks = await start(release);
    const group = release === 'v4.1' ? 'iam.kubesphere.io' : 'rbac.authorization.k8s.io';
    const { store } = ks.world.host;
    const [known] = store
      .list({ group, plural: 'rolebindings' }, 'red-app')
      .filter(({ object }) => object.metadata.name.startsWith('coder-'));
    if (known === undefined) throw new Error('coder has a role in red-app');
    store.load(
      { group, plural: 'rolebindings' },
      {
        ...known.object,
        metadata: {
          name: 'coder-again',
          namespace: 'red-app',
          ...(known.object.metadata.labels && { labels: known.object.metadata.labels }),
        },
      },
    );
    const { json } = await (await as(ks, 'coder')).get(`${tenant[release]}/namespaces`);
    expect([release, json['totalItems']]).toEqual([release, count]);
  }
});

test('a binding in a namespace that is gone fails the list of namespaces', async () => {
  await using ks = await start('v4.1');
  const { store } = ks.world.host;
  store.load(
    { group: 'iam.kubesphere.io', plural: 'rolebindings' },
    {
      apiVersion: 'iam.kubesphere.io/v1beta1',
      kind: 'RoleBinding',
      metadata: {
        name: 'nobody-viewer',
        namespace: 'gone',
        labels: { 'iam.kubesphere.io/user-ref': 'nobody' },
      },
      roleRef: { apiGroup: 'iam.kubesphere.io', kind: 'Role', name: 'viewer' },
    },
  );
  const { status, text } = await (await as(ks, 'nobody')).get(`${tenant['v4.1']}/namespaces`);
  expect([status, text]).toEqual([500, 'Namespace "gone" not found\n']);
});

test('clusters are shown to who may list them, and by the annotation to others', async () => {
  for (const release of releases) {
    await using ks = await start(release);
    const host = namesOf(await (await as(ks, 'admin')).get(`${tenant[release]}/clusters`));
    expect(host).toEqual(['host']);
    const nobody = await as(ks, 'nobody');
    expect(namesOf(await nobody.get(`${tenant[release]}/clusters`))).toEqual([]);
    const users = { group: 'iam.kubesphere.io', plural: 'users' };
    const { object } = ks.world.host.store.get(users, undefined, 'nobody');
    const annotations = { ...object.metadata.annotations, 'iam.kubesphere.io/granted-clusters': 'gone,host' };
    ks.world.host.store.load(users, { ...object, metadata: { ...object.metadata, annotations } });
    expect(namesOf(await nobody.get(`${tenant[release]}/clusters`))).toEqual(['host']);
  }
});

test('4.1 adds clusters where the caller has any role when asked to, and wants a boolean', async () => {
  await using ks = await start('v4.1');
  const coder = await as(ks, 'coder');
  expect(namesOf(await coder.get(`${tenant['v4.1']}/clusters?roleBindingExists=true`))).toEqual(['host']);
  expect(namesOf(await coder.get(`${tenant['v4.1']}/clusters?roleBindingExists=0`))).toEqual([]);
  const bad = await coder.get(`${tenant['v4.1']}/clusters?roleBindingExists=maybe`);
  expect([bad.status, bad.text]).toEqual([500, 'strconv.ParseBool: parsing "maybe": invalid syntax\n']);
  // Whoever sees all clusters is answered before anybody looks at the flag.
  const all = await as(ks, 'admin');
  expect((await all.get(`${tenant['v4.1']}/clusters?roleBindingExists=maybe`)).status).toBe(200);
});

test('a caller that is no user of this world is told so', async () => {
  await using ks = await start('v4.1');
  const { store } = ks.world.host;
  const users = { group: 'iam.kubesphere.io', plural: 'users' };
  const nobody = await as(ks, 'nobody');
  store.remove(users, undefined, 'nobody');
  const { status } = await nobody.get(`${tenant['v4.1']}/clusters`);
  expect([401, 403, 500]).toContain(status);
});

test('what a kubeconfig holds does not leave with the clusters a tenant sees', async () => {
  for (const release of releases) {
    await using ks = await start(release);
    const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };
    const { object } = ks.world.host.store.get(clusters, undefined, 'host');
    const spec = { connection: { type: 'direct', kubeconfig: 'c2VjcmV0' } };
    ks.world.host.store.load(clusters, { ...object, spec });
    const admin = await as(ks, 'admin');
    for (const path of ['/clusters', '/workspaces/red/clusters']) {
      const { text } = await admin.get(tenant[release] + path);
      expect(text).toContain('"direct"');
      expect(text).not.toContain('c2VjcmV0');
    }
  }
});

test('a namespace is found below its own workspace only', async () => {
  await using ks = await start('v4.1');
  const admin = await as(ks, 'admin');
  const own = await admin.get(`${tenant['v4.1']}/workspaces/red/namespaces/red-app`);
  expect(own.json).toMatchObject({ kind: 'Namespace', metadata: { name: 'red-app' } });
  const other = await admin.get(`${tenant['v4.1']}/workspaces/red/namespaces/blue-app`);
  expect([other.status, other.text]).toEqual([404, 'namespace "blue-app" not found\n']);
});

test('which object a path for workspaces answers depends on release and version', async () => {
  const rows = [
    ['v4.1', 'v1beta1', 'workspaces', 'Workspace'],
    ['v4.1', 'v1alpha3', 'workspaces', 'WorkspaceTemplate'],
    ['v4.1', 'v1beta1', 'workspacetemplates', 'WorkspaceTemplate'],
    ['v3.4', 'v1alpha2', 'workspaces', 'WorkspaceTemplate'],
    ['v3.4', 'v1alpha3', 'workspaces', 'Workspace'],
    ['v3.4', 'v1alpha3', 'workspacetemplates', 'WorkspaceTemplate'],
  ] as const;
  for (const release of releases) {
    await using ks = await start(release);
    const admin = await as(ks, 'admin');
    for (const [where, version, plural, kind] of rows) {
      if (where !== release) continue;
      const { json } = await admin.get(`/kapis/tenant.kubesphere.io/${version}/${plural}/red`);
      expect([where, version, plural, json['kind']]).toEqual([where, version, plural, kind]);
    }
  }
});

test('counters count what the caller sees', async () => {
  await using ks = await start('v4.1');
  await (await as(ks, 'admin')).send('GET', '/kapis/version');
  const counts = async (user: string, path: string): Promise<Record<string, number>> => {
    const { json } = await (await as(ks, user)).get(tenant['v4.1'] + path);
    const results = json['results'] as {
      metric_name: string;
      data: { result: [{ value: [number, number] }] };
    }[];
    return Object.fromEntries(results.map(({ metric_name, data }) => [metric_name, data.result[0].value[1]]));
  };
  expect(await counts('admin', '/metrics')).toMatchObject({
    platform_workspace_count: 3,
    platform_cluster_count: 1,
  });
  const nobodys = await counts('nobody', '/metrics');
  expect(nobodys).not.toHaveProperty('platform_workspace_count');
  expect(await counts('admin', '/workspaces/red/metrics')).toMatchObject({
    workspace_workspacerolebinding_count: 3,
    workspace_namespace_count: 1,
  });
});
