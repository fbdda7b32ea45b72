import { describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf, type Asker } from '../../support/ask.js';

const iam = '/kapis/iam.kubesphere.io/v1beta1';
const clusters = '/apis/cluster.kubesphere.io/v1alpha1/clusters';
const demo = `${iam}/workspaces/demo`;
const ready = { status: { conditions: [{ type: 'Ready', status: 'True' }] } };

/** Takes from the default world what it came with. */
async function revoke(admin: Asker): Promise<void> {
  const { json: user } = await admin.get(`${iam}/users/platform-admin`);
  const annotations = { ...user.metadata.annotations, 'iam.kubesphere.io/globalrole': 'platform-regular' };
  const lesser = { ...user, metadata: { ...user.metadata, annotations } };
  const asked = [
    await admin.send('PUT', `${iam}/users/platform-admin`, lesser),
    await admin.send('DELETE', `${demo}/workspacemembers/jeff`),
    await admin.send('DELETE', `${demo}/workspaceroles/demo-self-provisioner`),
    await admin.send('DELETE', `${iam}/globalroles/platform-self-provisioner`),
    await admin.send('DELETE', `${iam}/users/shop-viewer`),
  ];
  expect(asked.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
}

/** What is left of it. */
async function left(ks: InProcessFake, admin: Asker): Promise<unknown> {
  const members = namesOf(await admin.get(`${demo}/workspacemembers`));
  const lesser = await as(ks, 'platform-admin');
  return {
    members: ['jeff', 'shop-viewer'].filter((name) => members.includes(name)),
    inProject: namesOf(await admin.get(`${iam}/namespaces/shop/namespacemembers`)).includes('shop-viewer'),
    workspaceRole: (await admin.get(`${demo}/workspaceroles/demo-self-provisioner`)).status,
    globalRole: (await admin.get(`${iam}/globalroles/platform-self-provisioner`)).status,
    user: (await admin.get(`${iam}/users/shop-viewer`)).status,
    clustersForPlatformAdmin: (await lesser.get(clusters)).status,
  };
}

const nothing = {
  members: [],
  inProject: false,
  workspaceRole: 404,
  globalRole: 404,
  user: 404,
  clustersForPlatformAdmin: 403,
};

describe('what the world came with is revoked', () => {
  test.each([
    ['with every cluster ready', 'PATCH', ready],
    ['once the cluster out of reach has left', 'DELETE', undefined],
  ] as const)('%s', async (_, method, body) => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const type = body && 'application/merge-patch+json';
    expect((await admin.send(method, `${clusters}/member-2`, body, type)).status).toBe(200);
    await revoke(admin);
    expect(await left(ks, admin)).toEqual(nothing);
  });

  test('only when all clusters are within reach, and until then holds', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await revoke(admin);
    expect(await left(ks, admin)).toEqual({
      members: ['jeff', 'shop-viewer'],
      // Bindings of projects have no copies to wait for.
      inProject: false,
      workspaceRole: 200,
      globalRole: 200,
      user: 200,
      clustersForPlatformAdmin: 200,
    });
    await admin.send('PATCH', `${clusters}/member-2`, ready, 'application/merge-patch+json');
    expect(await left(ks, admin)).toEqual(nothing);
  });

  test('in the empty world', async () => {
    await using ks = await startFakeKsApiserver({ world: 'empty' });
    const admin = await as(ks, 'admin');
    const members = `${iam}/workspaces/system-workspace/workspacemembers`;
    expect(namesOf(await admin.get(members))).toEqual(['admin']);
    expect((await admin.send('DELETE', `${members}/admin`)).status).toBe(200);
    expect(namesOf(await admin.get(members))).toEqual([]);
  });
});
