import { conflict, staleVersion } from '../../core/api-error.js';
import type { RequestContext, WriteGuard } from '../../registry/contract.js';
import type { World } from '../../state/world.js';
import { kubernetesUser } from '../reviews/kubernetes-user.js';
import { RequestVerdicts } from './verdicts.js';
import { writeGuard, type AdmissionPending } from './write-guard.js';

/** How often a request is gone through before it is given up: it writes something else each time. */
const tries = 1000;

/**
 * Runs a handler whose writes admission wants to look at, as it looks at those ks-apiserver sends to kube-apiserver: the
 * handler is tried in a copy of the world until all that it writes is known to be let pass or refused, then it is run.
 *
 * @throws what the handler throws, refusals by admission included
 */
export async function askAhead<T>(
  context: RequestContext,
  handle: (context: RequestContext) => T | Promise<T>,
): Promise<T> {
  const verdicts = new RequestVerdicts();
  for (let count = 0; count < tries; count += 1) {
    const pending: AdmissionPending[] = [];
    const guard = writeGuard({
      verdicts,
      user: () => kubernetesUser(context),
      entry: context.entry,
      pending: (one) => pending.push(one),
    });
    await rehearse(context, guard, handle);
    const [first] = pending;
    verdicts.rewind();
    if (first === undefined)
      return await withoutControllers(context.world, () => handle({ ...context, guard }));
    await first.ask();
  }
  throw conflict({ group: '', plural: 'requests' }, context.info.localPath, staleVersion);
}

/** Tries a handler, whatever comes of it. */
async function rehearse(
  context: RequestContext,
  guard: WriteGuard,
  handle: (context: RequestContext) => unknown,
): Promise<void> {
  const world = context.world.rehearsal();
  const cluster = world.clusters.get(context.cluster.name) ?? world.host;
  try {
    await handle({ ...context, world, cluster, guard, entry: { ...context.entry } });
  } catch {
    // It will say so again when it is run.
  } finally {
    world.retire();
  }
}

/** Does something before controllers hear of any of it, so that it goes as it was tried. */
function withoutControllers<T>(world: World, run: () => T): T {
  const { listener } = world;
  const held: Parameters<NonNullable<typeof listener>>[] = [];
  world.listener = (...told) => held.push(told);
  try {
    return run();
  } finally {
    world.listener = listener;
    for (const told of held) listener?.(...told);
  }
}
