import { digString } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { World } from '../state/world.js';
import { findLogin } from './find-user.js';
import { checkPassword } from './passwords.js';

/** Why a login failed, or the user it was for. */
export type LoginVerdict =
  | { readonly outcome: 'ok'; readonly user: KubeObject }
  /** `user` is absent when there is none of that name. */
  | { readonly outcome: 'incorrectPassword'; readonly user: KubeObject | undefined }
  | { readonly outcome: 'inactive' }
  | { readonly outcome: 'rateLimited' };

/**
 * Checks a name (or e-mail address) and a password against the local accounts. The state of the account is looked at
 * before the password, as the real server does.
 *
 * @see kubesphere/kubesphere pkg/models/auth/password.go
 */
export function checkLogin(
  world: World,
  login: string,
  password: string,
): LoginVerdict | Promise<LoginVerdict> {
  if (login === '' || password === '') return { outcome: 'incorrectPassword', user: undefined };
  const user = findLogin(world, login)?.object;
  if (user === undefined) return { outcome: 'incorrectPassword', user };
  const state = digString(user, 'status', 'state');
  if (state === 'AuthLimitExceeded') return { outcome: 'rateLimited' };
  if (state !== 'Active') return { outcome: 'inactive' };
  const fits = checkPassword(world, user, password);
  if (typeof fits === 'boolean') return verdict(fits, user);
  return fits.then((yes) => verdict(yes, user));
}

function verdict(fits: boolean, user: KubeObject): LoginVerdict {
  return { outcome: fits ? 'ok' : 'incorrectPassword', user };
}
