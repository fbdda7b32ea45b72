import { digArray } from '../../core/json.js';
import type { KubeObject, User } from '../../core/kube-object.js';
import type { World } from '../../state/world.js';
import { checkLogin, type LoginVerdict } from '../check-login.js';
import type { Credentials } from '../credentials.js';
import { authDialects, type AuthDialect } from '../dialects.js';
import { recordLogin, type LoginAttempt } from '../login-records.js';

/** A name and a password. */
export interface BasicCredential {
  readonly username: string;
  readonly password: string;
}

/** Why Basic authentication failed; the texts are those of every release. */
export type BasicRefusal = 'incorrect password' | 'account is not active' | 'auth rate limit exceeded';

/** Reads an `Authorization: Basic` header as Go's `Request.BasicAuth` does; `undefined` when it is not one. */
export function readBasic(header: string): BasicCredential | undefined {
  if (header.length < 6 || header.slice(0, 6).toLowerCase() !== 'basic ') return undefined;
  const encoded = header.slice(6);
  if (encoded.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon === -1) return undefined;
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/**
 * Who a name and password belong to, or why they are refused.
 *
 * @see kubesphere/kubesphere pkg/apiserver/authentication/authenticators/basic/basic.go
 */
export function authenticateBasic(
  world: World,
  credential: BasicCredential,
  dialect: NonNullable<AuthDialect['basic']>,
  from: Credentials,
): User | BasicRefusal | Promise<User | BasicRefusal> {
  const conclude = (verdict: LoginVerdict): User | BasicRefusal => {
    const attempt = { type: dialect.record, provider: '' } satisfies Partial<LoginAttempt>;
    switch (verdict.outcome) {
      case 'ok':
        if (dialect.recordsSuccessOn !== undefined && from.path.startsWith(dialect.recordsSuccessOn)) {
          const reason = 'authenticated successfully';
          recordLogin(world, { ...attempt, user: verdict.user.metadata.name, success: true, reason }, from);
        }
        return identityOf(world, verdict.user, dialect.usesGroups);
      case 'incorrectPassword':
        if (verdict.user !== undefined) {
          const reason = 'incorrect password';
          recordLogin(world, { ...attempt, user: verdict.user.metadata.name, success: false, reason }, from);
        }
        return 'incorrect password';
      case 'inactive':
        return 'account is not active';
      case 'rateLimited':
        return 'auth rate limit exceeded';
    }
  };
  const verdict = checkLogin(world, credential.username, credential.password);
  return verdict instanceof Promise ? verdict.then(conclude) : conclude(verdict);
}

function identityOf(world: World, user: KubeObject, usesGroups: boolean): User {
  const own = usesGroups ? digArray(user, 'spec', 'groups').filter((group) => typeof group === 'string') : [];
  const believesClaims = !authDialects[world.release.name].identity.looksUpUser;
  const uid = believesClaims ? (user.metadata.uid ?? '') : '';
  return { name: user.metadata.name, uid, groups: [...own, 'system:authenticated'], extra: {} };
}
