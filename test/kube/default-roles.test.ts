import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { releaseNames } from '../../src/core/release.js';
import { as, namesOf, type Asker } from '../support/ask.js';

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const roles = `${rbac}/clusterroles`;
const review = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
const bootstrapping = 'labelSelector=kubernetes.io%2Fbootstrapping%3Drbac-defaults';

interface Question {
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly verb: string;
  readonly group?: string;
  readonly resource: string;
  readonly namespace?: string;
}

async function may(
  admin: Asker,
  { user = 'eve', groups = [], ...resourceAttributes }: Question,
): Promise<unknown> {
  const { json } = await admin.send('POST', review, { spec: { user, groups, resourceAttributes } });
  return (json['status'] as { allowed: unknown }).allowed;
}

async function bind(admin: Asker, role: string): Promise<void> {
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'eve' }];
  const path = `${rbac}/namespaces/default/rolebindings`;
  const answer = await admin.send('POST', path, { metadata: { name: 'eve' }, roleRef, subjects });
  expect(answer.status).toBe(201);
}

describe.for(releaseNames)("a cluster of %s begins with Kubernetes' roles", (release) => {
  test('and bindings of them, and every binding has its role', async () => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    const names = namesOf(await admin.get(roles));
    expect(names).toEqual(expect.arrayContaining(['admin', 'cluster-admin', 'edit', 'system:node', 'view']));
    expect(names).toEqual([...new Set(names)].sort());
    const bindings = (await admin.get(`${rbac}/clusterrolebindings?${bootstrapping}`)).json.items;
    expect(bindings.length).toBeGreaterThan(40);
    for (const binding of bindings) expect(names).toContain((binding['roleRef'] as { name: string }).name);
    const placed = (await admin.get(`${rbac}/roles?${bootstrapping}`)).json.items;
    const bound = (await admin.get(`${rbac}/rolebindings?${bootstrapping}`)).json.items;
    expect([placed.length, bound.length]).toEqual([7, 7]);
    for (const binding of bound) {
      const { name } = binding['roleRef'] as { name: string };
      const path = `${rbac}/namespaces/${String(binding.metadata['namespace'])}/roles/${name}`;
      expect((await admin.get(path)).status).toBe(200);
    }
  });

  test.for([
    ['view', [true, false, false, false]],
    ['edit', [true, true, true, false]],
    ['admin', [true, true, true, true]],
  ] as const)('and %s gives what it should', async ([role, given]) => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    const namespace = 'default';
    const questions: Question[] = [
      { verb: 'list', resource: 'pods', namespace },
      { verb: 'get', resource: 'secrets', namespace },
      { verb: 'create', group: 'apps', resource: 'deployments', namespace },
      { verb: 'create', group: 'rbac.authorization.k8s.io', resource: 'roles', namespace },
    ];
    const answers = (): Promise<unknown[]> => Promise.all(questions.map((one) => may(admin, one)));
    expect(await answers()).toEqual([false, false, false, false]);
    await bind(admin, role);
    expect(await answers()).toEqual(given);
    expect(await may(admin, { verb: 'list', resource: 'pods', namespace: 'kube-system' })).toBe(false);
  });
});

test("roles of people take in what others' labels say, and give it back", async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const ask = (verb: string): Question => ({
    verb,
    group: 'example.com',
    resource: 'things',
    namespace: 'default',
  });
  await bind(admin, 'admin');
  expect(await may(admin, ask('get'))).toBe(false);
  const before = (await admin.get(`${roles}/admin`)).json['rules'];
  const rule = { apiGroups: ['example.com'], resources: ['things'], verbs: ['get'] };
  const labels = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' };
  await admin.send('POST', roles, { metadata: { name: 'things', labels }, rules: [rule] });
  for (const name of ['view', 'edit', 'admin'])
    expect((await admin.get(`${roles}/${name}`)).json['rules']).toContainEqual(rule);
  expect([await may(admin, ask('get')), await may(admin, ask('list'))]).toEqual([true, false]);
  await admin.send('DELETE', `${roles}/things`);
  expect((await admin.get(`${roles}/admin`)).json['rules']).toEqual(before);
});

test('a deleted default role is gone, in this world only', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  expect((await admin.send('DELETE', `${roles}/system:heapster`)).status).toBe(200);
  expect((await admin.get(`${roles}/system:heapster`)).status).toBe(404);
  await ks.reset();
  expect((await (await as(ks, 'admin')).get(`${roles}/system:heapster`)).status).toBe(200);
});

test('default roles are no part of an exported world, unless they were changed', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const metadata = { labels: { mine: 'true' } };
  await admin.send('PATCH', `${roles}/view`, { metadata }, 'application/merge-patch+json');
  const { items } = await ks.exportWorld();
  const own = items.filter(
    ({ metadata: { labels } }) => labels?.['kubernetes.io/bootstrapping'] !== undefined,
  );
  expect(own.map(({ metadata: { name } }) => name)).toContain('view');
  expect(own.map(({ metadata: { name } }) => name)).not.toContain('edit');
});
