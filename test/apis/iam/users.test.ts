import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf } from '../../support/ask.js';

const groups = { 'v4.1': 'v1beta1', 'v3.4': 'v1alpha2', 'v3.1': 'v1alpha2' } as const;
const releases = ['v4.1', 'v3.4', 'v3.1'] as const;
const password = 'P@88w0rd';

function base(release: keyof typeof groups): string {
  return `/kapis/iam.kubesphere.io/${groups[release]}`;
}

function user(name: string, extra: Record<string, unknown> = {}): Record<string, unknown> {
  return { metadata: { name, ...extra }, spec: { email: `${name}@example.com`, password } };
}

test.for(releases)('a user is created, seen, changed, deleted and gone in %s', async (release) => {
  await using ks = await startFakeKsApiserver({ release, world: 'empty' });
  const admin = await as(ks, 'admin');
  const at = base(release);

  const created = await admin.send('POST', `${at}/users`, user('ann'));
  expect(created.status).toBe(200);
  expect(created.json).not.toHaveProperty('kind');
  expect(created.json.spec).toEqual({ email: 'ann@example.com' });
  expect(namesOf(await admin.get(`${at}/users`))).toContain('ann');
  expect(namesOf(await admin.get('/kapis/resources.kubesphere.io/v1alpha3/users'))).toContain('ann');
  await expect(ks.login('ann', password)).resolves.toHaveProperty('access_token');

  const { json: stored } = await admin.get(`${at}/users/ann`);
  expect(stored['kind']).toBe('User');
  expect(stored['status']).toMatchObject({ state: 'Active' });
  const changed = await admin.send('PUT', `${at}/users/ann`, {
    ...stored,
    spec: { ...stored.spec, description: 'changed' },
    status: { state: 'Disabled' },
  });
  expect(changed.status).toBe(200);
  expect(changed.json.spec).toEqual({ email: 'ann@example.com', description: 'changed' });
  expect(changed.json['status']).toMatchObject({ state: 'Disabled' });
  await expect(ks.login('ann', password)).rejects.toThrow();

  expect((await admin.send('DELETE', `${at}/users/ann`)).text).toBe('{\n "message": "success"\n}');
  expect(namesOf(await admin.get(`${at}/users`))).not.toContain('ann');
  expect((await admin.send('DELETE', `${at}/users/ann`)).status).toBe(404);
  const missing = await admin.get(`${at}/users/ann`);
  expect([missing.status, missing.text]).toEqual(
    release === 'v4.1'
      ? [404, 'User.iam.kubesphere.io "ann" not found\n']
      : [500, 'user.iam.kubesphere.io "ann" not found\n'],
  );
});

test.for(releases)(
  'the role on the platform goes into a binding and is shown with the user in %s',
  async (release) => {
    await using ks = await startFakeKsApiserver({ release, world: 'empty' });
    const admin = await as(ks, 'admin');
    const at = base(release);
    const annotations = { 'iam.kubesphere.io/globalrole': 'platform-regular' };
    expect((await admin.send('POST', `${at}/users`, user('ann', { annotations }))).status).toBe(200);
    const bindings = { group: 'iam.kubesphere.io', plural: 'globalrolebindings' };
    const binding = ks.world.host.store.get(bindings, undefined, 'ann-platform-regular').object;
    expect(binding).toMatchObject({
      metadata: {
        labels: { 'iam.kubesphere.io/role-ref': 'platform-regular', 'iam.kubesphere.io/user-ref': 'ann' },
      },
      subjects: [{ kind: 'User', apiGroup: 'iam.kubesphere.io', name: 'ann' }],
      roleRef: { apiGroup: 'iam.kubesphere.io', kind: 'GlobalRole', name: 'platform-regular' },
    });
    const shown = await admin.get(`${at}/users/ann`);
    expect(shown.json.metadata.annotations).toMatchObject(annotations);

    const changed = {
      ...shown.json.metadata.annotations,
      'iam.kubesphere.io/globalrole': 'platform-admin',
    };
    await admin.send('PUT', `${at}/users/ann`, {
      ...shown.json,
      metadata: { ...shown.json.metadata, annotations: changed },
    });
    expect(ks.world.host.store.find(bindings, undefined, 'ann-platform-regular')).toBeUndefined();
    expect(ks.world.host.store.find(bindings, undefined, 'ann-platform-admin')).toBeDefined();
    expect((await admin.get(`${at}/users/ann`)).json.metadata.annotations).toMatchObject(changed);
  },
);

