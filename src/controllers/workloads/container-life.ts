/** What a container's script makes of it; times in milliseconds. */
export interface LifePlan {
  /** How long it runs each time. */
  readonly runs: number;
  /** Whether its pod wants it started again after such an end. */
  readonly restarts: boolean;
}

/** Where a container is in its life; moments are milliseconds since 1970. */
export interface Life {
  readonly state: 'running' | 'waiting' | 'over';
  /** When this state began. */
  readonly since: number;
  /** When the next one begins. */
  readonly until: number;
  readonly restartCount: number;
  /** Milliseconds of the wait before the next restart, unless the container has run for long by then. */
  readonly wait: number;
  /** Its latest end; absent: it has not ended yet. */
  readonly lastEnd?: { readonly startedAt: number; readonly finishedAt: number };
}

/** Waits before restarts: none before the first, then this, each time twice as long, up to the longest. */
const firstWait = 10_000;
const longestWait = 300_000;
/** A container that has run this long begins anew with its waits. */
const longRun = 2 * longestWait;

/** A container that starts. */
export function started(at: number, { runs }: LifePlan): Life {
  return { state: 'running', since: at, until: at + runs, restartCount: 0, wait: 0 };
}

/**
 * A container at a later moment: run, ended and restarted as often as fits in between.
 *
 * @see kubernetes/kubernetes pkg/kubelet/kuberuntime/kuberuntime_manager.go doBackOff
 */
export function lifeAt(life: Life, now: number, plan: LifePlan): Life {
  let current = life;
  while (current.state !== 'over' && current.until <= now) current = nextOf(current, plan);
  return current;
}

function nextOf(life: Life, { runs, restarts }: LifePlan): Life {
  const { state, since, until, restartCount } = life;
  if (state === 'waiting') {
    const wait = Math.min(longestWait, life.wait * 2);
    return {
      ...life,
      state: 'running',
      since: until,
      until: until + runs,
      restartCount: restartCount + 1,
      wait,
    };
  }
  const lastEnd = { startedAt: since, finishedAt: until };
  if (!restarts) return { ...life, state: 'over', since: until, until: Infinity, lastEnd };
  const wait = until - since > longRun ? 0 : life.wait;
  if (wait > 0) return { ...life, state: 'waiting', since: until, until: until + wait, wait, lastEnd };
  return {
    state: 'running',
    since: until,
    until: until + runs,
    restartCount: restartCount + 1,
    wait: firstWait,
    lastEnd,
  };
}
