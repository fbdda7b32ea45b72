import type { JsonObject } from '../../core/json.js';
import { label, annotation } from '../../core/kube-object.js';
import { inRange } from '../../core/release.js';
import { users } from '../../auth/find-user.js';
import { InvalidToken, type TokenClaims } from '../../auth/token-claims.js';
import { verifyToken } from '../../auth/verify-token.js';
import type { World } from '../../state/world.js';
import { refusal } from '../refusals.js';
import { issueTokens, tokenBody, type Subject } from '../token-response.js';
import type { GrantRequest } from './grant.js';

const preRegistration = 'system:pre-registration';

/** The refresh grant. Neither existence nor state of the user is looked at, and nothing is recorded. */
export function grantRefreshToken({ context, form, client }: GrantRequest): JsonObject {
  const { world } = context;
  const claims = verifyRefreshToken(world, form.get('refresh_token') ?? '');
  return tokenBody(issueTokens(world, subjectOf(world, claims), client));
}

function verifyRefreshToken(world: World, token: string): TokenClaims {
  const release = world.release.name;
  let reason: string;
  try {
    const claims = verifyToken(world, token);
    // 3.0 and 3.1 take a token of any type.
    if (claims.type === 'refresh_token' || inRange(release, { until: 'v3.1' })) return claims;
    reason = `ivalid token type ${claims.type} want refresh_token`;
  } catch (error) {
    if (!(error instanceof InvalidToken)) throw error;
    reason = error.message;
  }
  throw refusal(release, 'invalidRefreshToken', reason);
}

function subjectOf(world: World, claims: TokenClaims): Subject {
  if (claims.username !== preRegistration) {
    return { name: claims.username, extra: claims.extra, groups: claims.groups };
  }
  const idp = claims.extra['idp']?.[0] ?? '';
  const uid = claims.extra['uid']?.[0] ?? '';
  const linked = world.host.store
    .list(users)
    .find(
      ({ object }) =>
        (label(object, 'iam.kubesphere.io/identify-provider') === idp &&
          label(object, 'iam.kubesphere.io/origin-uid') === uid) ||
        annotation(object, `iam.kubesphere.io/identity-provider.${idp}`) === uid,
    );
  if (linked === undefined) throw refusal(world.release.name, 'unregisteredUser');
  return { name: linked.object.metadata.name };
}
