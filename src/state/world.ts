import type { Release } from '../core/release.js';
import type { Settings } from '../core/settings.js';
import { Clock } from './clock.js';
import { Containers } from './containers.js';
import { FaultBook } from './fault-book.js';
import { Journal } from './journal.js';
import { ObjectStore, type Change } from './object-store.js';
import { Random } from './random.js';
import { Sessions } from './sessions.js';
import type { SigningKeys } from './signing-keys.js';

/** One cluster of a world. */
export interface ClusterState {
  readonly name: string;
  readonly isHost: boolean;
  readonly store: ObjectStore;
}

/** What {@link createWorld} needs. */
export interface WorldSeed {
  readonly release: Release;
  readonly settings: Settings;
  readonly keys: SigningKeys;
  readonly seed?: number | string;
  /** Milliseconds since 1970 to stand still at; without it real time is followed. */
  readonly now?: number;
}

/** Told about every change in any cluster; see `controllers/`. */
export type ChangeListener = (world: World, cluster: ClusterState, change: Change) => void;

/** Something that goes on by itself, such as heartbeats: started in every fork, by tasks on its clock. */
export type Routine = (world: World) => void;

/**
 * Everything that changes while a server runs: one per server, or per space of a server.
 *
 * A fork is independent from then on and costs microseconds; resetting a server means forking its seed world again.
 */
export class World {
  readonly release: Release;
  /** What an operator configures; replaced as a whole when a scenario changes it. */
  settings: Settings;
  keys: SigningKeys;
  readonly clock: Clock;
  readonly random: Random;
  readonly sessions: Sessions;
  readonly faults: FaultBook;
  readonly journal: Journal;
  /** What is in containers, and how their commands and ports answer. */
  readonly containers: Containers;
  /** Clusters by name; the host first. */
  readonly clusters: ReadonlyMap<string, ClusterState>;
  /** Plain passwords that are accepted besides the hash in a User object; several per user are allowed. */
  readonly passwords: Map<string, readonly string[]>;
  /** Told about every change; set once by the composition root, kept by forks. */
  listener: ChangeListener | undefined;
  /** Started in every fork of this world; not in the world they are given to. */
  readonly routines: Routine[];
  /** Names of controllers that do nothing here; kept by forks. */
  switchedOff: ReadonlySet<string> = new Set();
  /** Made when first asked for: most worlds have no sessions. */
  #ending: AbortController | undefined;
  /** Reads KubeSphere's configuration again; set once by the composition root, kept by forks. @throws InputError */
  reconfigure: ((world: World) => void) | undefined;
  /** True once requests are answered from it; what is changed before is how it was when its servers started. */
  isServed = false;
  /** Milliseconds by which controllers lag behind writes; 0: they run within them. Kept by forks. */
  settle = 0;

  constructor(parts: {
    release: Release;
    settings: Settings;
    keys: SigningKeys;
    clock: Clock;
    random: Random;
    sessions: Sessions;
    faults: FaultBook;
    journal: Journal;
    containers: Containers;
    clusters: Map<string, ClusterState>;
    passwords: Map<string, readonly string[]>;
    listener: ChangeListener | undefined;
    routines: Routine[];
  }) {
    this.release = parts.release;
    this.settings = parts.settings;
    this.keys = parts.keys;
    this.clock = parts.clock;
    this.random = parts.random;
    this.sessions = parts.sessions;
    this.faults = parts.faults;
    this.journal = parts.journal;
    this.containers = parts.containers;
    this.clusters = parts.clusters;
    this.passwords = parts.passwords;
    this.listener = parts.listener;
    this.routines = parts.routines;
    for (const cluster of this.clusters.values()) {
      cluster.store.onChange((change) => this.listener?.(this, cluster, change));
    }
  }

  /** The cluster KubeSphere itself runs on. */
  get host(): ClusterState {
    const host = this.clusters.values().next().value;
    if (host === undefined) throw new Error('a world has at least its host cluster');
    return host;
  }

  /** Aborted once this world is no longer served; whatever waits for its clock waits no longer. */
  get ended(): AbortSignal {
    return (this.#ending ??= new AbortController()).signal;
  }

  /** Ends every watch and every open session, once this world is no longer served. */
  retire(): void {
    for (const { store } of this.clusters.values()) store.endWatches();
    (this.#ending ??= new AbortController()).abort();
  }

  /** An independent world in the same state, with an empty journal. */
  fork(): World {
    const copy = this.#copy();
    for (const routine of this.routines) routine(copy);
    return copy;
  }

  /** A world in the same state to try something in: nothing in it goes on by itself, and nobody hears of what changes. */
  rehearsal(): World {
    const copy = this.#copy();
    copy.listener = undefined;
    copy.journal.observer = undefined;
    return copy;
  }

  #copy(): World {
    const clock = this.clock.fork();
    const random = this.random.fork();
    const clusters = new Map<string, ClusterState>();
    for (const [name, { isHost, store }] of this.clusters) {
      clusters.set(name, { name, isHost, store: store.fork(clock, random) });
    }
    const copy = new World({
      release: this.release,
      settings: this.settings,
      keys: this.keys,
      clock,
      random,
      sessions: this.sessions.fork(),
      faults: this.faults.fork(),
      journal: this.journal.fork(),
      containers: this.containers.fork(),
      clusters,
      passwords: new Map(this.passwords),
      listener: this.listener,
      routines: this.routines,
    });
    copy.switchedOff = this.switchedOff;
    copy.settle = this.settle;
    copy.reconfigure = this.reconfigure;
    return copy;
  }
}

/** An empty world: its clusters exist and hold nothing. */
export function createWorld(seed: WorldSeed, clusterNames: readonly string[]): World {
  const clock = new Clock(seed.now);
  const random = new Random(seed.seed);
  const clusters = new Map<string, ClusterState>();
  for (const [at, name] of clusterNames.entries()) {
    clusters.set(name, { name, isHost: at === 0, store: new ObjectStore(clock, random) });
  }
  return new World({
    release: seed.release,
    settings: seed.settings,
    keys: seed.keys,
    clock,
    random,
    sessions: new Sessions(),
    faults: new FaultBook(),
    journal: new Journal(),
    containers: new Containers(),
    clusters,
    passwords: new Map(),
    listener: undefined,
    routines: [],
  });
}
