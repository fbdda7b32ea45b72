import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf } from '../../support/ask.js';

const at = '/kapis/iam.kubesphere.io/v1alpha2';
const aggregation = 'iam.kubesphere.io/aggregation-roles';

function role(name: string, templates?: readonly string[], resourceVersion?: unknown): object {
  const annotations = templates === undefined ? {} : { [aggregation]: JSON.stringify(templates) };
  return { metadata: { name, annotations, ...(resourceVersion !== undefined && { resourceVersion }) } };
}

test('a role of 3.x has the rules of the templates it names, and none of its own', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4', world: 'empty' });
  const admin = await as(ks, 'admin');
  const template = await admin.get(`${at}/globalroles/role-template-view-users`);
  const rules = template.json['rules'];
  expect(rules).not.toEqual([]);
  const created = await admin.send('POST', `${at}/globalroles`, {
    ...role('watchers', ['role-template-view-users']),
    rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  });
  expect([created.status, created.json['rules']]).toEqual([200, rules]);
  const bare = await admin.send('POST', `${at}/globalroles`, role('bare'));
  expect(bare.json['rules']).toEqual([]);

  const patched = await admin.send('PATCH', `${at}/globalroles/watchers`, {
    metadata: { annotations: { [aggregation]: '[]' } },
  });
  expect(patched.json['rules']).toEqual([]);
  const kept = await admin.send('PATCH', `${at}/globalroles/watchers`, {
    metadata: { annotations: { a: 'b' } },
  });
  expect(kept.json.metadata.annotations).toEqual({ [aggregation]: '[]', a: 'b' });
  expect((await admin.send('DELETE', `${at}/globalroles/watchers`)).json).toEqual({ message: 'success' });
  expect((await admin.get(`${at}/globalroles/watchers`)).status).toBe(404);
});

test('whether a role of 3.x is created or replaced depends on its resourceVersion, not on the method', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4', world: 'empty' });
  const admin = await as(ks, 'admin');
  const created = await admin.send('POST', `${at}/globalroles`, role('r'));
  const again = await admin.send('PUT', `${at}/globalroles/r`, role('r'));
  expect([again.status, again.text]).toEqual([409, 'globalroles.iam.kubesphere.io "r" already exists\n']);
  const replaced = await admin.send(
    'PUT',
    `${at}/globalroles/r`,
    role('r', ['role-template-view-users'], created.json.metadata['resourceVersion']),
  );
  expect(replaced.status).toBe(200);
  const stale = await admin.send(
    'POST',
    `${at}/globalroles`,
    role('r', [], created.json.metadata['resourceVersion']),
  );
  expect(stale.status).toBe(409);
  const missing = await admin.send('POST', `${at}/globalroles`, role('s', ['nope']));
  expect([missing.status, missing.text]).toEqual([404, 'globalrole.iam.kubesphere.io "nope" not found\n']);
});

test('roles of a workspace of 3.x stay in it; templates belong to none', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4', world: 'empty' });
  const admin = await as(ks, 'admin');
  for (const name of ['red', 'blue']) {
    await admin.send('POST', '/kapis/tenant.kubesphere.io/v1alpha2/workspaces', {
      metadata: { name },
      spec: { template: { spec: { manager: 'admin' } }, placement: { clusters: [{ name: 'host' }] } },
    });
  }
  const roles = `${at}/workspaces/red/workspaceroles`;
  const created = await admin.send('POST', roles, role('red-readers', ['role-template-view-members']));
  expect(created.json.metadata.labels).toEqual({ 'kubesphere.io/workspace': 'red' });
  const names = namesOf(await admin.get(roles));
  expect(names).toContain('red-readers');
  expect(names.every((name) => name.startsWith('red-'))).toBe(true);
  const templates = await admin.get(`${roles}?labelSelector=iam.kubesphere.io/role-template`);
  expect(namesOf(templates)).toContain('role-template-view-members');
  const elsewhere = await admin.get(`${at}/workspaces/blue/workspaceroles/red-readers`);
  expect([elsewhere.status, elsewhere.text]).toEqual([
    404,
    'workspacerole.iam.kubesphere.io "red-readers" not found\n',
  ]);
});

test('groups of 3.x are made in a workspace, filled and emptied', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4', world: 'empty' });
  const admin = await as(ks, 'admin');
  const workspace = `${at}/workspaces/system-workspace`;
  const created = await admin.send('POST', `${workspace}/groups`, { metadata: { generateName: 'devs' } });
  const { name } = created.json.metadata;
  expect(name).toMatch(/^devs[a-z0-9]{5}$/);
  expect(namesOf(await admin.get(`${workspace}/groups`))).toEqual([name]);
  expect((await admin.get(`${at}/workspaces/other/groups/${name}`)).status).toBe(404);
  const twin = await admin.send('POST', `${workspace}/groups`, { metadata: { generateName: 'devs' } });
  expect(twin.status).toBe(409);

  const bound = await admin.send('POST', `${workspace}/groupbindings`, [
    { userName: 'admin', groupName: name },
  ]);
  const [binding] = bound.json as unknown as { metadata: { name: string; labels: object } }[];
  expect(binding?.metadata.labels).toEqual({
    'iam.kubesphere.io/group-ref': name,
    'iam.kubesphere.io/user-ref': 'admin',
    'kubesphere.io/workspace': 'system-workspace',
  });
  const at2 = `${workspace}/groupbindings/${binding?.metadata.name ?? ''}`;
  expect((await admin.send('DELETE', at2)).json).toEqual({ message: 'success' });
  expect((await admin.send('DELETE', at2)).status).toBe(404);
  expect((await admin.send('DELETE', `${workspace}/groups/${name}`)).json).toEqual({ message: 'success' });
});

test('roles are given to groups by bindings of their own in 3.x', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4', world: 'empty' });
  const admin = await as(ks, 'admin');
  const bindings = `${at}/workspaces/system-workspace/workspacerolebindings`;
  const created = await admin.send('POST', bindings, [
    {
      subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'devs' }],
      roleRef: { apiGroup: 'iam.kubesphere.io', kind: 'WorkspaceRole', name: 'system-workspace-viewer' },
    },
  ]);
  const [binding] = created.json as unknown as {
    metadata: { name: string; labels: Record<string, string> };
  }[];
  expect(binding?.metadata.labels['iam.kubesphere.io/group-ref']).toBe('devs');
  expect(namesOf(await admin.get(bindings))).toContain(binding?.metadata.name);
  const gone = await admin.send('DELETE', `${bindings}/${binding?.metadata.name ?? ''}`);
  expect(gone.json).toEqual({ message: 'success' });
});
