import { expect, test } from 'vitest';
import { releaseOf } from './forms.js';
import { basic, password, Stage } from './stage.js';

const plain = '/kapis/config.kubesphere.io/v1alpha2/configs/oauth';
const from30 = ['3.0', '3.1', '3.3', '3.4', '4.1'] as const;

interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

async function logIn(stage: Stage): Promise<Tokens> {
  const { access_token, refresh_token } = JSON.parse((await stage.logIn('alice', password)).body) as Record<
    string,
    string
  >;
  return { access: access_token ?? '', refresh: refresh_token ?? '' };
}

async function works(stage: Stage, token: string): Promise<boolean> {
  return (await stage.as(`Bearer ${token}`, plain)).status === 200;
}

test.for(from30)('two logins within a second give the same tokens (%s)', async (release) => {
  await using stage = await Stage.of(releaseOf(release));
  expect(await logIn(stage)).toEqual(await logIn(stage));
});

test.for(from30)(
  'with multipleLogin earlier tokens stay, and a used refresh token too (%s)',
  async (release) => {
    await using stage = await Stage.of(releaseOf(release));
    const first = await logIn(stage);
    await stage.ks.clock.advance('11s');
    const second = await logIn(stage);
    expect([await works(stage, first.access), await works(stage, second.access)]).toEqual([true, true]);
    expect((await stage.refresh(first.refresh)).status).toBe(200);
    expect((await stage.refresh(first.refresh)).status).toBe(200);
  },
);

test.for([
  ['3.0', false],
  ['3.1', false],
  ['3.3', true],
  ['3.4', false],
  ['4.1', false],
] as const)('without multipleLogin a login in %s leaves earlier tokens: %s', async ([release, stays]) => {
  await using stage = await Stage.of(releaseOf(release), { multipleLogin: false });
  const first = await logIn(stage);
  await stage.ks.clock.advance('11s');
  const second = await logIn(stage);
  expect([await works(stage, first.access), await works(stage, second.access)]).toEqual([stays, true]);
  await stage.ks.clock.advance('11s');
  expect((await stage.refresh(second.refresh)).status).toBe(200);
  expect((await stage.refresh(second.refresh)).status === 200).toBe(stays);
});

test.for(from30)('tokens end when their time is over (%s)', async (release) => {
  await using stage = await Stage.of(releaseOf(release));
  const { access, refresh } = await logIn(stage);
  await stage.ks.clock.advance('1h59m40s');
  expect(await works(stage, access)).toBe(true);
  await stage.ks.clock.advance('30s');
  expect(await works(stage, access)).toBe(false);
  expect((await stage.refresh(refresh)).status).toBe(200);
  await stage.ks.clock.advance('3h');
  expect((await stage.refresh(refresh)).status).not.toBe(200);
});

test.for(from30)('with age 0 tokens never end and logout does nothing (%s)', async (release) => {
  await using stage = await Stage.of(releaseOf(release), {
    accessTokenMaxAge: 0,
    accessTokenInactivityTimeout: '1h',
  });
  const answer = JSON.parse((await stage.logIn('alice', password)).body) as Record<string, string>;
  expect(Object.keys(answer)).toEqual(['access_token', 'token_type', 'refresh_token']);
  const token = answer['access_token'] ?? '';
  await stage.as(`Bearer ${token}`, '/oauth/logout');
  await stage.ks.clock.advance('10000h');
  expect(await works(stage, token)).toBe(true);
  expect((await stage.refresh(answer['refresh_token'] ?? '')).status).not.toBe(200);
});

test('a disabled user is shut out and let in again with the same token', async () => {
  await using stage = await Stage.of('v4.1');
  const { access } = await logIn(stage);
  stage.setStatus('alice', { state: 'Disabled' });
  expect(await works(stage, access)).toBe(false);
  stage.setStatus('alice', { state: 'Active' });
  expect(await works(stage, access)).toBe(true);
});

test('the session of 2.1 lives as long as it is used', async () => {
  await using stage = await Stage.of('v2.1');
  const { access } = await logIn(stage);
  const status = async (): Promise<number> => (await stage.as(`Bearer ${access}`, plain)).status;
  for (let times = 0; times < 5; times += 1) {
    await stage.ks.clock.advance('39m');
    expect(await status()).not.toBe(401);
  }
  await stage.ks.clock.advance('41m');
  expect(await status()).toBe(401);
});

