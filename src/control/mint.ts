import { mintToken, serviceAccountToken, type TokenSpec } from '../auth/mint-token.js';
import { InputError } from '../core/input-error.js';
import type { World } from '../state/world.js';

/** A token to mint: of a user, or of a ServiceAccount. Whatever is wrong with it is wrong on purpose. */
export interface TokenRequest extends Omit<TokenSpec, 'user'> {
  /** Default `admin`; need not exist. */
  readonly user?: string;
  /** `NAMESPACE/NAME` of a ServiceAccount of 4.1; with nothing else said its static token. */
  readonly serviceAccount?: string;
}

/** Mints a token as asked, however wrong. @throws InputError for a duration that is none */
export function mint(world: World, request: TokenRequest): string {
  const { user = 'admin', serviceAccount, ...wishes } = request;
  if (serviceAccount === undefined) return attempt(world, { user, ...wishes });
  const [namespace = '', name = ''] = serviceAccount.split('/');
  if (Object.keys(wishes).length === 0) return serviceAccountToken(world, namespace, name);
  const account = `kubesphere:serviceaccount:${namespace}:${name}`;
  return attempt(world, { user: account, type: 'static_token', ...wishes });
}

function attempt(world: World, spec: TokenSpec): string {
  try {
    const token = mintToken(world, spec);
    // Tokens of one second are alike; an earlier one may be remembered.
    if (spec.remembered === false) world.sessions.revoke(spec.user, token);
    return token;
  } catch (error) {
    if (error instanceof RangeError) throw new InputError([error.message], { cause: error });
    throw error;
  }
}
