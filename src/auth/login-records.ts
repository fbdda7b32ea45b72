import type { KubeObject } from '../core/kube-object.js';
import { inRange } from '../core/release.js';
import type { World } from '../state/world.js';
import { headerOf, type Credentials } from './credentials.js';
import { authDialects } from './dialects.js';

/** Where login records are kept. */
export const loginRecords = { group: 'iam.kubesphere.io', plural: 'loginrecords' } as const;

/** The label that ties a record to its user. */
const userRefLabel = 'iam.kubesphere.io/user-ref';

/** One attempt to log in. */
export interface LoginAttempt {
  /** Name of the user object. */
  readonly user: string;
  readonly type: 'Token' | 'Basic' | 'Password' | 'OAuth';
  /** Identity provider; empty for local accounts. */
  readonly provider: string;
  readonly success: boolean;
  readonly reason: string;
}

/**
 * Writes the record of a login. Controllers draw the conclusions: last login time, rate limit, retention.
 *
 * @see kubesphere/kubesphere pkg/models/auth/login_recoder.go
 */
export function recordLogin(
  world: World,
  attempt: LoginAttempt,
  from: Pick<Credentials, 'headers' | 'remoteAddress'>,
): void {
  const { release, host, random } = world;
  if (inRange(release.name, { until: 'v2.1' })) return;
  const owner = attempt.user.replaceAll('@', '-');
  const generateName = `${owner}-`;
  const { type, provider, success, reason } = attempt;
  const userAgent = headerOf(from.headers, 'user-agent');
  const record: KubeObject = {
    kind: 'LoginRecord',
    apiVersion: `iam.kubesphere.io/${inRange(release.name, { since: 'v4.1' }) ? 'v1beta1' : 'v1alpha2'}`,
    metadata: { name: generateName + random.suffix(), generateName, labels: { [userRefLabel]: owner } },
    spec: { type, provider, sourceIP: sourceAddress(world, from), userAgent, success, reason },
  };
  host.store.create(loginRecords, record);
}

/** The client's address as the release finds it: the first header that is set, whole, else the peer. */
function sourceAddress(world: World, from: Pick<Credentials, 'headers' | 'remoteAddress'>): string {
  for (const name of authDialects[world.release.name].addressHeaders) {
    const value = headerOf(from.headers, name);
    if (value !== '') return value;
  }
  return from.remoteAddress === '::1' ? '127.0.0.1' : from.remoteAddress.replace(/^::ffff:/, '');
}