test('where a token may travel in 2.1', async () => {
  await using stage = await Stage.of('v2.1');
  const token = stage.mint();
  const status = async (headers: Record<string, string>, query = ''): Promise<boolean> =>
    (await stage.call(`${plain}${query}`, { headers })).status !== 401;
  expect([
    await status({ Authorization: `Bearer ${token}` }),
    await status({ Authorization: `bearer ${token}` }),
    await status({ Authorization: `Bearer ${token} x` }),
    await status({ Cookie: `a=b; token=${token}` }),
    await status({}, `?token=${token}`),
    await status({ 'X-Token-Username': 'admin' }),
  ]).toEqual([true, false, false, true, true, false]);
});

test.for(from30)('where a token may travel in %s', async (release) => {
  await using stage = await Stage.of(releaseOf(release));
  const token = stage.mint();
  const asked = async (headers: Record<string, string>, query = ''): Promise<string> => {
    await stage.call(`${plain}${query}`, { headers });
    return stage.ks.world.journal.entries.at(-1)?.user ?? '';
  };
  expect([
    await asked({ Authorization: `Bearer ${token}` }),
    await asked({ Authorization: `bEARER ${token} ignored` }),
    await asked({ 'X-KubeSphere-Authorization': `Bearer ${token}` }),
    await asked({ Authorization: basic('alice', password), 'X-KubeSphere-Authorization': 'Bearer x' }),
    await asked({ Cookie: `token=${token}` }),
    await asked({}, `?token=${token}&access_token=${token}`),
    await asked({ Authorization: '' }),
    await asked({ 'Impersonate-User': 'admin' }),
  ]).toEqual(['alice', 'alice', 'alice', 'alice', ...Array<string>(4).fill('system:anonymous')]);
});

test.for([
  ['3.0', ['system:authenticated'], ['system:authenticated']],
  ['3.1', ['dev', 'system:authenticated'], ['system:authenticated']],
  ['3.4', ['dev', 'system:authenticated'], ['dev', 'system:authenticated']],
  ['4.1', ['system:authenticated'], ['dev', 'system:authenticated']],
] as const)('groups of a caller in %s: %o by token, %o by Basic', async ([release, byToken, byBasic]) => {
  await using stage = await Stage.of(releaseOf(release), {
    users: [
      { name: 'alice', password, groups: ['dev'] },
      { name: 'nova', password },
    ],
  });
  const { authenticate } = await import('../../src/auth/authenticate.js');
  const { world } = stage.ks;
  const groups = async (authorization: string): Promise<readonly string[]> =>
    (
      await authenticate(
        { method: 'GET', headers: { authorization }, url: plain, path: plain, remoteAddress: '' },
        world,
        world.host,
      )
    ).groups;
  expect(await groups(`Bearer ${stage.mint()}`)).toEqual(byToken);
  expect(await groups(basic('alice', password))).toEqual(byBasic);
});

test('a ServiceAccount has no groups, needs its object and outlives its Secret', async () => {
  await using stage = await Stage.of('v4.1');
  const accounts = { group: 'kubesphere.io', plural: 'serviceaccounts' };
  const { world } = stage.ks;
  const token = await stage.ks.serviceAccountToken('default', 'sample');
  expect((await stage.as(`Bearer ${token}`)).body).toContain(
    'ServiceAccount.kubesphere.io \\"sample\\" not found',
  );
  const object = {
    kind: 'ServiceAccount',
    apiVersion: 'kubesphere.io/v1alpha1',
    metadata: { name: 'sample', namespace: 'default' },
  };
  world.host.store.load(accounts, object);
  const answer = await stage.as(`Bearer ${token}`, '/kapis/tenant.kubesphere.io/v1beta1/clusters');
  expect([answer.status, answer.body]).toEqual([
    403,
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"clusters.tenant.kubesphere.io is forbidden: User \\"kubesphere:serviceaccount:default:sample\\" cannot list resource \\"clusters\\" in API group \\"tenant.kubesphere.io\\" at the cluster scope","reason":"Forbidden","details":{"group":"tenant.kubesphere.io","kind":"clusters"},"code":403}\n',
  ]);
});
