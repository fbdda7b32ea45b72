import type { ApiError } from '../core/api-error.js';
import type { JsonObject } from '../core/json.js';
import { inRange, type ReleaseName, type ReleaseRange } from '../core/release.js';
import type { OAuthClient } from '../core/settings.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { json } from '../registry/reply.js';
import type { World } from '../state/world.js';
import { findClient } from '../auth/oauth-clients.js';
import { parseForm, type Form } from './form.js';
import { grantAuthorizationCode } from './grants/authorization-code.js';
import type { Grant } from './grants/grant.js';
import { grantPassword } from './grants/password.js';
import { grantRefreshToken } from './grants/refresh-token.js';
import { refusal } from './refusals.js';

/** The grants, with the releases that know them by that name. */
const grants: Readonly<Record<string, { readonly grant: Grant } & ReleaseRange>> = {
  password: { grant: grantPassword },
  refresh_token: { grant: grantRefreshToken },
  code: { grant: grantAuthorizationCode, since: 'v3.3' },
  authorization_code: { grant: grantAuthorizationCode, since: 'v4.1' },
};

const noStore = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };
const none: Form = new Map();

/**
 * `POST /oauth/token`: the client, its secret, then the grant.
 *
 * @see kubesphere/kubesphere pkg/kapis/oauth/handler.go
 */
export async function postToken(context: RequestContext): Promise<Reply> {
  const release = context.world.release.name;
  const headers = inRange(release, { since: 'v4.1' }) ? noStore : undefined;
  try {
    return json(await grantTokens(context, release), 200, headers);
  } catch (error) {
    if (headers !== undefined && isRefusal(error))
      Object.assign(error, { headers: { ...headers, ...error.headers } });
    throw error;
  }
}

function isRefusal(error: unknown): error is ApiError {
  return error instanceof Error && error.name === 'ApiError';
}

function grantTokens(context: RequestContext, release: ReleaseName): JsonObject | Promise<JsonObject> {
  const { world } = context;
  const form = readForm(context, release);
  const client = inRange(release, { since: 'v3.3' }) ? authenticateClient(world, form) : undefined;
  const type = form.get('grant_type') ?? '';
  const known = Object.hasOwn(grants, type) ? grants[type] : undefined;
  if (known === undefined || !inRange(release, known)) throw refusal(release, 'unsupportedGrant', type);
  return known.grant({ context, form, client });
}

function readForm(context: RequestContext, release: ReleaseName): Form {
  const { values, error } = parseForm(context.body, context.url);
  if (error === undefined) return values;
  // 4.1 ignores the error and sees no parameter at all.
  if (inRange(release, { since: 'v4.1' })) return none;
  throw refusal(release, 'badForm', error);
}

function authenticateClient(world: World, form: Form): OAuthClient {
  const release = world.release.name;
  const client = findClient(world, form.get('client_id') ?? '');
  if (client === undefined) throw refusal(release, 'unknownClient');
  if (client.secret !== (form.get('client_secret') ?? '')) throw refusal(release, 'wrongClientSecret');
  return client;
}
