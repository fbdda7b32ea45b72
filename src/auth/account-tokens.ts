import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import type { JsonObject } from '../core/json.js';
import { digArray, digObject, digString } from '../core/json.js';
import type { KubeObject, User } from '../core/kube-object.js';
import type { SigningKeys } from '../state/signing-keys.js';
import type { ClusterState, World } from '../state/world.js';

/** Who tokens of Kubernetes' ServiceAccounts are for when they do not say: the API server. */
export const apiAudience = 'https://kubernetes.default.svc.cluster.local';
const issuer = apiAudience;

/** What a token is to say beside whose it is. */
export interface AccountTokenSpec {
  readonly audiences: readonly string[];
  /** Life from now on. */
  readonly seconds: number;
  /** The object it lives no longer than. */
  readonly bound: KubeObject | undefined;
}

/** The signing key's name: the hash of its public half. @see kubernetes/kubernetes pkg/serviceaccount/jwt.go keyIDFromPublicKey */
function keyId(key: KeyObject): string {
  const der = key.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('base64url');
}

/** Signs a token of a Kubernetes ServiceAccount; RS256, so that the same claims always give the same text. */
export async function signAccountToken(
  world: World,
  account: KubeObject,
  { audiences, seconds, bound }: AccountTokenSpec,
): Promise<string> {
  const { SignJWT } = await import('jose');
  const { privateKey } = world.keys;
  const { name, namespace = '', uid = '' } = account.metadata;
  const now = world.clock.seconds();
  const claims = {
    aud: [...audiences],
    exp: now + seconds,
    iat: now,
    iss: issuer,
    jti: world.random.uuid(),
    'kubernetes.io': {
      namespace,
      ...(bound && {
        [bound.kind.toLowerCase()]: { name: bound.metadata.name, uid: bound.metadata.uid ?? '' },
      }),
      serviceaccount: { name, uid },
    },
    nbf: now,
    sub: `system:serviceaccount:${namespace}:${name}`,
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: keyId(createPublicKey(privateKey)) })
    .sign(privateKey);
}

/** What a good token proves. */
export interface ReviewedToken {
  readonly user: User;
  /** Those of the token that were asked for. */
  readonly audiences: readonly string[];
}

const publicKeys = new WeakMap<SigningKeys, KeyObject>();

/**
 * Who a token of a Kubernetes ServiceAccount is of, once it is found signed here, in time, for one of some audiences,
 * and of an account (and object) that still exists; else why not, in the words of kube-apiserver.
 */
export async function reviewAccountToken(
  world: World,
  cluster: ClusterState,
  token: string,
  audiences: readonly string[],
): Promise<ReviewedToken | string> {
  const { jwtVerify, errors } = await import('jose');
  let key = publicKeys.get(world.keys);
  if (key === undefined) publicKeys.set(world.keys, (key = createPublicKey(world.keys.privateKey)));
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['RS256'],
      issuer,
      currentDate: new Date(world.clock.now()),
    });
    return readClaims(payload as JsonObject, cluster, audiences);
  } catch (error) {
    if (error instanceof errors.JWTExpired)
      return '[invalid bearer token, service account token has expired]';
    if (error instanceof errors.JOSEError) return 'invalid bearer token';
    throw error;
  }
}

function readClaims(
  claims: JsonObject,
  { store }: ClusterState,
  wanted: readonly string[],
): ReviewedToken | string {
  const bad = (why: string): string => `[invalid bearer token, ${why}]`;
  const given = typeof claims['aud'] === 'string' ? [claims['aud']] : digArray(claims, 'aud').map(String);
  const audiences = wanted.filter((one) => given.includes(one));
  if (audiences.length === 0)
    return bad(
      `token audiences ${JSON.stringify(given)} is invalid for the target audiences ${JSON.stringify(wanted)}`,
    );
  const about = digObject(claims, 'kubernetes.io');
  const namespace = digString(about, 'namespace');
  const name = digString(about, 'serviceaccount', 'name');
  const uid = digString(about, 'serviceaccount', 'uid');
  const account = store.find({ group: '', plural: 'serviceaccounts' }, namespace, name)?.object;
  if (account === undefined) return bad(`serviceaccounts ${JSON.stringify(name)} not found`);
  if (account.metadata.uid !== uid) return bad('service account UID does not match claim');
  const extra: Record<string, readonly string[]> = {
    'authentication.kubernetes.io/credential-id': [`JTI=${digString(claims, 'jti')}`],
  };
  for (const [kind, plural] of [
    ['pod', 'pods'],
    ['secret', 'secrets'],
    ['node', 'nodes'],
  ] as const) {
    const bound = digObject(about, kind);
    const boundName = digString(bound, 'name');
    if (boundName === '') continue;
    const where = kind === 'node' ? undefined : namespace;
    const object = store.find({ group: '', plural }, where, boundName)?.object;
    if (object?.metadata.uid !== digString(bound, 'uid'))
      return bad('service account token has been invalidated');
    if (kind === 'secret') continue;
    extra[`authentication.kubernetes.io/${kind}-name`] = [boundName];
    extra[`authentication.kubernetes.io/${kind}-uid`] = [digString(bound, 'uid')];
  }
  const user = {
    name: `system:serviceaccount:${namespace}:${name}`,
    uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    extra,
  };
  return { user, audiences };
}
