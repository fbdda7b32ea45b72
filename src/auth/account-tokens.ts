import { createHash, createPublicKey, sign, type KeyObject } from 'node:crypto';
import type { JsonObject } from '../core/json.js';
import { digArray, digObject, digString, encodeCompact } from '../core/json.js';
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

/** Issuer of the tokens in Secrets. */
const secretIssuer = 'kubernetes/serviceaccount';
const secretClaim = 'kubernetes.io/serviceaccount/';

/**
 * Signs the token that a Secret holds for a Kubernetes ServiceAccount: good for as long as both are there.
 *
 * @see kubernetes/kubernetes pkg/serviceaccount/legacy.go
 */
export function signSecretToken({ keys }: World, account: KubeObject, secret: KubeObject): string {
  const { name, namespace = '', uid = '' } = account.metadata;
  const encode = (value: JsonObject): string => Buffer.from(encodeCompact(value)).toString('base64url');
  const header = encode({ alg: 'RS256', kid: keyId(createPublicKey(keys.privateKey)) });
  const claims = encode({
    iss: secretIssuer,
    [`${secretClaim}namespace`]: namespace,
    [`${secretClaim}secret.name`]: secret.metadata.name,
    [`${secretClaim}service-account.name`]: name,
    [`${secretClaim}service-account.uid`]: uid,
    sub: `system:serviceaccount:${namespace}:${name}`,
  });
  const signed = `${header}.${claims}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), keys.privateKey).toString('base64url')}`;
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
      issuer: [issuer, secretIssuer],
      currentDate: new Date(world.clock.now()),
    });
    if (payload.iss === secretIssuer)
      return readSecretClaims(payload as JsonObject, token, cluster, audiences);
    return readClaims(payload as JsonObject, cluster, audiences);
  } catch (error) {
    if (error instanceof errors.JWTExpired)
      return '[invalid bearer token, service account token has expired]';
    if (error instanceof errors.JOSEError) return 'invalid bearer token';
    throw error;
  }
}

/** @see kubernetes/kubernetes pkg/serviceaccount/legacy.go Validate */
function readSecretClaims(
  claims: JsonObject,
  token: string,
  { store }: ClusterState,
  wanted: readonly string[],
): ReviewedToken | string {
  const bad = (why: string): string => `[invalid bearer token, ${why}]`;
  const [namespace, name, uid, secretName] = [
    'namespace',
    'service-account.name',
    'service-account.uid',
    'secret.name',
  ].map((key) => digString(claims, secretClaim + key)) as [string, string, string, string];
  const secret = store.find({ group: '', plural: 'secrets' }, namespace, secretName)?.object;
  if (secret === undefined || secret.metadata.deletionTimestamp !== undefined)
    return bad('service account token has been invalidated');
  if (digString(secret, 'data', 'token') !== Buffer.from(token).toString('base64'))
    return bad("token does not match server's copy");
  const account = store.find({ group: '', plural: 'serviceaccounts' }, namespace, name)?.object;
  if (account === undefined) return bad(`serviceaccounts ${JSON.stringify(name)} not found`);
  const found = account.metadata.uid ?? '';
  if (found !== uid) return bad(`serviceaccount UID (${found}) does not match claim (${uid})`);
  // A token without audiences is for the API server.
  const audiences = wanted.filter((one) => one === apiAudience);
  if (audiences.length === 0)
    return bad(
      `token audiences ${JSON.stringify([apiAudience])} is invalid for the target audiences ${JSON.stringify(wanted)}`,
    );
  return { user: { ...accountUser(namespace, name, uid), extra: {} }, audiences };
}

function accountUser(namespace: string, name: string, uid: string): Omit<User, 'extra'> {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
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
  return { user: { ...accountUser(namespace, name, uid), extra }, audiences };
}
