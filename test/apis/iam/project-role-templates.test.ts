import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf } from '../../support/ask.js';

const iam = '/kapis/iam.kubesphere.io/v1alpha2';
const releases = ['v3.0', 'v3.1', 'v3.3', 'v3.4'] as const;
const aggregation = 'iam.kubesphere.io/aggregation-roles';

test.each(releases)('%s: projects have templates, and roles can be made of them', async (release) => {
  await using ks = await startFakeKsApiserver({ release });
  const admin = await as(ks, 'admin');
  await admin.send('POST', '/kapis/tenant.kubesphere.io/v1alpha2/workspaces/demo/namespaces', {
    metadata: { name: 'fresh', labels: { 'kubesphere.io/workspace': 'demo' } },
  });
  const templates = 'label=iam.kubesphere.io/role-template%3Dtrue&limit=100';
  const expected = namesOf(await admin.get(`${iam}/namespaces/fresh/roles?${templates}`));
  expect(expected).toContain('role-template-view-members');
  expect(expected).not.toContain('role-template-view-pipelines');
  for (const namespace of ['shop', 'kube-system'])
    expect(namesOf(await admin.get(`${iam}/namespaces/${namespace}/roles?${templates}`))).toEqual(expected);

  const role = {
    metadata: { name: 'auditor', annotations: { [aggregation]: '["role-template-view-members"]' } },
  };
  const made = await admin.send('POST', `${iam}/namespaces/shop/roles`, role);
  expect(made.status).toBe(200);
  expect(made.json['rules']).toEqual([
    expect.objectContaining({ resources: ['members', 'rolebindings'], verbs: ['get', 'list', 'watch'] }),
  ]);
  await admin.send('POST', `${iam}/namespaces/shop/members`, [{ username: 'outsider', roleRef: 'auditor' }]);
  const { text } = await admin.get(`${iam}/namespaces/shop/members/outsider/roles`);
  expect((JSON.parse(text) as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name)).toEqual(
    ['role-template-view-members'],
  );
});

test.each(releases)('%s: DevOps projects have templates of their own', async (release) => {
  await using ks = await startFakeKsApiserver({ release });
  const admin = await as(ks, 'admin');
  const made = await admin.send('POST', '/kapis/devops.kubesphere.io/v1alpha3/workspaces/demo/devops', {
    metadata: { generateName: 'build' },
  });
  const { name } = made.json.metadata;
  const roles = namesOf(await admin.get(`${iam}/devops/${name}/roles?limit=100`));
  expect(roles).toContain('role-template-view-pipelines');
  expect(roles).toContain('role-template-view-members');
  expect(roles).not.toContain('role-template-view-volumes');
  const { json } = await admin.get(`/api/v1/namespaces/${name}`);
  expect(json.metadata['ownerReferences']).toMatchObject([{ kind: 'DevOpsProject', controller: true }]);
});

test.each(releases)('%s: lists tell which templates a role is made of', async (release) => {
  await using ks = await startFakeKsApiserver({ release });
  const admin = await as(ks, 'admin');
  const resources = '/kapis/resources.kubesphere.io/v1alpha3';
  const rows = [
    ['globalroles', 'globalroles', 'platform-regular'],
    ['clusterroles', 'clusterroles', 'cluster-viewer'],
    ['workspaces/demo/workspaceroles', 'workspaceroles', 'demo-viewer'],
    ['namespaces/shop/roles', 'namespaces/shop/roles', 'viewer'],
  ] as const;
  for (const [path, shown, role] of rows) {
    const own = await admin.get(`${iam}/${path}?aggregateTo=${role}&limit=100`);
    expect([path, namesOf(own).length]).not.toEqual([path, 0]);
    const same = await admin.get(`${resources}/${shown}?aggregateTo=${role}&limit=100`);
    expect(namesOf(own)).toEqual(namesOf(same));
    expect(own.json.items.every(({ metadata }) => metadata.name.startsWith('role-template-'))).toBe(true);
    const unknown = await admin.get(`${iam}/${path}?aggregateTo=nobody`);
    expect(unknown.json).toMatchObject({ items: [], totalItems: 0 });
  }
});
