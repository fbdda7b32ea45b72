/** A piece of work that falls due when the clock reaches a moment. */
interface Task {
  readonly due: number;
  readonly run: (now: number) => void;
  /** Runs at its own moment: though nobody asks, while the clock follows real time, and before later ones in a jump. */
  readonly wakes: boolean;
}

/** Longest delay a timer of Node takes. */
const longestTimer = 2_147_483_647;

/**
 * The one source of time of a world: real time with an offset, or frozen.
 *
 * Due tasks run when somebody asks ({@link runDue}), in order of their moment; behind a test's back run only those that
 * were scheduled so, and none while the clock stands still.
 */
export class Clock {
  #offset: number;
  #frozenAt: number | undefined;
  /** The moment of the task that runs now, when it is one of those that have their own. */
  #moment: number | undefined;
  #tasks: Task[] = [];
  #nextDue = Number.POSITIVE_INFINITY;

  /** @param frozenAt Milliseconds since 1970 to stand still at; without it real time is followed. */
  constructor(frozenAt?: number, offset = 0) {
    this.#frozenAt = frozenAt;
    this.#offset = offset;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#moment ?? this.#frozenAt ?? Date.now() + this.#offset;
  }

  /** Whole seconds since 1970, as tokens carry them. */
  seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  /** RFC 3339 in UTC with whole seconds, as Kubernetes writes times. */
  timestamp(): string {
    return formatTimestamp(this.now());
  }

  /** The moment for a `Date` header, where it is not the real one; `undefined` where it is. */
  httpDate(): string | undefined {
    if (this.#frozenAt === undefined && this.#offset === 0) return undefined;
    return new Date(this.now()).toUTCString();
  }

  /** Moves forward (or back, when negative) by milliseconds, then runs what fell due. */
  advance(milliseconds: number): void {
    if (this.#frozenAt === undefined) this.#offset += milliseconds;
    else this.#frozenAt += milliseconds;
    this.runDue();
  }

  /** Stands still at a moment (milliseconds since 1970). */
  freeze(at: number = this.now()): void {
    this.#frozenAt = at;
    this.runDue();
  }

  /** Follows real time again from the current moment on. */
  resume(): void {
    if (this.#frozenAt === undefined) return;
    this.#offset = this.#frozenAt - Date.now();
    this.#frozenAt = undefined;
    for (const task of this.#tasks) if (task.wakes) this.#wakeFor(task.due);
  }

  /** True while the clock stands still. */
  get frozen(): boolean {
    return this.#frozenAt !== undefined;
  }

  /**
   * Has a task run once the clock reaches `due` (milliseconds since 1970).
   *
   * @param run Told how far the clock has got meanwhile, which in a jump is beyond `due`.
   * @param wakes True when it is to run at its own moment: though nobody asks, so that watches see what it does, and with
   * {@link now} giving that moment even if the clock has jumped over it.
   * @returns what calls it off
   */
  schedule(due: number, run: (now: number) => void, wakes = false): () => void {
    const task: Task = { due, run, wakes };
    this.#tasks.splice(this.#placeOf(due), 0, task);
    if (wakes) this.#wakeFor(due);
    this.#nextDue = this.#tasks[0]?.due ?? Number.POSITIVE_INFINITY;
    return () => {
      const place = this.#tasks.indexOf(task);
      if (place !== -1) this.#tasks.splice(place, 1);
    };
  }

  /** Where a task belongs: after all those due no later. */
  #placeOf(due: number): number {
    let [low, high] = [0, this.#tasks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#tasks[middle]?.due ?? 0) > due) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Looks for due tasks at a moment of real time; keeps no process alive. */
  #wakeFor(due: number): void {
    if (this.#frozenAt !== undefined) return;
    const wait = Math.min(Math.max(0, due - this.now()) + 1, longestTimer);
    setTimeout(() => {
      if (this.#frozenAt === undefined) this.runDue();
    }, wait).unref();
  }

  /** Runs every task that is due. Cheap when none is. */
  runDue(): void {
    const now = this.now();
    while (this.#nextDue <= now) {
      const task = this.#tasks.shift();
      this.#nextDue = this.#tasks[0]?.due ?? Number.POSITIVE_INFINITY;
      if (task?.wakes !== true) task?.run(now);
      else this.#runAt(task, now);
    }
  }

  #runAt({ due, run }: Task, now: number): void {
    this.#moment = due;
    try {
      run(now);
    } finally {
      this.#moment = undefined;
    }
  }

  /** A clock at the same moment with no tasks; the world that owns it schedules its own. */
  fork(): Clock {
    return new Clock(this.#frozenAt, this.#offset);
  }
}

/** Milliseconds since 1970 as RFC 3339 in UTC with whole seconds. */
export function formatTimestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19) + 'Z';
}

/** Milliseconds since 1970 by the wall, for what has nothing to do with a world: whether a certificate is valid to clients. */
export function wallClock(): number {
  return Date.now();
}
