import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf, type Asker } from '../../support/ask.js';

const users = '/kapis/resources.kubesphere.io/v1alpha3/users?limit=100';

test.each(['v3.3', 'v3.4', 'v4.1'] as const)(
  '%s: users found by their bindings are not selected by labels',
  async (release) => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    for (const place of ['namespace=shop', 'workspace=demo', 'globalrole=platform-regular']) {
      const found = namesOf(await admin.get(`${users}&${place}`));
      expect(found).not.toEqual([]);
      expect(namesOf(await admin.get(`${users}&${place}&labelSelector=a%3Db`))).toEqual(found);
    }
    expect(namesOf(await admin.get(`${users}&labelSelector=a%3Db`))).toEqual([]);
  },
);

const modes = [
  'globalrole=platform-admin',
  'workspace=demo',
  'workspace=demo&workspacerole=demo-admin',
  'namespace=shop',
  'namespace=shop&role=admin',
  'cluster=true',
  'cluster=true&clusterrole=cluster-admin',
  'cluster=true&limit=1&page=2&sortBy=name',
] as const;

describe.each(['v3.0', 'v3.1', 'v3.3', 'v3.4'] as const)('%s', (release) => {
  let ks: InProcessFake;
  let admin: Asker;
  const iam = '/kapis/iam.kubesphere.io/v1alpha2';
  beforeAll(async () => {
    ks = await startFakeKsApiserver({ release });
    admin = await as(ks, 'admin');
  });
  afterAll(() => ks.close());

  test.each(modes)(
    'users of iam are found by %s as those of resources are, with role and without password',
    async (mode) => {
      const [own, general] = await Promise.all([
        admin.get(`${iam}/users?${mode}`),
        admin.get(`/kapis/resources.kubesphere.io/v1alpha3/users?${mode}`),
      ]);
      expect(namesOf(own)).toEqual(namesOf(general));
      expect(own.json['totalItems']).toBe(general.json['totalItems']);
      expect(own.json['totalItems']).toBeGreaterThan(0);
      expect(own.text).not.toContain('"password"');
      const role = 'iam.kubesphere.io/workspacerole';
      expect(own.json.items.map(({ metadata }) => metadata.annotations[role])).toEqual(
        general.json.items.map(({ metadata }) => metadata.annotations[role]),
      );
    },
  );

  test('members are found the same way, whatever the label selector', async () => {
    const found = await admin.get(`${iam}/users?workspace=demo&limit=100`);
    const members = `${iam}/workspaces/demo/workspacemembers?limit=100&labelSelector=a%3Db`;
    expect(namesOf(await admin.get(members))).toEqual(namesOf(found));
  });

  test('what names a second place is a filter that nobody passes', async () => {
    for (const path of [
      '/users?namespace=shop&workspace=demo',
      '/users?cluster=false&globalrole=platform-regular',
      '/workspaces/demo/workspacemembers?namespace=shop',
    ])
      expect(namesOf(await admin.get(iam + path))).toEqual([]);
  });
});

test('4.1 lists the members of workspaces where those of the cluster are asked for', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const rolesOf = async (query: string): Promise<unknown[]> =>
    (await admin.get(`${users}&cluster=true${query}`)).json.items.map(
      ({ metadata }) => metadata.annotations['iam.kubesphere.io/clusterrole'],
    );
  expect(await rolesOf('&clusterrole=cluster-admin')).toEqual([]);
  expect(await rolesOf('&clusterrole=kubesphere:iam:cluster-admin')).toEqual([]);
  expect(new Set(await rolesOf('&clusterrole=demo-viewer'))).toEqual(new Set(['demo-viewer']));
  expect(await rolesOf('')).toContain('demo-admin');
});
