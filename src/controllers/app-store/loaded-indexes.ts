import type { RepoIndex } from '../../charts/repo-index.js';
import type { ObjectStore } from '../../state/object-store.js';
import type { World } from '../../state/world.js';

/** By name of the repository's object. */
const offered = new WeakMap<ObjectStore, Map<string, RepoIndex>>();

/** Has a repository that is written meanwhile take an index that is at hand, instead of asking for it once more. */
export function withIndex<T>(
  { settle, host: { store } }: World,
  repo: string,
  index: RepoIndex,
  write: () => T,
): T {
  const known = offered.get(store) ?? new Map<string, RepoIndex>();
  offered.set(store, known);
  known.set(repo, index);
  try {
    return write();
  } finally {
    // Controllers that lag behind take it later.
    if (settle === 0) known.delete(repo);
  }
}

/** The index at hand for a repository; once. */
export function takeIndex(store: ObjectStore, repo: string): RepoIndex | undefined {
  const known = offered.get(store);
  const index = known?.get(repo);
  known?.delete(repo);
  return index;
}
