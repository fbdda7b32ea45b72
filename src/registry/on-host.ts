import { inRange } from '../core/release.js';
import type { Handler } from './contract.js';
import { pageNotFound } from './router.js';

/** A handler of what a server registers since 4.1 only where its role is that of the host: members answer 404. */
export function onHost(handle: Handler): Handler {
  return (context) => {
    const { cluster, release, world } = context;
    const isHost = cluster.isHost && world.settings.multicluster.clusterRole === 'host';
    if (!isHost && inRange(release.name, { since: 'v4.1' })) throw pageNotFound();
    return handle(context);
  };
}
