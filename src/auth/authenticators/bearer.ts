import { digArray, digString } from '../../core/json.js';
import type { User } from '../../core/kube-object.js';
import { inRange } from '../../core/release.js';
import type { StoredObject } from '../../state/object-store.js';
import type { World } from '../../state/world.js';
import { authDialects } from '../dialects.js';
import { findUser } from '../find-user.js';
import { InvalidToken, type TokenClaims } from '../token-claims.js';
import { verifyToken } from '../verify-token.js';

const authenticated = 'system:authenticated';
const preRegistration = 'system:pre-registration';
const serviceAccounts = { group: 'kubesphere.io', plural: 'serviceaccounts' } as const;
const serviceAccountPrefix = 'kubesphere:serviceaccount:';

/** The identity last made of a token, and the User object it was made of. */
interface KnownIdentity {
  readonly stored: StoredObject | undefined;
  readonly user: User;
}

const identities = new WeakMap<TokenClaims, KnownIdentity>();

/**
 * Whose token this is.
 *
 * @throws InvalidToken with the reason in the words of the release
 * @see kubesphere/kubesphere pkg/apiserver/authentication/authenticators/jwt/jwt.go
 */
export function authenticateBearer(world: World, token: string): User {
  const claims = verifyToken(world, token);
  const stored = isServiceAccount(world, claims)
    ? checkServiceAccount(world, claims)
    : checkUser(world, claims);
  const known = identities.get(claims);
  if (known !== undefined && known.stored === stored) return known.user;
  const user = identityOf(world, claims, stored);
  identities.set(claims, { stored, user });
  return user;
}

function identityOf(world: World, claims: TokenClaims, stored: StoredObject | undefined): User {
  const { username: name, extra } = claims;
  if (isServiceAccount(world, claims)) return { name, uid: '', groups: [], extra };
  const { identity } = authDialects[world.release.name];
  // Whoever still has to sign up has not logged in: of groups there are those 3.1 writes into tokens.
  if (identity.looksUpUser && name === preRegistration) {
    const own = authDialects[world.release.name].token.order.includes('groups') ? claims.groups : [];
    return { name, uid: '', groups: own, extra };
  }
  const groups = [authenticated];
  if (identity.usesGroups && stored !== undefined) {
    const own = digArray(stored.object, 'spec', 'groups');
    groups.unshift(...own.filter((group) => typeof group === 'string'));
  }
  // A User's own extra is not repeated.
  return { name, uid: claims.uid, groups, extra: name === preRegistration ? extra : {} };
}

/** The User object behind a token, once it is found fit. */
function checkUser(world: World, claims: TokenClaims): StoredObject | undefined {
  const { identity } = authDialects[world.release.name];
  if (!identity.looksUpUser || claims.username === preRegistration || isMember41(world)) return undefined;
  const stored = findUser(world, claims.username);
  if (stored === undefined) throw new InvalidToken(`${identity.userKind} "${claims.username}" not found`);
  if (identity.refusesDisabled && digString(stored.object, 'status', 'state') === 'Disabled') {
    throw new InvalidToken('account is not active');
  }
  return stored;
}

function checkServiceAccount(world: World, claims: TokenClaims): StoredObject | undefined {
  if (isMember41(world)) return undefined;
  const [, , namespace = '', name = ''] = claims.subject.split(':');
  const stored = world.host.store.find(serviceAccounts, namespace, name);
  if (stored === undefined) throw new InvalidToken(`ServiceAccount.kubesphere.io "${name}" not found`);
  return stored;
}

function isServiceAccount(world: World, { subject }: TokenClaims): boolean {
  if (!subject.startsWith(serviceAccountPrefix)) return false;
  return inRange(world.release.name, { since: 'v4.1' }) && subject.split(':').length === 4;
}

/** A member cluster of 4.1 believes the signature alone. */
function isMember41(world: World): boolean {
  const { clusterRole } = world.settings.multicluster;
  return clusterRole === 'member' && inRange(world.release.name, { since: 'v4.1' });
}
