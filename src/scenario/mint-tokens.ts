import { mintToken, serviceAccountToken, type TokenSpec } from '../auth/mint-token.js';
import type { World } from '../state/world.js';
import type { ScenarioToken } from './scenario.js';

/** Mints the tokens a scenario names, by their names. */
export function mintTokens(
  world: World,
  tokens: Readonly<Record<string, ScenarioToken>>,
): Map<string, string> {
  const minted = new Map<string, string>();
  for (const [name, token] of Object.entries(tokens)) minted.set(name, mint(world, token));
  return minted;
}

function mint(world: World, token: ScenarioToken): string {
  const { user, serviceAccount, type, expiresIn, issuedIn, issuer, flaw, revoked } = token;
  const isPlain = [type, expiresIn, issuedIn, issuer, flaw, revoked].every((each) => each === undefined);
  const [namespace = '', name = ''] = (serviceAccount ?? '').split('/');
  if (serviceAccount !== undefined && isPlain) return serviceAccountToken(world, namespace, name);
  const wanted = type ?? (serviceAccount === undefined ? undefined : 'static_token');
  const spec: TokenSpec = {
    user: user ?? `kubesphere:serviceaccount:${namespace}:${name}`,
    ...(wanted !== undefined && { type: wanted }),
    ...(expiresIn !== undefined && { expiresIn }),
    ...(issuedIn !== undefined && { issuedAt: issuedIn }),
    ...(issuer !== undefined && { issuer }),
    ...(flaw === 'wrong key' && { key: 'wrong' }),
    ...(flaw === 'alg none' && { alg: 'none' as const }),
    ...(flaw === 'garbage' && { garbage: true }),
    ...(revoked === true && { remembered: false }),
  };
  return mintToken(world, spec);
}
