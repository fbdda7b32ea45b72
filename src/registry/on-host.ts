import { inRange } from '../core/release.js';
import type { Handler } from './contract.js';
import { pageNotFound } from './router.js';

/** A handler of what a server registers since 4.1 only where its role is that of the host: members answer 404. */
export function onHost(handle: Handler): Handler {
  return (context) => {
    if (!context.cluster.isHost && inRange(context.release.name, { since: 'v4.1' })) throw pageNotFound();
    return handle(context);
  };
}
