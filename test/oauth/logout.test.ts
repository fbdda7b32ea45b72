import { expect, test } from 'vitest';
import { releaseOf } from '../auth/forms.js';
import { Stage } from '../auth/stage.js';

const plain = '/kapis/config.kubesphere.io/v1alpha2/configs/oauth';
const away = 'post_logout_redirect_uri=https%3A%2F%2Fx.example%2Fbye%3Fa%3D1';

test.for([
  ['3.1', [401, 401, 401]],
  ['3.3', [401, 401, 401]],
  ['3.4', [401, 401, 401]],
  ['4.1', [401, 200, 200]],
] as const)(
  'logout in %s leaves [this token, another login, the refresh token] %o',
  async ([release, left]) => {
    await using stage = await Stage.of(releaseOf(release));
    const token = stage.mint();
    const another = stage.mint({ expiresIn: '3h' });
    const refresh = stage.mint({ type: 'refresh_token' });
    const answer = await stage.as(`Bearer ${token}`, '/oauth/logout');
    expect([answer.status, answer.body]).toEqual([200, '{\n "message": "success"\n}']);
    const after = [];
    for (const each of [token, another]) after.push((await stage.as(`Bearer ${each}`, plain)).status);
    after.push((await stage.refresh(refresh)).status === 200 ? 200 : 401);
    expect(after).toEqual(left);
  },
);

test('a static token survives its logout', async () => {
  await using stage = await Stage.of('v4.1');
  const token = stage.mint({ type: 'static_token' });
  await stage.as(`Bearer ${token}`, '/oauth/logout');
  expect((await stage.as(`Bearer ${token}`, plain)).status).toBe(200);
});

test.for([
  ['3.1', 'https://x.example/bye?a=1'],
  ['3.3', 'https://x.example/bye?a=1'],
  ['3.4', 'https://x.example/bye?a=1&state=s'],
  ['4.1', 'https://x.example/bye?a=1&state=s'],
] as const)('logout in %s goes to %s', async ([release, location]) => {
  await using stage = await Stage.of(releaseOf(release));
  const answer = await stage.as(`Bearer ${stage.mint()}`, `/oauth/logout?${away}&state=s`);
  expect([answer.status, answer.headers['location'], answer.headers['content-type'], answer.body]).toEqual([
    302,
    location,
    'text/plain',
    '',
  ]);
});

test('4.1 ignores where to go without a Bearer token', async () => {
  await using stage = await Stage.of('v4.1');
  expect((await stage.call(`/oauth/logout?${away}`)).status).toBe(200);
});

test('a target that is no URL is refused', async () => {
  await using stage = await Stage.of('v3.4');
  const answer = await stage.call('/oauth/logout?post_logout_redirect_uri=https%3A%2F%2Fx%2F%25zz');
  expect([answer.status, answer.body]).toEqual([
    400,
    'invalid logout redirect URI: parse "https://x/%zz": invalid URL escape "%zz"\n',
  ]);
});
