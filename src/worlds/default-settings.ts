import { inRange, type Release } from '../core/release.js';
import type { Settings } from '../core/settings.js';

const minute = 60_000;
const hour = 60 * minute;

/** The HS256 secret of a fake unless one is given. Public on purpose: its tokens are worth nothing elsewhere. */
export const defaultJwtSecret = 'fake-ks-apiserver-public-test-secret';

/** What a fresh install of a release is configured with. */
export function defaultSettings(release: Release): Settings {
  const since41 = inRange(release.name, { since: 'v4.1' });
  const is21 = release.name === 'v2.1';
  return {
    issuer: since41 ? 'http://ks-console.kubesphere-system.svc:30880' : 'kubesphere',
    accessTokenMaxAge: 2 * hour,
    accessTokenInactivityTimeout: since41 ? 30 * minute : is21 ? 40 * minute : 2 * hour,
    maximumClockSkew: 10_000,
    multipleLogin: true,
    rateLimit: is21 ? { maxTries: 5, duration: 30 * minute } : { maxTries: 10, duration: 10 * minute },
    loginHistory: { retention: 168 * hour, maximumEntries: 100 },
    clients: since41 ? [] : defaultClients(release),
    identityProviders: [],
    authorizationMode: 'RBAC',
    multicluster: { enable: true, clusterRole: 'host', hostClusterName: 'host' },
    kubernetesVersion: release.kubernetesVersion,
  };
}

/**
 * What a server is when its configuration says nothing of it; installers say something else of most.
 *
 * @see kubesphere/kubesphere pkg/apiserver/authentication/options.go NewOptions
 */
export function codeDefaults(release: Release): Settings {
  const installed = defaultSettings(release);
  const since41 = inRange(release.name, { since: 'v4.1' });
  return {
    ...installed,
    accessTokenInactivityTimeout: 2 * hour,
    multipleLogin: false,
    rateLimit: { maxTries: 5, duration: 30 * minute },
    clients: [],
    multicluster: { ...installed.multicluster, enable: since41 },
  };
}

function defaultClients(release: Release): Settings['clients'] {
  if (release.brand !== undefined) return [release.brand.client];
  if (inRange(release.name, { since: 'v3.3' })) {
    return [{ name: 'kubesphere', secret: 'kubesphere', redirectURIs: ['*'] }];
  }
  return [];
}
