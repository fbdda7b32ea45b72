import { ApiError, badRequest } from '../core/api-error.js';
import { digString, type Json } from '../core/json.js';
import { inRange } from '../core/release.js';
import { InvalidToken, type TokenClaims } from '../auth/token-claims.js';
import { verifyToken } from '../auth/verify-token.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { readBodyObject } from '../registry/read-json-body.js';
import { json } from '../registry/reply.js';
import { refusal } from './refusals.js';

/**
 * A TokenReview: is this token good, and whose is it? Signature, time and session are looked at, not the user.
 *
 * @see kubesphere/kubesphere pkg/kapis/oauth/handler.go tokenReview
 */
export function reviewToken(context: RequestContext): Reply {
  const { world } = context;
  const release = world.release.name;
  const review = readBodyObject(context, 'oauth.TokenReview');
  const token = digString(review, 'spec', 'token');
  if (token === '') throw badRequest('token must not be null');
  try {
    return json(reviewed(review, verifyToken(world, token), inRange(release, { until: 'v2.1' })));
  } catch (error) {
    if (!(error instanceof InvalidToken)) throw error;
    if (inRange(release, { until: 'v2.1' }))
      return json({ ...echo(review), status: { authenticated: false } });
    throw refusal(release, 'reviewedTokenInvalid', error.message);
  }
}

/** The path 2.1 also takes reviews at; it looks like a native one and so never reaches the router. */
const accountPath = '/apis/account.kubesphere.io/v1alpha1/authenticate';

/** Answers a review sent to the older path of 2.1; `undefined` for every other request. */
export function reviewAccountToken(context: RequestContext): Reply | undefined {
  if (context.info.path !== accountPath || context.method !== 'POST') return undefined;
  try {
    return reviewToken(context);
  } catch (error) {
    if (error instanceof ApiError) throw badRequest(error.message, { dialect: 'message' });
    throw error;
  }
}

function reviewed(review: Json, claims: TokenClaims, isGateway: boolean): ReturnType<typeof echo> {
  const { username, uid } = claims;
  const user = isGateway ? { groups: ['system:authenticated'], uid: username, username } : { uid, username };
  return { ...echo(review), status: { authenticated: true, user } };
}

function echo(review: Json): { readonly [key: string]: Json } {
  return { apiVersion: digString(review, 'apiVersion'), kind: 'TokenReview' };
}
