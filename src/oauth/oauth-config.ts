import type { Json, JsonObject } from '../core/json.js';
import { inRange } from '../core/release.js';
import type { IdentityProvider, OAuthClient } from '../core/settings.js';
import { listClients, listIdentityProviders } from '../auth/oauth-clients.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { json } from '../registry/reply.js';
import type { World } from '../state/world.js';

/** `GET configs/oauth`: what the login page needs to know. Durations are nanoseconds; secrets are left out. */
export function getOAuthConfig({ world }: RequestContext): Reply {
  return json(oauthConfig(world));
}

/**
 * The OAuth configuration of a world as its release prints it.
 *
 * @see kubesphere/kubesphere pkg/kapis/config/v1alpha2, pkg/apiserver/authentication/oauth/options.go
 */
export function oauthConfig(world: World): JsonObject {
  const { settings } = world;
  const providers = listIdentityProviders(world).map((provider) => printProvider(world, provider));
  const clients = listClients(world).map((client) => printClient(world, client));
  const ages = {
    accessTokenMaxAge: settings.accessTokenMaxAge * 1e6,
    accessTokenInactivityTimeout: settings.accessTokenInactivityTimeout * 1e6,
  };
  const leaked = settings.signKeyData === undefined ? {} : { '-': settings.signKeyData };
  if (inRange(world.release.name, { since: 'v4.1' })) {
    const issuer = {
      url: settings.issuer,
      ...ages,
      maximumClockSkew: settings.maximumClockSkew * 1e6,
      ...leaked,
    };
    return { issuer, identityProviders: providers, clients };
  }
  return {
    ...(inRange(world.release.name, { since: 'v3.3' }) && { issuer: settings.issuer, ...leaked }),
    ...(providers.length > 0 && { identityProviders: providers }),
    ...(clients.length > 0 && { clients }),
    ...ages,
  };
}

function printClient(world: World, client: OAuthClient): JsonObject {
  const release = world.release.name;
  const {
    redirectURIs = [],
    scopeRestrictions = [],
    accessTokenMaxAgeSeconds,
    accessTokenInactivityTimeoutSeconds,
  } = client;
  const challenges = client.respondWithChallenges === true && { respondWithChallenges: true };
  const redirects = redirectURIs.length > 0 && { redirectURIs };
  const scopes = scopeRestrictions.length > 0 && { scopeRestrictions };
  if (inRange(release, { since: 'v4.1' })) {
    return {
      name: client.name,
      trusted: client.trusted === true,
      grantMethod: client.grantMethod ?? 'auto',
      ...challenges,
      ...scopes,
      ...redirects,
      ...((accessTokenMaxAgeSeconds ?? 0) !== 0 && { accessTokenMaxAgeSeconds }),
      ...((accessTokenInactivityTimeoutSeconds ?? 0) !== 0 && { accessTokenInactivityTimeoutSeconds }),
    };
  }
  return {
    [inRange(release, { since: 'v3.3' }) ? 'name' : 'Name']: client.name,
    ...challenges,
    ...redirects,
    ...(client.grantMethod !== undefined && { grantMethod: client.grantMethod }),
    ...scopes,
  };
}

function printProvider(world: World, provider: IdentityProvider): JsonObject {
  const release = world.release.name;
  const { name, mappingMethod, type } = provider;
  const settings = withoutSecrets(provider.provider ?? {});
  if (inRange(release, { since: 'v4.1' })) {
    const { hidden = false, disabled = false, displayName = '' } = provider;
    return { name, mappingMethod, type, hidden, disabled, displayName, provider: settings };
  }
  return {
    name,
    mappingMethod,
    ...(inRange(release, { since: 'v3.3' }) && {
      disableLoginConfirmation: provider.disableLoginConfirmation === true,
    }),
    type,
    ...(inRange(release, { since: 'v3.1' }) && { provider: settings }),
  };
}

function withoutSecrets(settings: Readonly<Record<string, unknown>>): JsonObject {
  const shown = Object.entries(settings).filter(([key]) => !/password|secret/i.test(key));
  return Object.fromEntries(shown.sort(([a], [b]) => (a < b ? -1 : 1))) as Record<string, Json>;
}
