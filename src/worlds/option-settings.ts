import { parseGoDuration } from '../core/go-duration.js';
import type { Duration, Options } from '../core/options.js';
import { inRange, type ReleaseName } from '../core/release.js';
import type { OAuthClient, Settings } from '../core/settings.js';

/** Settings as options change them; what they leave out stays. */
export function optionSettings(options: Options, settings: Settings, release: ReleaseName): Settings {
  const accessTokenMaxAge = milliseconds(options.accessTokenMaxAge) ?? settings.accessTokenMaxAge;
  const refreshTokenMaxAge = milliseconds(options.refreshTokenMaxAge);
  const inactivity =
    refreshTokenMaxAge === undefined
      ? milliseconds(options.accessTokenInactivityTimeout)
      : Math.max(0, refreshTokenMaxAge - accessTokenMaxAge);
  const { rateLimit, issuer, multipleLogin, kubeVersion, tlsCa, tlsCaKey, clients = [] } = options;
  return {
    ...settings,
    accessTokenMaxAge,
    accessTokenInactivityTimeout: inactivity ?? settings.accessTokenInactivityTimeout,
    maximumClockSkew: milliseconds(options.maximumClockSkew) ?? settings.maximumClockSkew,
    ...(issuer !== undefined && { issuer }),
    ...(multipleLogin !== undefined && { multipleLogin }),
    ...(tlsCa !== undefined && {
      authority: { certificate: tlsCa, ...(tlsCaKey !== undefined && { key: tlsCaKey }) },
    }),
    ...(kubeVersion !== undefined && { kubernetesVersion: kubeVersion }),
    ...(rateLimit && {
      rateLimit: {
        maxTries: rateLimit.maxTries ?? settings.rateLimit.maxTries,
        duration: milliseconds(rateLimit.duration) ?? settings.rateLimit.duration,
      },
    }),
    clients: inRange(release, { since: 'v4.1' }) ? settings.clients : joined(settings.clients, clients),
  };
}

/** Clients by name, the later ones winning. From 4.1 on they are Secrets instead. */
function joined(known: readonly OAuthClient[], added: readonly OAuthClient[]): readonly OAuthClient[] {
  const names = new Set(added.map(({ name }) => name));
  return [...known.filter(({ name }) => !names.has(name)), ...added];
}

/** A duration in milliseconds; options are checked before they come here. */
export function milliseconds(duration: Duration | undefined): number | undefined {
  if (duration === undefined) return undefined;
  return typeof duration === 'number' ? duration * 1000 : parseGoDuration(duration);
}
