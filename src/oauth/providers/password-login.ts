import type { JsonObject } from '../../core/json.js';
import { inRange } from '../../core/release.js';
import type { IdentityProvider, OAuthClient } from '../../core/settings.js';
import { findLogin } from '../../auth/find-user.js';
import { recordLogin } from '../../auth/login-records.js';
import type { RequestContext } from '../../registry/contract.js';
import { refusal } from '../refusals.js';
import { issueFor } from './complete-login.js';
import { IdentityError, WrongPassword } from './identity.js';
import { identifyInDirectory } from './ldap.js';
import { mapIdentity } from './map-identity.js';
import { mapIdentity3 } from './map-identity-3.x.js';

/** Whether passwords of a kind of provider are checked by it. */
export function checksPasswords({ type }: IdentityProvider): boolean {
  return type === 'LDAPIdentityProvider';
}

/**
 * Logs somebody in whose password a named provider checks: the token document.
 *
 * @throws ApiError in the words of the release
 */
export async function logInAt(
  context: RequestContext,
  provider: IdentityProvider,
  login: string,
  password: string,
  client?: OAuthClient,
): Promise<JsonObject> {
  const release = context.world.release.name;
  try {
    if (login === '' || password === '') throw new WrongPassword();
    const identity = await identifyInDirectory((provider.provider ?? {}) as JsonObject, login, password);
    const subject = inRange(release, { since: 'v4.1' })
      ? mapIdentity(context, provider, identity)
      : mapIdentity3(context, provider, identity);
    if (subject === undefined) throw new IdentityError(`user.iam.kubesphere.io "${identity.uid}" not found`);
    return issueFor(context, provider, subject, client);
  } catch (error) {
    if (error instanceof WrongPassword) {
      recordFailure(context, provider, login);
      throw refusal(release, 'incorrectPassword');
    }
    if (!(error instanceof IdentityError)) throw error;
    if (error.message === 'account is not active') throw refusal(release, 'inactiveAccount');
    throw refusal(release, 'serverError', error.message);
  }
}

/**
 * Tries the providers of 3.1 to 3.3 that check passwords, one after the other, before the local account is.
 *
 * @returns `undefined` when none knows the name and the password
 * @throws ApiError when one cannot be asked
 */
export async function logInAnywhere(
  context: RequestContext,
  login: string,
  password: string,
  client?: OAuthClient,
): Promise<JsonObject | undefined> {
  const { world } = context;
  for (const provider of world.settings.identityProviders.filter(checksPasswords)) {
    try {
      const identity = await identifyInDirectory((provider.provider ?? {}) as JsonObject, login, password);
      const subject = mapIdentity3(context, provider, identity);
      if (subject !== undefined) return issueFor(context, provider, subject, client);
    } catch (error) {
      if (error instanceof IdentityError) throw refusal(world.release.name, 'serverError', error.message);
      if (!(error instanceof WrongPassword)) throw error;
    }
  }
  return undefined;
}

function recordFailure(context: RequestContext, { name }: IdentityProvider, login: string): void {
  const user = findLogin(context.world, login)?.object.metadata.name;
  if (user === undefined) return;
  const reason = 'incorrect password';
  recordLogin(context.world, { user, type: 'Token', provider: name, success: false, reason }, context);
}
