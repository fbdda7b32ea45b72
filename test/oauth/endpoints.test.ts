import { expect, test } from 'vitest';
import { releaseNames } from '../../src/core/release.js';
import { releaseOf } from '../auth/forms.js';
import { Stage } from '../auth/stage.js';

const releases = ['2.1', '3.0', '3.1', '3.3', '3.4', '4.1'] as const;
const iam = '/kapis/iam.kubesphere.io/v1alpha2';
const openid = '.well-known/openid-configuration';

/** Method, path, and per release: `+` served, `-` 404, `405`. */
const matrix: readonly (readonly [string, string, string])[] = [
  ['POST', `${iam}/login`, '+ + + + - -'],
  ['POST', `${iam}/token`, '+ - - - - -'],
  ['POST', `${iam}/authenticate`, '+ - - - - -'],
  ['POST', '/apis/account.kubesphere.io/v1alpha1/authenticate', '+'],
  ['POST', '/oauth/token', '- + + + + +'],
  ['GET', '/oauth/authorize', '- + + + + +'],
  ['POST', '/oauth/authorize', '- 405 405 + + +'],
  ['POST', '/oauth/authenticate', '- + + + + +'],
  ['GET', '/oauth/callback/x', '- + + + + +'],
  ['GET', '/oauth/logout', '- - + + + +'],
  ['GET', '/oauth/userinfo', '- - - + + +'],
  ['GET', '/oauth/keys', '- - - + + +'],
  ['GET', `/oauth/${openid}`, '- - - + + -'],
  ['GET', `/${openid}`, '- - - - - +'],
  ['POST', '/oauth/login/x', '- - - - + -'],
  ['GET', '/kapis/config.kubesphere.io/v1alpha2/configs/oauth', '- + + + + +'],
];

const forms = new Set(['/oauth/token', '/oauth/authorize', '/oauth/login/x']);

test.for(
  matrix.flatMap(([method, path, cells]) =>
    cells.split(' ').map((cell, at) => [method, path, releases[at] ?? '', cell] as const),
  ),
)('%s %s in %s: %s', async ([method, path, release, cell]) => {
  await using stage = await Stage.of(releaseOf(release));
  const type = forms.has(path) ? 'application/x-www-form-urlencoded' : 'application/json';
  const answer = await stage.call(path, {
    method,
    headers: {
      Authorization: `Bearer ${stage.mint({ user: 'admin' })}`,
      ...(method === 'POST' && { 'Content-Type': type }),
    },
    ...(method === 'POST' && { body: '{}' }),
  });
  // The generic resource API of 3.4 takes any unknown path for a kind nobody has.
  const isUnknown = [403, 404].includes(answer.status) || answer.body.startsWith('no matches for ');
  if (cell === '-') expect(isUnknown, answer.body).toBe(true);
  else if (cell === '405') expect(answer.status).toBe(405);
  else expect([403, 404, 405, 406, 415, 501]).not.toContain(answer.status);
});

test.for(['3.0', '3.1', '3.3', '3.4', '4.1'])(
  'a wrong method is 405, with Allow from 3.1 on (%s)',
  async (release) => {
    await using stage = await Stage.of(releaseOf(release));
    for (const method of ['GET', 'HEAD', 'PUT', 'OPTIONS']) {
      const answer = await stage.call('/oauth/token', { method });
      expect([answer.status, answer.headers['allow']]).toEqual([405, release === '3.0' ? undefined : 'POST']);
    }
  },
);

test.for(['3.0', '3.1', '4.1'])('an Accept nothing fits is 406 (%s)', async (release) => {
  await using stage = await Stage.of(releaseOf(release));
  const answer = await stage.token({}, { Accept: 'text/html' });
  const available = release === '3.0' ? '' : '\n\nAvailable representations: application/json';
  expect([answer.status, answer.body]).toEqual([406, `406: Not Acceptable${available}`]);
});

test('parameters of media types are ignored', async () => {
  await using stage = await Stage.of('v4.1');
  const answer = await stage.token(
    {},
    { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
  );
  expect(answer.status).toBe(400);
});

test.for(releaseNames)('no login endpoint breaks on hostile input (%s)', async (release) => {
  await using stage = await Stage.of(release);
  const bodies = [
    '%zz',
    '%%%',
    '&&&',
    '=',
    'a;b',
    '\u0000',
    'grant_type=%ff%fe',
    '__proto__=x&constructor=y',
    '[',
    '{"username":{}}',
    '[]',
    'null',
    '{"__proto__":{"username":"admin"}}',
    '"x"',
  ];
  for (const path of [
    '/oauth/token',
    '/oauth/authenticate',
    '/oauth/authorize',
    `${iam}/login`,
    `${iam}/authenticate`,
  ]) {
    for (const body of bodies) {
      for (const type of ['application/x-www-form-urlencoded', 'application/json']) {
        const answer = await stage.call(path, { method: 'POST', headers: { 'Content-Type': type }, body });
        expect(answer.status, `${path} ${body}`).toBeLessThan(500);
      }
    }
  }
  expect(stage.ks.world.journal.errors).toEqual([]);
});