test('a user with a role that does not exist is not created', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const annotations = { 'iam.kubesphere.io/globalrole': 'nope' };
  const refused = await admin.send('POST', `${base('v4.1')}/users`, user('ann', { annotations }));
  expect([refused.status, refused.text]).toEqual([404, 'GlobalRole.iam.kubesphere.io "nope" not found\n']);
  expect((await admin.get(`${base('v4.1')}/users/ann`)).status).toBe(404);
});

test('a name that is taken is a conflict', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const refused = await admin.send('POST', `${base('v4.1')}/users`, user('admin'));
  expect([refused.status, refused.text]).toEqual([409, 'users.iam.kubesphere.io "admin" already exists\n']);
});

test.for([
  ['not JSON', 'xyz', 'application/json', "invalid character 'x' looking for beginning of value\n"],
  ['nothing', '', 'application/json', 'EOF\n'],
  ['another type', '{}', 'text/plain', '[ServiceError:400] Unable to unmarshal content of type:text/plain\n'],
  ['a list', '[]', 'application/json', 'json: cannot unmarshal array into Go value of type v1beta1.User\n'],
  [
    'a string',
    '"x"',
    'application/json',
    'json: cannot unmarshal string into Go value of type v1beta1.User\n',
  ],
  ['too deep', '['.repeat(100_000), 'application/json', "invalid character '[' exceeded max depth\n"],
] as const)('a user body that is %s is refused in the words of the decoder', async ([, body, type, text]) => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const refused = await admin.send('POST', `${base('v4.1')}/users`, body, type);
  expect([refused.status, refused.text]).toEqual([400, text]);
});

test('keys such as __proto__ and constructor in a body change nothing but the object', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const body =
    '{"metadata":{"name":"ann","annotations":{"constructor":"a","hasOwnProperty":"b"},"__proto__":{"x":"y"}},' +
    '"__proto__":{"polluted":true},"spec":{"email":"","__proto__":{"polluted":true}}}';
  expect((await admin.send('POST', `${base('v4.1')}/users`, body)).status).toBe(200);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  const { json } = await admin.get(`${base('v4.1')}/users/ann`);
  expect(json.metadata.annotations).toMatchObject({ constructor: 'a', hasOwnProperty: 'b' });
  expect(await ks.journal.errors()).toEqual([]);
});

test('a user is renamed by nobody', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const refused = await admin.send('PUT', `${base('v4.1')}/users/admin`, user('other'));
  expect(refused.text).toBe('the name of the object (other) does not match the name on the URL (admin)\n');
  expect(refused.status).toBe(400);
});

test.for([
  ['v4.1', 'Ab1', 'spec.password in body should be at least 8 chars long'],
  ['v4.1', 'abcdefgh', 'spec.password in body should match'],
  ['v4.1', `Ab1${'x'.repeat(62)}`, 'spec.password: Too long'],
  ['v3.4', 'abcdefgh', 'spec.password in body should match'],
  ['v3.3', 'abc', 'spec.password in body should be at least 6 chars long'],
] as const)('in %s the password %s is refused by the schema', async ([release, weak, text]) => {
  await using ks = await startFakeKsApiserver({ release, world: 'empty' });
  const admin = await as(ks, 'admin');
  const at = release === 'v4.1' ? base('v4.1') : base('v3.4');
  const refused = await admin.send('POST', `${at}/users`, {
    ...user('ann'),
    spec: { email: '', password: weak },
  });
  expect(refused.status).toBe(422);
  expect(refused.text).toMatch(/^User\.iam\.kubesphere\.io "ann" is invalid: /);
  expect(refused.text).toContain(text);
});

test.for([
  ['v4.1', 'nonsense', 403, 'invalid email address:nonsense'],
  ['v4.1', 'admin@kubesphere.io', 403, 'user email: admin@kubesphere.io already exists'],
  ['v3.4', 'nonsense', 400, 'invalid email address:nonsense'],
  ['v3.4', 'admin@kubesphere.io', 409, 'user email: admin@kubesphere.io already exists'],
] as const)('in %s the address %s is refused with %d', async ([release, email, status, text]) => {
  await using ks = await startFakeKsApiserver({ release, world: 'empty' });
  const admin = await as(ks, 'admin');
  const refused = await admin.send('POST', `${base(release)}/users`, {
    metadata: { name: 'ann' },
    spec: { email },
  });
  expect(refused.status).toBe(status);
  expect(refused.text).toBe(`admission webhook "users.iam.kubesphere.io" denied the request: ${text}\n`);
});

