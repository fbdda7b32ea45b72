import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf, type Answer, type Asker } from '../../support/ask.js';
import { startFresh } from '../resources/stock.js';

const iam = '/kapis/iam.kubesphere.io/v1beta1';

function group(name: string): object {
  return { apiVersion: 'iam.kubesphere.io/v1beta1', kind: 'Group', metadata: { name } };
}

async function createGroups(admin: Asker, workspace: string, ...names: string[]): Promise<void> {
  for (const name of names) {
    const { status, text } = await admin.send('POST', `${iam}/workspaces/${workspace}/groups`, group(name));
    expect([status, text]).toEqual([200, '']);
  }
}

test('A list tells its length in metadata.continue and what is left beside it', async () => {
  await using ks = await startFresh();
  const admin = await as(ks, 'admin');
  await createGroups(admin, 'one', 'a', 'b', 'c');
  const head = async (query: string): Promise<unknown> =>
    (await admin.get(`${iam}/groups?sortBy=name&${query}`)).json.metadata;
  expect(await head('')).toEqual({ continue: '3', remainingItemCount: 0 });
  expect(await head('limit=2')).toEqual({ continue: '3', remainingItemCount: 1 });
  expect(await head('limit=2&page=2')).toEqual({ continue: '3', remainingItemCount: 0 });
  expect(await head('limit=2&page=9')).toEqual({ continue: '3', remainingItemCount: 3 });
  expect(await head('limit=0')).toEqual({ continue: '3', remainingItemCount: 3 });
  expect(await head('limit=-5')).toEqual({ continue: '3', remainingItemCount: 3 });
});

describe('in a workspace', () => {
  test('lists are narrowed to it, unless the selector is more than equalities', async () => {
    await using ks = await startFresh();
    const admin = await as(ks, 'admin');
    await createGroups(admin, 'one', 'a');
    await createGroups(admin, 'two', 'b');
    const list = async (query: string): Promise<string[]> =>
      namesOf(await admin.get(`${iam}/workspaces/one/groups?sortBy=name&ascending=true${query}`));
    expect(await list('')).toEqual(['a']);
    expect(await list('&labelSelector=kubesphere.io/workspace%3Dtwo')).toEqual(['a']);
    expect(await list('&labelSelector=x%3Dy')).toEqual([]);
    expect(await list('&labelSelector=x!%3Dy')).toEqual(['a', 'b']);
    expect(await list('&labelSelector=!x')).toEqual(['a', 'b']);
  });

  test('reading looks at the workspace, deleting does not', async () => {
    await using ks = await startFresh();
    const admin = await as(ks, 'admin');
    await createGroups(admin, 'one', 'a');
    const hidden = await admin.get(`${iam}/workspaces/two/groups/a`);
    expect([hidden.status, hidden.text]).toEqual([404, 'groups.iam.kubesphere.io "a" not found\n']);
    const gone = await admin.send('DELETE', `${iam}/workspaces/two/groups/a`);
    expect([gone.status, gone.text]).toEqual([200, '']);
    const missing = await admin.send('DELETE', `${iam}/workspaces/two/groups/a`);
    expect([missing.status, missing.text]).toEqual([404, 'Group.iam.kubesphere.io "a" not found\n']);
  });
});

describe('a write', () => {
  test.for([
    ['', 500, 'unexpected end of JSON input\n'],
    ['x', 500, "invalid character 'x' looking for beginning of value\n"],
    ['{', 500, 'unexpected end of JSON input\n'],
    ['[]', 500, 'json: cannot unmarshal array into Go value of type v1beta1.Group\n'],
    ['{}', 400, 'wrong resource GroupVersionKind\n'],
    ['null', 400, 'wrong resource GroupVersionKind\n'],
    ['{"__proto__":{"kind":"Group"}}', 400, 'wrong resource GroupVersionKind\n'],
  ] as const)('with body %s is refused', async ([body, status, text], { expect }) => {
    await using ks = await startFresh();
    const answer = await (await as(ks, 'admin')).send('POST', `${iam}/groups`, body);
    expect([answer.status, answer.text]).toEqual([status, text]);
  });

  test('does not look at Content-Type', async () => {
    await using ks = await startFresh();
    const admin = await as(ks, 'admin');
    const body = JSON.stringify(group('a'));
    expect((await admin.send('POST', `${iam}/groups`, body, 'text/plain')).status).toBe(200);
  });

  test('of a namespaced kind goes where the body says, not where the URL says', async () => {
    await using ks = await startFresh();
    const admin = await as(ks, 'admin');
    const role = { apiVersion: 'iam.kubesphere.io/v1beta1', kind: 'Role', metadata: { name: 'r' } };
    const answer = await admin.send('POST', `${iam}/namespaces/default/roles`, role);
    expect([answer.status, answer.text]).toEqual([
      500,
      'an empty namespace may not be set during creation\n',
    ]);
  });

  test('by PATCH merges into what is there', async () => {
    await using ks = await startFresh();
    const admin = await as(ks, 'admin');
    await createGroups(admin, 'one', 'a');
    const patch = { ...group('a'), metadata: { name: 'a', annotations: { note: 'x' } } };
    expect((await admin.send('PATCH', `${iam}/groups/a`, patch)).status).toBe(200);
    const { metadata } = (await admin.get(`${iam}/groups/a`)).json;
    expect(metadata).toMatchObject({
      labels: { 'kubesphere.io/workspace': 'one' },
      annotations: { note: 'x' },
    });
  });
});

