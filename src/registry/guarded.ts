import type { StoredObject } from '../state/object-store.js';
import type { AnnouncedWrite, WriteContext, WriteSteps } from './contract.js';

/**
 * Does a write once the guard of its context has looked at it, the way that one says.
 *
 * @param store Does the write in the context it is given, which has no guard.
 * @throws what the guard or the write itself throws
 */
export function guarded(
  { guard, ...open }: WriteContext,
  write: Omit<AnnouncedWrite, 'context' | 'store'>,
  store: (context: WriteContext, steps: WriteSteps) => StoredObject,
): StoredObject {
  const run = (steps: WriteSteps): StoredObject => store(open, steps);
  return run(guard?.({ ...write, context: open, store: run }) ?? {});
}
