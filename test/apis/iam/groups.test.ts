import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf, type Asker } from '../../support/ask.js';

const iam = '/kapis/iam.kubesphere.io/v1alpha2';
const demo = `${iam}/workspaces/demo`;
const stored = '/apis/iam.kubesphere.io/v1alpha2';
const pods = '/api/v1/namespaces/shop/pods';

/** Makes a group of the workspace with `outsider`, a user without any role, in it; gives its name. */
async function withGroup(admin: Asker): Promise<string> {
  const made = await admin.send('POST', `${demo}/groups`, { metadata: { generateName: 'devs' } });
  const { name } = made.json.metadata;
  await admin.send('POST', `${demo}/groupbindings`, [{ userName: 'outsider', groupName: name }]);
  return name;
}

/** Gives the group roles in the workspace and its project, by bindings of its own. */
async function bind(admin: Asker, group: string): Promise<void> {
  const subjects = [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: group }];
  const roleRef = { apiGroup: 'iam.kubesphere.io', kind: 'WorkspaceRole', name: 'demo-viewer' };
  const native = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'viewer' };
  const asked = [
    await admin.send('POST', `${demo}/workspacerolebindings`, [{ subjects, roleRef }]),
    await admin.send('POST', `${iam}/namespaces/shop/rolebindings`, [{ subjects, roleRef: native }]),
  ];
  expect(asked.map(({ status }) => status)).toEqual([200, 200]);
}

const releases = ['v3.1', 'v3.3', 'v3.4'] as const;

test.each(releases)('%s: who is in a group says so, and has what the group may', async (release) => {
  await using ks = await startFakeKsApiserver({ release });
  const admin = await as(ks, 'admin');
  const outsider = await as(ks, 'outsider');
  const statuses = async (): Promise<number[]> => [
    (await outsider.get(pods)).status,
    (await outsider.get(`${demo}/workspaceroles`)).status,
  ];
  expect(await statuses()).toEqual([403, 403]);
  const group = await withGroup(admin);
  await bind(admin, group);
  expect((await admin.get(`${iam}/users/outsider`)).json.spec['groups']).toEqual([group]);
  expect(namesOf(await admin.get(`${iam}/users?ingroup=${group}`))).toEqual(['outsider']);
  expect(namesOf(await admin.get(`${iam}/users?notingroup=${group}&limit=100`))).not.toContain('outsider');
  expect(await statuses()).toEqual([200, 200]);

  const [binding] = (await admin.get(`${stored}/groupbindings`)).json.items;
  expect(binding?.metadata['finalizers']).toEqual(['finalizers.kubesphere.io/groupsbindings']);
  await admin.send('DELETE', `${demo}/groupbindings/${binding?.metadata.name ?? ''}`);
  expect((await admin.get(`${iam}/users/outsider`)).json.spec).not.toHaveProperty('groups');
  expect(await statuses()).toEqual([403, 403]);
});

test.each(releases)('%s: a group takes its bindings along, and those of its members', async (release) => {
  await using ks = await startFakeKsApiserver({ release });
  const admin = await as(ks, 'admin');
  const outsider = await as(ks, 'outsider');
  const group = await withGroup(admin);
  await bind(admin, group);
  const parent = { metadata: { generateName: 'part', labels: { 'iam.kubesphere.io/group-parent': group } } };
  const part = (await admin.send('POST', `${demo}/groups`, parent)).json.metadata.name;
  const owners = async (name: string): Promise<unknown> =>
    (await admin.get(`${stored}/groups/${name}`)).json.metadata['ownerReferences'];
  expect(await owners(group)).toMatchObject([{ kind: 'WorkspaceTemplate', name: 'demo', controller: true }]);
  expect(await owners(part)).toMatchObject([{ kind: 'Group', name: group, controller: true }]);

  expect((await admin.send('DELETE', `${demo}/groups/${group}`)).status).toBe(200);
  const selector = `labelSelector=iam.kubesphere.io/group-ref%3D${group}`;
  const left = [
    await admin.get(`${stored}/groups`),
    await admin.get(`${stored}/groupbindings`),
    await admin.get(`${stored}/workspacerolebindings?${selector}`),
    await admin.get(`/apis/rbac.authorization.k8s.io/v1/rolebindings?${selector}`),
  ];
  expect(left.flatMap(namesOf)).toEqual([]);
  expect((await admin.get(`${iam}/users/outsider`)).json.spec).not.toHaveProperty('groups');
  expect((await outsider.get(pods)).status).toBe(403);
});

test.each(releases)('%s: a user who goes leaves all groups', async (release) => {
  await using ks = await startFakeKsApiserver({ release });
  const admin = await as(ks, 'admin');
  await withGroup(admin);
  await admin.send('DELETE', `${iam}/users/outsider`);
  expect((await admin.get(`${stored}/users/outsider`)).status).toBe(404);
  expect(namesOf(await admin.get(`${stored}/groupbindings`))).toEqual([]);
  expect(namesOf(await admin.get(`${stored}/groups`))).toHaveLength(1);
});

test('v4.1: groups are objects that do nothing', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const path = '/kapis/iam.kubesphere.io/v1beta1';
  const meta = (kind: string, name: string, labels = {}): object => ({
    apiVersion: 'iam.kubesphere.io/v1beta1',
    kind,
    metadata: { name, labels },
  });
  await admin.send('POST', `${path}/groups`, meta('Group', 'devs', { 'kubesphere.io/workspace': 'demo' }));
  const groupRef = { apiGroup: 'iam.kubesphere.io', kind: 'Group', name: 'devs' };
  const binding = { ...meta('GroupBinding', 'devs-outsider'), groupRef, users: ['outsider'] };
  expect((await admin.send('POST', `${path}/groupbindings`, binding)).status).toBe(200);
  expect((await admin.get(`${path}/users/outsider`)).json.spec).not.toHaveProperty('groups');
  const { json } = await admin.get(`${path}/groups/devs`);
  expect(json.metadata).not.toHaveProperty('finalizers');
  expect(json.metadata).not.toHaveProperty('ownerReferences');
});
