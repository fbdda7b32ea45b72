import { expect, test } from 'vitest';
import { mintToken, serviceAccountToken } from '../../src/auth/mint-token.js';
import type { ReleaseName } from '../../src/core/release.js';
import { releaseNames } from '../../src/core/release.js';
import { password, Stage } from './stage.js';

const hs256 = '{"alg":"HS256","typ":"JWT"}';

function parts(token: string): { header: string; payload: string; signature: number } {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const text = (segment: string) => Buffer.from(segment, 'base64url').toString();
  return {
    header: text(header),
    payload: text(payload),
    signature: Buffer.from(signature, 'base64url').length,
  };
}

/** Access and refresh payloads of a login, with issuer and times filled in by hand. */
const payloads: readonly (readonly [ReleaseName, string, string])[] = [
  [
    'v3.0',
    '{"username":"alice","uid":"UID","token_type":"access_token","exp":1721331356,"iat":1721324156,"iss":"kubesphere","nbf":1721324156}',
    '{"username":"alice","uid":"UID","token_type":"refresh_token","exp":1721338556,"iat":1721324156,"iss":"kubesphere","nbf":1721324156}',
  ],
  [
    'v3.1',
    '{"username":"alice","groups":["dev"],"extra":{"uninitialized":["true"]},"token_type":"access_token","exp":1721331356,"iat":1721324156,"iss":"kubesphere","nbf":1721324156}',
    '{"username":"alice","groups":["dev"],"extra":{"uninitialized":["true"]},"token_type":"refresh_token","exp":1721338556,"iat":1721324156,"iss":"kubesphere","nbf":1721324156}',
  ],
  [
    'v3.3',
    '{"exp":1721331366,"iat":1721324166,"iss":"kubesphere","sub":"alice","token_type":"access_token","username":"alice","extra":{"uninitialized":["true"]}}',
    '{"exp":1721338566,"iat":1721324166,"iss":"kubesphere","sub":"alice","token_type":"refresh_token","username":"alice","extra":{"uninitialized":["true"]}}',
  ],
  [
    'v3.4',
    '{"iss":"kubesphere","sub":"alice","exp":1721331366,"iat":1721324166,"token_type":"access_token","username":"alice","extra":{"uninitialized":["true"]}}',
    '{"iss":"kubesphere","sub":"alice","exp":1721338566,"iat":1721324166,"token_type":"refresh_token","username":"alice","extra":{"uninitialized":["true"]}}',
  ],
  [
    'v4.1',
    '{"iss":"http://ks-console.kubesphere-system.svc:30880","sub":"alice","exp":1721331366,"iat":1721324166,"token_type":"access_token","username":"alice","extra":{"uninitialized":["true"]}}',
    '{"iss":"http://ks-console.kubesphere-system.svc:30880","sub":"alice","exp":1721333166,"iat":1721324166,"token_type":"refresh_token","username":"alice","extra":{"uninitialized":["true"]}}',
  ],
];

test.for(payloads)(
  'the tokens of a login in %s carry their claims in order',
  async ([release, access, refresh]) => {
    await using stage = await Stage.of(release);
    const users = { group: 'iam.kubesphere.io', plural: 'users' };
    const { store } = stage.ks.world.host;
    const user = store.get(users, undefined, 'alice').object;
    const annotations = { ...user.metadata.annotations, 'iam.kubesphere.io/uninitialized': 'true' };
    store.load(users, {
      ...user,
      metadata: { ...user.metadata, annotations },
      spec: { ...(user['spec'] as object), groups: ['dev'] },
    });
    const body = JSON.parse((await stage.logIn('alice', password)).body) as Record<string, string>;
    const uid = user.metadata.uid ?? '';
    expect(parts(body['access_token'] ?? '')).toEqual({
      header: hs256,
      payload: access.replace('UID', uid),
      signature: 32,
    });
    expect(parts(body['refresh_token'] ?? '').payload).toBe(refresh.replace('UID', uid));
    const again = JSON.parse((await stage.refresh(body['refresh_token'] ?? '')).body) as Record<
      string,
      string
    >;
    expect(parts(again['access_token'] ?? '').payload).toBe(access.replace('UID', uid));
  },
);

