import { formatGoDuration } from '../../core/go-duration.js';
import { digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { inRange } from '../../core/release.js';
import { findUser, users } from '../../auth/find-user.js';
import type { Routine, World } from '../../state/world.js';

/**
 * Suspends logins of a user who failed too often lately. The whole status is replaced, so the last login time goes.
 *
 * @param failures Moments of failed logins, in milliseconds since 1970.
 * @see kubesphere/kubesphere pkg/controller/user/user_controller.go
 */
export function limitLogins(world: World, name: string, failures: readonly number[]): void {
  const user = findUser(world, name)?.object;
  if (user === undefined || digString(user, 'status', 'state') !== 'Active') return;
  const { maxTries, duration } = world.settings.rateLimit;
  const now = world.clock.now();
  // The real server compares whole seconds and leaves out the second of the transition; here it counts, so that a
  // world whose clock stands still has a limit too.
  const transition = inRange(world.release.name, { since: 'v3.3' }) ? lastTransition(user) : undefined;
  const since = Math.max(now - duration, transition ?? 0);
  const count = failures.filter((at) => at >= Math.floor(since / 1000) * 1000).length;
  if (count < maxTries || count === 0) return;
  const window = formatGoDuration(BigInt(Math.round(duration * 1e6)));
  writeStatus(world, user, {
    state: 'AuthLimitExceeded',
    reason: `Failed login attempts exceed ${String(count)} in last ${window}`,
    lastTransitionTime: world.clock.timestamp(),
  });
  scheduleRelease(world, name, now + duration);
}

/** Lets suspended users log in again when their time has come. */
export const releaseLimitedUsers: Routine = (world) => {
  for (const { object } of world.host.store.list(users)) {
    if (digString(object, 'status', 'state') !== 'AuthLimitExceeded') continue;
    const since = lastTransition(object);
    // Without a time of transition the real server never lets go either.
    if (since === undefined) continue;
    scheduleRelease(world, object.metadata.name, since + world.settings.rateLimit.duration);
  }
};

function scheduleRelease(world: World, name: string, due: number): void {
  world.clock.schedule(due, (now) => {
    const user = findUser(world, name)?.object;
    if (user === undefined || digString(user, 'status', 'state') !== 'AuthLimitExceeded') return;
    const since = lastTransition(user);
    if (since === undefined || since + world.settings.rateLimit.duration > now) return;
    writeStatus(world, user, { state: 'Active', lastTransitionTime: world.clock.timestamp() });
  });
}

/** Stores a user with another status, which plain updates may not change. */
function writeStatus(world: World, user: KubeObject, status: KubeObject['status']): void {
  world.host.store.update(users, { ...user, status });
}

function lastTransition(user: KubeObject): number | undefined {
  const at = Date.parse(digString(user, 'status', 'lastTransitionTime'));
  return Number.isNaN(at) ? undefined : at;
}
