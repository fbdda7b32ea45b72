import { parseGoDuration } from '../core/go-duration.js';
import { readConfigurationText } from '../core/server-configuration.js';
import { dig, digArray, digObject, isJsonObject, type Json, type JsonObject } from '../core/json.js';
import type { WorldDocument } from '../core/options.js';
import { inRange, type Release } from '../core/release.js';
import type { IdentityProvider, OAuthClient, Settings } from '../core/settings.js';
import { codeDefaults, defaultSettings } from './default-settings.js';

/** Settings with the secret that goes with them. */
export interface ConfiguredSettings {
  readonly settings: Settings;
  readonly jwtSecret: string | undefined;
  /** PEM of the configured RSA key. */
  readonly signKey: string | undefined;
}

/**
 * Applies a world's own configuration (the shape of `kubesphere-config`) on top of a release's defaults. What stands beside
 * the objects of a world wins over a ConfigMap among them.
 *
 * @param text `kubesphere.yaml` of that ConfigMap; absent: there is none. What it leaves out is as the server's code has it,
 * not as a fresh install; 2.1 reads nothing of this from it.
 * @throws Error for a text that is no YAML
 */
export function configuredSettings(
  document: WorldDocument | undefined,
  release: Release,
  text?: string,
): ConfiguredSettings {
  const meta: JsonObject = document?.meta ?? {};
  const beside = document?.config ?? (isJsonObject(meta['config']) ? meta['config'] : undefined);
  const isRead = beside === undefined && text !== undefined && inRange(release.name, { since: 'v3.0' });
  const defaults = isRead ? codeDefaults(release) : defaultSettings(release);
  return configured(isRead ? readConfigurationText(text) : (beside ?? {}), meta, release, {
    ...defaults,
    ...(text !== undefined && { configuration: text }),
  });
}

function configured(
  config: JsonObject,
  meta: JsonObject,
  release: Release,
  defaults: Settings,
): ConfiguredSettings {
  const authentication = digObject(config, 'authentication');
  const tokens = inRange(release.name, { since: 'v4.1' })
    ? digObject(authentication, 'issuer')
    : digObject(authentication, 'oauthOptions');
  const history = {
    retention: duration(authentication['loginHistoryRetentionPeriod']) ?? defaults.loginHistory.retention,
    maximumEntries:
      count(authentication['loginHistoryMaximumEntries']) ?? defaults.loginHistory.maximumEntries,
  };
  const clients = digArray(tokens, 'clients').filter(isJsonObject).map(readClient);
  const providers = digArray(tokens, 'identityProviders').filter(isJsonObject);
  const signKeyData = text(tokens['signKeyData']);
  const settings: Settings = {
    ...defaults,
    ...(signKeyData !== undefined && { signKeyData }),
    identityProviders: providers.map((provider) => provider as unknown as IdentityProvider),
    issuer: text(tokens['url'] ?? tokens['issuer']) ?? defaults.issuer,
    accessTokenMaxAge: duration(tokens['accessTokenMaxAge']) ?? defaults.accessTokenMaxAge,
    accessTokenInactivityTimeout:
      duration(tokens['accessTokenInactivityTimeout']) ?? defaults.accessTokenInactivityTimeout,
    maximumClockSkew:
      duration(tokens['maximumClockSkew'] ?? authentication['maximumClockSkew']) ?? defaults.maximumClockSkew,
    multipleLogin: flag(authentication['multipleLogin']) ?? defaults.multipleLogin,
    rateLimit: {
      maxTries: count(authentication['authenticateRateLimiterMaxTries']) ?? defaults.rateLimit.maxTries,
      duration: duration(authentication['authenticateRateLimiterDuration']) ?? defaults.rateLimit.duration,
    },
    loginHistory: history,
    clients: tokens['clients'] === undefined ? defaults.clients : clients,
    authorizationMode: mode(dig(config, 'authorization', 'mode')) ?? defaults.authorizationMode,
    multicluster: {
      ...defaults.multicluster,
      enable: flag(dig(config, 'multicluster', 'enable')) ?? defaults.multicluster.enable,
      clusterRole: role(dig(config, 'multicluster', 'clusterRole')) ?? defaults.multicluster.clusterRole,
      hostClusterName:
        text(dig(config, 'multicluster', 'hostClusterName')) ?? defaults.multicluster.hostClusterName,
    },
    kubernetesVersion: text(meta['kubernetesVersion']) ?? defaults.kubernetesVersion,
  };
  return {
    settings,
    signKey: signKeyData === undefined ? undefined : Buffer.from(signKeyData, 'base64').toString('utf8'),
    jwtSecret: text(meta['jwtSecret'] ?? tokens['jwtSecret'] ?? authentication['jwtSecret']),
  };
}

function readClient(client: JsonObject): OAuthClient {
  return client as unknown as OAuthClient;
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function count(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function flag(value: Json | undefined): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** Milliseconds; a number is nanoseconds. */
function duration(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value / 1e6;
  return typeof value === 'string' ? parseGoDuration(value) : undefined;
}

/** Any other mode is that of roles. */
function mode(value: Json | undefined): 'AlwaysAllow' | 'AlwaysDeny' | undefined {
  return value === 'AlwaysAllow' || value === 'AlwaysDeny' ? value : undefined;
}

function role(value: Json | undefined): 'host' | 'member' | undefined {
  return value === 'host' || value === 'member' ? value : undefined;
}
