import { describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, namesOf } from '../support/ask.js';

const tenant = '/kapis/tenant.kubesphere.io/v1alpha2';
const iam = '/kapis/iam.kubesphere.io/v1alpha2';
const resources = '/kapis/resources.kubesphere.io/v1alpha2';

const now = '2024-06-01T12:00:00Z';
const start = (): Promise<InProcessFake> => startFakeKsApiserver({ release: 'v2.1', now });

describe('2.1 lists what tenants have', () => {
  test.for([
    [`${tenant}/workspaces?orderBy=name`, ['demo', 'research', 'system-workspace'], 3],
    [`${tenant}/workspaces?conditions=name~re`, ['research'], 1],
    [`${tenant}/workspaces?paging=limit=1,page=2&orderBy=name&reverse=true`, ['research'], 3],
    [`${tenant}/workspaces/demo/namespaces?orderBy=name`, ['shop', 'shop-staging'], 2],
    [`${tenant}/workspaces/demo/members/shop-viewer/namespaces`, ['shop'], 1],
    [`${tenant}/workspaces/demo/members/jeff/namespaces`, ['shop', 'shop-staging'], 2],
    [`${tenant}/workspaces/demo/members/admin/namespaces?orderBy=name`, ['shop', 'shop-staging'], 2],
    [`${tenant}/workspaces/demo/members/outsider/namespaces`, [], 0],
    [`${tenant}/workspaces/nope/namespaces`, [], 0],
    [`${tenant}/workspaces/demo/devops`, [], 0],
  ] as const)('%s', async ([path, names, total]) => {
    await using ks = await start();
    const answer = await (await as(ks, 'admin')).get(path);
    expect(answer.status).toBe(200);
    expect(namesOf(answer)).toEqual(names);
    expect(answer.json['total_count']).toBe(total);
  });

  test('and shows a member of a workspace the projects they have a role in', async () => {
    await using ks = await start();
    const admin = await as(ks, 'admin');
    const jeff = await as(ks, 'jeff');
    const place = `${tenant}/workspaces/demo/namespaces?orderBy=name`;
    expect(namesOf(await jeff.get(place))).toEqual(['shop', 'shop-staging']);
    const bindings = '/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings';
    for (const { metadata, subjects } of (await admin.get(bindings)).json.items)
      if (JSON.stringify(subjects).includes('jeff'))
        await admin.send('DELETE', `${bindings}/${metadata.name}`);
    expect(namesOf(await jeff.get(place))).toEqual(['shop-staging']);
    expect(namesOf(await admin.get(place))).toEqual(['shop', 'shop-staging']);
  });

  test('a project made in a workspace is listed there until it is deleted', async () => {
    await using ks = await start();
    const admin = await as(ks, 'admin');
    const place = `${tenant}/workspaces/demo/namespaces`;
    const made = await admin.send('POST', place, { metadata: { name: 'kiosk' } });
    expect([made.status, made.json.metadata.labels['kubesphere.io/workspace']]).toEqual([200, 'demo']);
    expect(namesOf(await admin.get(`${place}?orderBy=name`))).toEqual(['kiosk', 'shop', 'shop-staging']);
    expect((await admin.send('DELETE', `${place}/kiosk`)).text).toBe('{\n "message": "success"\n}');
    expect(namesOf(await admin.get(`${place}?orderBy=name`))).toEqual(['shop', 'shop-staging']);
  });

  test('accounts show their mail, their role in the cluster and their last login', async () => {
    await using ks = await start();
    const admin = await as(ks, 'admin');
    await ks.login('jeff', 'P@88w0rd');
    const { json } = await admin.get(`${iam}/users/jeff`);
    expect(json).toMatchObject({
      username: 'jeff',
      email: 'jeff@example.com',
      cluster_role: 'cluster-regular',
      last_login_time: now,
    });
    const list = await admin.get(`${iam}/users?conditions=keyword=SHOP-&orderBy=username`);
    expect(list.json.items.map(({ username }) => username)).toEqual([
      'shop-admin',
      'shop-operator',
      'shop-viewer',
    ]);
    expect(list.json['total_count']).toBe(3);
  });
});

test.for([
  [`${tenant}/workspaces/nope`, 404, 'workspace.tenant.kubesphere.io "nope" not found'],
  [`${iam}/users/nope`, 404, 'LDAP Result Code 32 "No Such Object": user nope does not exist'],
  [`${resources}/nodes?conditions=a(b=c`, 400, 'invalid conditions'],
  [`${resources}/bogus`, 500, 'resource is not supported'],
] as const)('2.1 refuses in JSON: %s', async ([path, status, message]) => {
  await using ks = await start();
  const answer = await (await as(ks, 'admin')).get(path);
  expect([answer.status, answer.contentType, answer.text]).toEqual([
    status,
    'application/json',
    JSON.stringify({ message }, null, 1),
  ]);
});

test('2.1 tells of its panic when a page begins beyond the end', async () => {
  await using ks = await start();
  const answer = await (await as(ks, 'admin')).get(`${resources}/nodes?paging=limit=10,page=9`);
  expect([answer.status, answer.text]).toEqual([
    500,
    'recover from panic situation: - runtime error: slice bounds out of range\r\n',
  ]);
});

test.for([
  ['platform-admin', '/api/v1/nodes', 200],
  ['cluster-admin', '/api/v1/nodes', 200],
  ['workspaces-manager', `${tenant}/workspaces`, 200],
  ['platform-regular', '/api/v1/nodes', 403],
  ['outsider', `${tenant}/workspaces`, 403],
] as const)('the login %s of 2.1 may do what its name says: GET %s is %i', async ([user, path, status]) => {
  await using ks = await start();
  expect((await (await as(ks, user)).get(path)).status).toBe(status);
});