test('the login token of 2.1 has no end, those of its token endpoint have', async () => {
  await using stage = await Stage.of('v2.1');
  const login = JSON.parse((await stage.logIn('alice', password)).body) as Record<string, string>;
  expect(parts(login['access_token'] ?? '').payload).toBe(
    '{"email":"alice@example.com","iat":1721324166,"username":"alice"}',
  );
  const answer = await stage.token21({ grant_type: 'password', username: 'alice', password });
  const tokens = JSON.parse(answer.body) as Record<string, string>;
  expect(Object.keys(tokens)).toEqual(['token_type', 'access_token', 'expires_in', 'refresh_token']);
  expect([tokens['token_type'], tokens['expires_in']]).toEqual(['jwt', 9600]);
  expect(parts(tokens['access_token'] ?? '').payload).toBe(
    '{"email":"alice@example.com","exp":1721333766,"iat":1721324166,"username":"alice"}',
  );
  expect(parts(tokens['refresh_token'] ?? '').payload).toBe(
    '{"email":"alice@example.com","exp":1721336166,"iat":1721324166,"type":"refresh_token","username":"alice"}',
  );
});

test('the token of a ServiceAccount is that of the public guide', async () => {
  await using stage = await Stage.of('v4.1');
  expect(parts(serviceAccountToken(stage.ks.world, 'default', 'sample'))).toEqual({
    header: hs256,
    payload:
      '{"iss":"http://ks-console.kubesphere-system.svc:30880","sub":"kubesphere:serviceaccount:default:sample","iat":1721324166,"token_type":"static_token","username":"kubesphere:serviceaccount:default:sample"}',
    signature: 32,
  });
});

const plain = '/kapis/config.kubesphere.io/v1alpha2/configs/oauth';

test.for([
  [{}, 200, ''],
  [{ expiresIn: '-5m' }, 401, 'jwt: token is expired by 5m0.5s'],
  [{ expiresIn: -300 }, 401, 'jwt: token is expired by 5m0.5s'],
  [{ issuedAt: '-3h' }, 401, 'jwt: token is expired by 1h0m0.5s'],
  [{ issuedAt: '2024-07-18T14:36:06Z' }, 401, 'jwt: token is expired by 1h0m0.5s'],
  [
    { issuedAt: '5m' },
    401,
    'jwt: token used before issued, iat:2024-07-18 17:41:06 +0000 UTC, now:2024-07-18 17:36:06.5 +0000 UTC m=+1.000000000',
  ],
  [{ notBefore: '5m' }, 200, ''],
  [{ issuer: 'somebody else' }, 200, ''],
  [{ key: 'wrong' }, 401, 'signature is invalid'],
  [{ key: 'any other secret' }, 401, 'signature is invalid'],
  [{ alg: 'none' }, 401, 'signing method none is invalid'],
  [{ alg: 'HS512' }, 401, 'signing method HS512 is invalid'],
  [{ alg: 'RS256' }, 401, 'key is of invalid type'],
  [{ garbage: true }, 401, 'token contains an invalid number of segments'],
  [{ type: 'refresh_token' }, 200, ''],
  [{ type: 'static_token' }, 200, ''],
  [{ remembered: false }, 401, 'token not found in cache'],
  [{ expiresIn: 0 }, 200, ''],
  [{ user: 'ghost' }, 401, 'User.iam.kubesphere.io \\"ghost\\" not found'],
  [{ claims: { username: 'ghost' } }, 401, 'token not found in cache'],
] as const)('a token minted with %o answers %i %s', async ([spec, status, reason]) => {
  await using stage = await Stage.of('v4.1');
  const answer = await stage.as(`Bearer ${stage.mint(spec)}`, plain);
  expect(answer.status).toBe(status);
  if (reason !== '') expect(answer.body).toContain(`"message":"${reason}"`);
});

test('a duration that is none is refused with what to write instead', async () => {
  await using stage = await Stage.of('v4.1');
  expect(() => stage.mint({ expiresIn: 'soon' })).toThrow(
    '"soon" is not a duration such as 2h, 10m0s or -5m',
  );
});

test.for(releaseNames)('the same world at the same moment mints the same token (%s)', async (release) => {
  await using stage = await Stage.of(release);
  expect(mintToken(stage.ks.world.fork(), { user: 'alice' })).toBe(stage.mint());
});