test.for([
  ['v4.1', 'GET', `${iam}/bogus`, 404, '404: Page Not Found'],
  ['v4.1', 'POST', `${iam}/bogus`, 404, '404: Page Not Found'],
  ['v4.1', 'GET', '/kapis/nope.io/v1/x', 404, '404: Page Not Found'],
  ['v4.1', 'GET', '/kapis/core/v1/pods', 404, '404: Page Not Found'],
  ['v4.1', 'GET', '/kapis/iam.kubesphere.io/v1alpha2/groups', 404, '404: Page Not Found'],
  ['v4.1', 'DELETE', `${iam}/groups`, 400, 'not supported verb\n'],
  ['v4.1', 'GET', `${iam}/groups?watch=true`, 400, 'not supported verb\n'],
  [
    'v3.4',
    'POST',
    '/kapis/iam.kubesphere.io/v1alpha2/bogus',
    500,
    'no matches for iam.kubesphere.io/v1alpha2, Resource=bogus\n',
  ],
  ['v3.4', 'DELETE', '/kapis/iam.kubesphere.io/v1alpha2/bogus', 500, 'not supported verb\n'],
  ['v3.1', 'POST', '/kapis/iam.kubesphere.io/v1alpha2/bogus', 404, '404: Page Not Found'],
] as const)('%s %s %s is not served', async ([release, method, path, status, text], { expect }) => {
  await using ks = await startFresh(release);
  const answer = await (await as(ks, 'admin')).send(method, path);
  expect([answer.status, answer.text]).toEqual([status, text]);
});

describe('a deletion', () => {
  test.for([
    [{ dryRun: ['All'] }, 200, 'still there'],
    [{ preconditions: { uid: 'another' } }, 409, 'still there'],
    [{ dryRun: ['Some'] }, 422, 'still there'],
    [{ propagationPolicy: 'Sideways' }, 422, 'still there'],
    [{ gracePeriodSeconds: 'soon' }, 500, 'still there'],
    [{ dryRun: [] }, 200, 'gone'],
    [{ propagationPolicy: 'Background' }, 200, 'gone'],
  ] as const)('with options %j answers %i, and the object is %s', async ([options, status, fate]) => {
    await using ks = await startFresh();
    const admin = await as(ks, 'admin');
    const apiVersion = 'iam.kubesphere.io/v1beta1';
    const role = { kind: 'GlobalRole', apiVersion, metadata: { name: 'gr1' }, rules: [] };
    expect((await admin.send('POST', `${iam}/globalroles`, role)).status).toBe(200);
    const answer = await admin.send('DELETE', `${iam}/globalroles/gr1`, options);
    expect(answer.status).toBe(status);
    const after = await admin.get(`${iam}/globalroles/gr1`);
    expect(after.status).toBe(fate === 'gone' ? 404 : 200);
  });
});

test.for(['v3.4', 'v4.1'] as const)(
  '%s lists the same Events below /kapis as below /apis',
  async (release) => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    const path = '/events.k8s.io/v1/namespaces/shop/events';
    const names = (answer: Answer): string[] => namesOf(answer).sort();
    const native = await admin.get(`/apis${path}`);
    const listed = await admin.get(`/kapis${path}?limit=1000`);
    expect(names(listed).length).toBeGreaterThan(0);
    expect(names(listed)).toEqual(names(native));
    const [name = ''] = names(listed);
    expect((await admin.get(`/kapis${path}/${name}`)).json['note']).toEqual(
      (await admin.get(`/apis${path}/${name}`)).json['note'],
    );
  },
);
