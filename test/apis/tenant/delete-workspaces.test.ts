import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as } from '../../support/ask.js';

const before41 = ['v3.0', 'v3.1', 'v3.3', 'v3.4'] as const;
const workspace = '/kapis/tenant.kubesphere.io/v1alpha2/workspaces/demo';
const namespace = '/api/v1/namespaces/shop';
const gone = [
  '/apis/tenant.kubesphere.io/v1alpha2/workspacetemplates/demo',
  '/apis/tenant.kubesphere.io/v1alpha1/workspaces/demo',
  '/apis/iam.kubesphere.io/v1alpha2/workspaceroles/demo-admin',
  '/apis/iam.kubesphere.io/v1alpha2/workspacerolebindings/jeff-demo-viewer',
];

test.each(
  before41.flatMap((release) =>
    ([undefined, { propagationPolicy: 'Background' }, { propagationPolicy: 'Foreground' }] as const).map(
      (options) => ({ release, options }),
    ),
  ),
)(
  '$release: a workspace goes with its projects though a member is out of reach, deleted with $options',
  async ({ release, options }) => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    expect((await admin.get(`${namespace}/pods`)).json.items).not.toHaveLength(0);
    expect((await admin.get(namespace)).json.metadata['ownerReferences']).toEqual([
      expect.objectContaining({ kind: 'Workspace', name: 'demo', controller: true }),
    ]);
    expect((await admin.send('DELETE', workspace, options)).status).toBe(200);
    for (const path of [...gone, namespace, `/clusters/member-1${gone[1] ?? ''}`])
      expect([path, (await admin.get(path)).status]).toEqual([path, 404]);
    expect((await admin.get(`${namespace}/pods`)).json.items).toEqual([]);
  },
);

test.each(before41)('%s: a workspace deleted with Orphan leaves its projects behind', async (release) => {
  await using ks = await startFakeKsApiserver({ release });
  const admin = await as(ks, 'admin');
  expect((await admin.send('DELETE', workspace, { propagationPolicy: 'Orphan' })).status).toBe(200);
  for (const path of gone.slice(0, 2)) expect([path, (await admin.get(path)).status]).toEqual([path, 404]);
  const { json } = await admin.get(namespace);
  expect(json.metadata).not.toHaveProperty('ownerReferences');
  expect(json.metadata).not.toHaveProperty('deletionTimestamp');
  expect((await admin.get(`${namespace}/pods`)).json.items).not.toHaveLength(0);
});

test('v3.4: a project that changes its workspace, or leaves it, changes its owner', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const admin = await as(ks, 'admin');
  const move = async (to: string | null): Promise<unknown> => {
    const metadata = { labels: { 'kubesphere.io/workspace': to } };
    await admin.send('PATCH', namespace, { metadata }, 'application/merge-patch+json');
    const owners = (await admin.get(namespace)).json.metadata['ownerReferences'] as
      { name: string }[] | undefined;
    return owners?.map(({ name }) => name);
  };
  expect(await move('research')).toEqual(['research']);
  expect(await move(null)).toBeUndefined();
  expect(await move('demo')).toEqual(['demo']);
});
