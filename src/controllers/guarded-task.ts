import { AdmissionPending, writeGuard } from '../kube/admission/write-guard.js';
import type { Verdict, Verdicts } from '../kube/admission/verdicts.js';
import type { WriteContext } from '../registry/contract.js';
import type { ClusterState, World } from '../state/world.js';
import { later } from './later.js';

/** Something a controller has to do. */
export interface Task {
  /** Name of the controller. */
  readonly name: string;
  /** Equal for tasks that do the same; absent: none does. */
  readonly id?: string;
  readonly cluster: ClusterState;
  /** How many changes it counts for, besides those it makes. */
  readonly weight?: number;
  readonly run: (context: WriteContext) => void;
  /** What admission has said so far of what it writes. */
  readonly verdicts?: Verdicts;
}

/** How long a controller waits after a refusal before it tries again, doubled each time, and at most; in milliseconds. */
const firstPause = 1000;
const longestPause = 1_000_000;
/** Refusals remembered. */
const keptRefusals = 10_000;

/** A write that was refused: until when it counts as that without being asked about again, and how often it was. */
interface Refused {
  readonly verdict: Verdict;
  readonly until: number;
  readonly times: number;
}

interface Asked {
  readonly done: Promise<void>;
  /** Ids of tasks. */
  readonly waiting: Set<string>;
}

/** What is being asked, by controller and write: when it is answered, and the tasks that wait for that. */
const asked = new WeakMap<World, Map<string, Asked>>();
const refusals = new WeakMap<World, Map<string, Refused>>();

/** Verdicts on what one task writes: each is used once, refusals hold for a while and for all tasks. */
class TaskVerdicts implements Verdicts {
  readonly #world: World;
  readonly #given = new Map<string, Verdict[]>();
  readonly #refused: Map<string, Refused>;
  readonly #onRefusal: (until: number) => void;

  constructor(world: World, onRefusal: (until: number) => void) {
    this.#world = world;
    this.#onRefusal = onRefusal;
    const known = refusals.get(world);
    this.#refused = known ?? new Map<string, Refused>();
    if (known === undefined) refusals.set(world, this.#refused);
  }

  next(key: string): Verdict | undefined {
    const refused = this.#refused.get(key);
    if (refused !== undefined && refused.until > this.#world.clock.now()) return refused.verdict;
    return this.#given.get(key)?.shift();
  }

  add(key: string, verdict: Verdict): void {
    if ('steps' in verdict) {
      this.#refused.delete(key);
      this.#given.set(key, [...(this.#given.get(key) ?? []), verdict]);
      return;
    }
    const times = (this.#refused.get(key)?.times ?? 0) + 1;
    const until = this.#world.clock.now() + Math.min(firstPause * 2 ** (times - 1), longestPause);
    if (this.#refused.size >= keptRefusals) this.#refused.delete(this.#refused.keys().next().value ?? '');
    this.#refused.set(key, { verdict, until, times });
    this.#onRefusal(until);
  }
}

/**
 * Does a task whose writes webhooks and policies want to look at. When one of them has to be asked the task ends, and is
 * taken up again once it has answered; what is refused is refused to the controller as by any other rule, and tried again
 * later, as the queues of real controllers do.
 *
 * @param context Without a guard.
 * @param again Takes a task up again, in a turn of its own.
 * @throws ApiError what the controller is refused
 */
export function runGuarded(context: WriteContext, task: Task, again: (task: Task) => void): void {
  const { world, user } = context;
  const { name, cluster, run } = task;
  const id = task.id === undefined ? {} : { id: task.id };
  const verdicts =
    task.verdicts ??
    new TaskVerdicts(world, (until) => {
      later(world, name, until + 1, () => {
        again({ name, ...id, cluster, run });
      });
    });
  const stopped: AdmissionPending[] = [];
  const entry = world.journal.entries.at(-1);
  const pending = (one: AdmissionPending): number => stopped.push(one);
  const guard = writeGuard({ verdicts, user: () => user, entry, pending });
  try {
    run({ ...context, guard });
  } catch (error) {
    if (!(error instanceof AdmissionPending)) throw error;
  } finally {
    const [first] = stopped;
    const done = first && waitFor(world, first, task);
    void done?.then(() => {
      if (!world.ended.aborted) again({ name, ...id, cluster, run, verdicts });
    });
  }
}

/** Has admission asked, unless it is being asked already; `undefined` when an equal task waits for the answer. */
function waitFor(world: World, pending: AdmissionPending, { name, id }: Task): Promise<void> | undefined {
  const open = asked.get(world) ?? new Map<string, Asked>();
  asked.set(world, open);
  const key = `${name} ${pending.key}`;
  const known = open.get(key);
  if (known === undefined) {
    const done = pending.ask().finally(() => open.delete(key));
    open.set(key, { done, waiting: new Set(id === undefined ? [] : [id]) });
    return done;
  }
  if (id === undefined) return known.done;
  if (known.waiting.has(id)) return undefined;
  known.waiting.add(id);
  return known.done;
}
