import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeGoBase64 } from '../../src/core/go-base64.js';
import { mintToken } from '../../src/auth/mint-token.js';
import { verifyToken } from '../../src/auth/verify-token.js';
import { releaseNames, type ReleaseName } from '../../src/core/release.js';
import { defaultSettings } from '../../src/worlds/default-settings.js';
import { releases } from '../../src/releases/index.js';
import { SigningKeys } from '../../src/state/signing-keys.js';
import { createWorld, type World } from '../../src/state/world.js';

const secret = 'secret';
const now = Date.parse('2024-07-18T17:36:06.500Z');
const seconds = Math.floor(now / 1000);

function worldOf(release: ReleaseName): World {
  const chosen = releases[release];
  const keys = new SigningKeys(secret, '');
  return createWorld({ release: chosen, settings: defaultSettings(chosen), keys, now }, ['host']);
}

function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

/** A token with any header and claims, signed with the server's secret. */
function forge(header: unknown, claims: unknown, hash = 'sha256'): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`;
}

const hs256 = { alg: 'HS256', typ: 'JWT' };
const alice = { username: 'alice', token_type: 'static_token' };

function reasonIn(release: ReleaseName, token: string): string {
  try {
    verifyToken(worldOf(release), token);
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
}

const claims = encode(alice);
const old = ['v3.0', 'v3.1'] as const;
const recent = ['v3.3', 'v3.4', 'v4.1'] as const;
const all = [...old, ...recent] as const;

/** A token, the reason, and the releases that give it. */
const cases: readonly (readonly [string, string, string, readonly ReleaseName[]])[] = [
  ['no segments', 'x', 'token contains an invalid number of segments', all],
  ['four segments', 'a.b.c.d', 'token contains an invalid number of segments', all],
  ['a header that is not base64url', `a!b.${claims}.x`, 'illegal base64 data at input byte 1', all],
  ['a header of one character, padded first', 'a.b.c', 'illegal base64 data at input byte 1', old],
  ['a header of one character', 'a.b.c', 'illegal base64 data at input byte 0', recent],
  ['claims that are not base64url', `${encode(hs256)}.a+b.x`, 'illegal base64 data at input byte 1', all],
  [
    'a header that is not JSON',
    `${encode('hello')}.${claims}.x`,
    "invalid character 'h' looking for beginning of value",
    all,
  ],
  [
    'claims that are not JSON',
    forge(hs256, 'xyz'),
    "invalid character 'x' looking for beginning of value",
    all,
  ],
  ['an empty header', `.${claims}.x`, 'unexpected end of JSON input', all],
  ['empty claims', `${encode(hs256)}..x`, 'EOF', all],
  [
    'a header that is a list',
    `${encode([])}.${claims}.x`,
    'json: cannot unmarshal array into Go value of type map[string]interface {}',
    all,
  ],
  [
    'claims that are a list',
    forge(hs256, []),
    'json: cannot unmarshal array into Go value of type token.Claims',
    all,
  ],
  [
    'a name that is a number',
    forge(hs256, { username: 1 }),
    'json: cannot unmarshal number into Go struct field Claims.username of type string',
    all,
  ],
  ['no alg', forge({ typ: 'JWT' }, alice), 'signing method (alg) is unspecified.', all],
  ['alg that is no text', forge({ alg: 1 }, alice), 'signing method (alg) is unspecified.', all],
  [
    'alg in the prototype',
    forge('{"__proto__":{"alg":"HS256"}}', alice),
    'signing method (alg) is unspecified.',
    all,
  ],
  ['an unknown alg', forge({ alg: 'XS1' }, alice), 'signing method (alg) is unavailable.', all],
  ['alg in lower case', forge({ alg: 'hs256' }, alice), 'signing method (alg) is unavailable.', all],
  ['alg none', `${encode({ alg: 'none' })}.${claims}.`, 'expect token signed with HMAC but got none', old],
  ['alg none', `${encode({ alg: 'none' })}.${claims}.`, 'signing method none is invalid', recent],
  ['alg HS384', forge({ alg: 'HS384' }, alice, 'sha384'), 'accepted', old],
  ['alg HS384', forge({ alg: 'HS384' }, alice, 'sha384'), 'signing method HS384 is invalid', recent],
  ['alg HS512 over an HS256 signature', forge({ alg: 'HS512' }, alice), 'signature is invalid', old],
  [
    'alg RS256 over an HMAC',
    forge({ alg: 'RS256' }, alice),
    'expect token signed with HMAC but got RS256',
    old,
  ],
  ['alg RS256 over an HMAC', forge({ alg: 'RS256' }, alice), 'key is of invalid type', recent],
  [
    'a list of audiences, as in tokens of Kubernetes',
    forge({ alg: 'RS256' }, { aud: ['https://kubernetes.default.svc'] }),
    'json: cannot unmarshal array into Go struct field Claims.aud of type string',
    old,
  ],
  [
    'a list of audiences, as in tokens of Kubernetes',
    forge({ alg: 'RS256' }, { aud: ['https://kubernetes.default.svc'] }),
    'key is of invalid type',
    recent,
  ],
  ['alg ES256', forge({ alg: 'ES256' }, alice), 'expect token signed with HMAC but got ES256', old],
  ['alg ES256', forge({ alg: 'ES256' }, alice), 'signing method ES256 is invalid', recent],
  ['an empty signature', `${encode(hs256)}.${claims}.`, 'signature is invalid', all],
  [
    'a signature that is not base64url',
    `${encode(hs256)}.${claims}.ab$d`,
    'illegal base64 data at input byte 2',
    all,
  ],
  ['a good signature', forge(hs256, alice), 'accepted', all],
  ['expired', forge(hs256, { ...alice, exp: seconds - 3671 }), 'token is expired by 1h1m11s', old],
  ['expired', forge(hs256, { ...alice, exp: seconds - 3671 }), 'jwt: token is expired by 1h1m11s', ['v3.3']],
  [
    'expired',
    forge(hs256, { ...alice, exp: seconds - 3671 }),
    'jwt: token is expired by 1h1m11.5s',
    ['v3.4', 'v4.1'],
  ],
  ['expired this second', forge(hs256, { ...alice, exp: seconds }), 'accepted', [...old, 'v3.3']],
  [
    'expired this second',
    forge(hs256, { ...alice, exp: seconds }),
    'jwt: token is expired by 500ms',
    ['v3.4', 'v4.1'],
  ],
  ['issued within the skew', forge(hs256, { ...alice, iat: seconds + 9 }), 'Token used before issued', old],
  ['issued within the skew', forge(hs256, { ...alice, iat: seconds + 9 }), 'accepted', recent],
  [
    'issued later',
    forge(hs256, { ...alice, iat: seconds + 60 }),
    `jwt: token used before issued, iat:${String(seconds + 60)}, now:${String(seconds)}`,
    ['v3.3'],
  ],
  [
    'issued later',
    forge(hs256, { ...alice, iat: seconds + 60 }),
    'jwt: token used before issued, iat:2024-07-18 17:37:06 +0000 UTC, now:2024-07-18 17:36:06.5 +0000 UTC m=+1.000000000',
    ['v3.4', 'v4.1'],
  ],
  ['not yet valid', forge(hs256, { ...alice, nbf: seconds + 60 }), 'token is not valid yet', old],
  ['not yet valid', forge(hs256, { ...alice, nbf: seconds + 60 }), 'accepted', recent],
  [
    'moments beyond all bounds',
    forge(hs256, '{"token_type":"static_token","iat":-1e300,"exp":1e999}'),
    'accepted',
    all,
  ],
  [
    'issued beyond all bounds',
    forge(hs256, '{"token_type":"static_token","iat":1e308}'),
    'Token used before issued',
    old,
  ],
  ['no claims at all', forge(hs256, {}), 'token not found in cache', all],
  ['claims that are null', forge(hs256, 'null'), 'token not found in cache', all],
  [
    'claims in the prototype',
    forge(hs256, '{"__proto__":{"token_type":"static_token"}}'),
    'token not found in cache',
    all,
  ],
  [
    'a type of token that is never cached',
    forge(hs256, { ...alice, token_type: 'static_token' }),
    'accepted',
    all,
  ],
  ['a text after the claims', forge(hs256, '{"token_type":"static_token"} x'), 'accepted', all],
];

describe('what is wrong with a token, in the words of the release', () => {
  test.for(
    cases.flatMap(([what, token, reason, columns]) =>
      columns.map((release) => [what, release, token, reason] as const),
    ),
  )('%s in %s', ([, release, token, reason]) => {
    expect(reasonIn(release, token)).toBe(reason);
  });
});

test.for(releaseNames)('a megabyte of token is refused at once (%s)', (release) => {
  const started = performance.now();
  expect(reasonIn(release, 'a'.repeat(1 << 20))).toBe('token contains an invalid number of segments');
  expect(reasonIn(release, '.'.repeat(1 << 20))).toBe('token contains an invalid number of segments');
  expect(reasonIn(release, `${encode(hs256)}.${encode({ username: 'x'.repeat(1 << 20) })}.x`)).toMatch(
    /^(illegal base64|signature)/,
  );
  expect(performance.now() - started).toBeLessThan(2000);
});

test('a token deeper than any parser likes is refused', () => {
  expect(reasonIn('v4.1', forge(hs256, '['.repeat(200_000)))).toBe(
    "invalid character '[' exceeded max depth",
  );
});

describe('a token read before', () => {
  let world: World;
  let token: string;
  beforeAll(() => {
    world = worldOf('v4.1');
    token = mintToken(world, { user: 'alice' });
    verifyToken(world, token);
  });

  test('still expires', () => {
    const later = world.fork();
    later.clock.advance(7_200_000);
    expect(() => verifyToken(later, token)).toThrow('jwt: token is expired by 500ms');
  });

  test('is still looked up among the sessions', () => {
    const other = world.fork();
    other.sessions.revoke('alice', token);
    expect(() => verifyToken(other, token)).toThrow('token not found in cache');
    expect(verifyToken(world, token).username).toBe('alice');
  });

  test('means nothing to another key', () => {
    const rekeyed = world.fork();
    rekeyed.keys = new SigningKeys('another', '');
    expect(() => verifyToken(rekeyed, token)).toThrow('signature is invalid');
  });
});

test.for([
  ['', false, 'ok'],
  ['YWI', false, 'ok'],
  ['YWI', true, 'ok'],
  ['YWI=', true, 'ok'],
  ['YWI=', false, 3],
  ['YW\nI', false, 'ok'],
  ['Y', false, 0],
  ['YWJjZ', false, 4],
  ['YWJjZ', true, 5],
  ['YW=I', true, 2],
  ['Y=', true, 1],
  ['YWI=a', true, 4],
  ['YWé', false, 2],
  ['YW I', false, 2],
  ['YW+I', false, 2],
] as const)('base64 of %j (padded first: %s) is %s, as for Go', ([text, padded, expected]) => {
  const decoded = decodeGoBase64(text, padded);
  expect('badAt' in decoded ? decoded.badAt : 'ok').toBe(expected);
});