test('a user changes their own password with the current one, and only with it', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const at = base('v4.1');
  const annotations = { 'iam.kubesphere.io/globalrole': 'platform-regular' };
  await admin.send('POST', `${at}/users`, user('ann', { annotations }));
  const ann = await as(ks, 'ann');
  const next = 'N3wPassword';
  const wrong = await ann.send('PUT', `${at}/users/ann/password`, { currentPassword: 'x', password: next });
  expect([wrong.status, wrong.text]).toEqual([400, 'incorrect old password\n']);
  const none = await ann.send('PUT', `${at}/users/ann/password`, { password: next });
  expect(none.text).toBe('incorrect old password\n');
  const right = await ann.send('PUT', `${at}/users/ann/password`, {
    currentPassword: password,
    password: next,
  });
  expect(right.json).toEqual({ message: 'success' });
  await expect(ks.login('ann', next)).resolves.toHaveProperty('access_token');
  await expect(ks.login('ann', password)).rejects.toThrow();
});

test('an administrator sets a password without the current one, but a current one that is sent must fit', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const at = base('v4.1');
  await admin.send('POST', `${at}/users`, user('ann'));
  const sent = { currentPassword: 'wrong', password: 'N3wPassword' };
  expect((await admin.send('PUT', `${at}/users/ann/password`, sent)).text).toBe('incorrect old password\n');
  expect((await admin.send('PUT', `${at}/users/ann/password`, { password: 'N3wPassword' })).status).toBe(200);
  await expect(ks.login('ann', 'N3wPassword')).resolves.toHaveProperty('access_token');
  const missing = await admin.send('PUT', `${at}/users/nobody/password`, { password: 'N3wPassword' });
  expect([missing.status, missing.text]).toEqual([404, 'User.iam.kubesphere.io "nobody" not found\n']);
  expect((await admin.send('PUT', `${at}/users/ann/password`, { password: 'weak' })).status).toBe(422);
});

test('passwords leave through no answer of this group', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const at = base('v4.1');
  await admin.send('POST', `${at}/users`, user('ann'));
  const { json } = await admin.get(`${at}/users/ann`);
  const put = await admin.send('PUT', `${at}/users/ann`, {
    ...json,
    spec: { ...json.spec, password: 'Other1234' },
  });
  for (const { text } of [await admin.get(`${at}/users`), await admin.get(`${at}/users/ann`), put]) {
    expect(text).not.toContain('"password"');
  }
  await expect(ks.login('ann', password)).resolves.toHaveProperty('access_token');
});

test('changing the role of a user takes the right to update users', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const at = base('v4.1');
  const annotations = { 'iam.kubesphere.io/globalrole': 'platform-regular' };
  await admin.send('POST', `${at}/users`, user('ann', { annotations }));
  const ann = await as(ks, 'ann');
  const { json } = await ann.get(`${at}/users/ann`);
  const raised = { 'iam.kubesphere.io/globalrole': 'platform-admin' };
  const refused = await ann.send('PUT', `${at}/users/ann`, {
    ...json,
    metadata: { ...json.metadata, annotations: raised },
  });
  expect(refused.status).toBe(403);
  expect(refused.text).toBe(
    'user.iam.kubesphere.io "ann" is forbidden: update global role binding is not allowed\n',
  );
});

test.for([
  ['v3.0', 'iam.kubesphere.io/password-encrypted', 'true'],
  ['v3.1', 'iam.kubesphere.io/last-password-change-time', '2026-01-02T03:04:05Z'],
  ['v3.4', 'iam.kubesphere.io/last-password-change-time', '2026-01-02T03:04:05Z'],
] as const)(
  '%s notes that a password is hashed as %s, of its own users too',
  async ([release, key, value], { expect }) => {
    await using ks = await startFakeKsApiserver({ release, now: '2026-01-02T03:04:05Z' });
    const admin = await as(ks, 'admin');
    const users = '/kapis/iam.kubesphere.io/v1alpha2/users';
    const eve = { metadata: { name: 'eve' }, spec: { email: 'eve@example.com', password: 'P@88w0rd' } };
    await admin.send('POST', users, eve);
    const marks = async (name: string): Promise<unknown> =>
      Object.entries((await admin.get(`${users}/${name}`)).json.metadata.annotations)
        .filter(([one]) => one.includes('password'))
        .map(([one, text]) => (name === 'eve' ? [one, text] : one));
    expect(await marks('eve')).toEqual([[key, value]]);
    expect(await marks('jeff')).toEqual([key]);
    expect((await admin.send('PUT', `${users}/eve/password`, { password: 'An0ther!' })).status).toBe(200);
    expect(await marks('eve')).toEqual([[key, value]]);
    expect((await ks.login('eve', 'An0ther!')).access_token).toBeDefined();
  },
);
