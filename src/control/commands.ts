import { formatGoDuration, parseGoDuration } from '../core/go-duration.js';
import { InputError } from '../core/input-error.js';
import type { Duration } from '../core/options.js';
import type { ReleaseName } from '../core/release.js';
import { version } from '../core/version.js';
import type { KindCatalog } from '../registry/contract.js';
import type { Scenario } from '../scenario/scenario.js';
import { formatTimestamp } from '../state/clock.js';
import type { CoverageReport } from '../specs/coverage.js';
import type { Documents } from '../specs/documents.js';
import type { SpecSource } from '../specs/published-specs.js';
import type { Fault } from '../state/fault-book.js';
import type { JournalEntry } from '../state/journal.js';
import type { Spaces } from '../state/spaces.js';
import type { World } from '../state/world.js';
import { exportWorld, type ExportedWorld } from './export-world.js';
import { checkKnown, writeKubeconfig, type KubeconfigRequest } from './kubeconfig.js';
import { makeSo, type ScenarioOutcome } from './make-so.js';
import { mint, type TokenRequest } from './mint.js';

/** The running server that commands act on. */
export interface ControlTarget {
  readonly spaces: Spaces;
  readonly catalog: KindCatalog;
  readonly documents: Documents;
  /** Absent when there is none. */
  readonly tls?: HttpsDoor;
}

/** Where Kubernetes clients connect. */
export interface HttpsDoor {
  readonly url: string;
  /** PEM of the CA its certificate is of. */
  readonly ca: string;
}

/** Where a world's clock stands. */
export interface ClockState {
  /** RFC 3339 in UTC, milliseconds included. */
  readonly now: string;
  readonly frozen: boolean;
}

/** One way to move a clock. */
export type ClockMove =
  /** Forward, or back when negative; seconds or Go's notation. */
  | { readonly advance: Duration }
  /** Jump to a moment and go on from there (or stand still, when frozen). */
  | { readonly set: string }
  /** Stand still, at a moment or where it is (`true`). */
  | { readonly freeze: string | true }
  /** Go on after a freeze. */
  | { readonly resume: true };

/** A fault as a test asks for it. */
export interface FaultRequest extends Omit<Fault, 'delayMs'> {
  /** How long to wait before going on; seconds or Go's notation. */
  readonly delay?: Duration;
}

/** Which entries of a journal to show. */
export interface JournalFilter {
  /** Only those whose handling hit a bug of the fake. */
  readonly errors?: boolean;
  /** Only those with something a test author should know. */
  readonly noted?: boolean;
  /** The latest so many. */
  readonly limit?: number;
}

/** The published documents behind the answers of a server. */
export interface SpecsReport {
  readonly release: ReleaseName;
  readonly documents: readonly SpecSource[];
}

/** What a server says about itself. */
export interface ServerState {
  readonly ready: true;
  readonly version: string;
  readonly release: ReleaseName;
  readonly clock: ClockState;
  readonly requests: number;
  readonly spaces: readonly string[];
  /** The HTTPS door; absent when there is none. */
  readonly tls?: HttpsDoor;
}

/**
 * A test's hand on one world of a running server: the main one, or a space.
 *
 * The handle of a test in this process calls these directly; the HTTP control API calls the same.
 */
export class Commands {
  readonly #target: ControlTarget;
  readonly #space: string | undefined;

  constructor(target: ControlTarget, space?: string) {
    this.#target = target;
    this.#space = space;
  }

  /** The world acted on; a reset replaces it. */
  get world(): World {
    const { spaces } = this.#target;
    return this.#space === undefined ? spaces.main : spaces.open(this.#space);
  }

  /** What the server says about itself. */
  state(): ServerState {
    const { release, journal } = this.world;
    const {
      tls,
      spaces: { names },
    } = this.#target;
    return {
      ready: true,
      version,
      release: release.name,
      clock: this.clock(),
      requests: journal.count,
      spaces: names,
      ...(tls && { tls }),
    };
  }

  /** Puts the world back to what it was at start, journal and clock included. */
  reset(): void {
    this.#target.spaces.reset(this.#space);
  }

  /**
   * Makes it be as scenarios say: names of built-in ones, paths of files, or scenarios themselves; later ones win.
   *
   * @throws InputError when one cannot be read or does not fit; nothing is applied then
   */
  applyScenarios(scenarios: readonly (string | Scenario)[]): Promise<ScenarioOutcome> {
    return makeSo(this.world, scenarios, this.#target.catalog);
  }

  /** Where the clock stands. */
  clock(): ClockState {
    const { clock } = this.world;
    return { now: new Date(clock.now()).toISOString(), frozen: clock.frozen };
  }

  /** Moves the clock and runs what falls due. @throws InputError for a duration or moment that is none */
  moveClock(move: ClockMove): ClockState {
    const { clock } = this.world;
    if ('advance' in move) clock.advance(milliseconds(move.advance));
    else if ('set' in move) clock.advance(moment(move.set) - clock.now());
    else if ('freeze' in move) clock.freeze(move.freeze === true ? clock.now() : moment(move.freeze));
    else clock.resume();
    return this.clock();
  }

  /** How far controllers lag behind writes. */
  settling(): { readonly settle: string } {
    return { settle: formatGoDuration(BigInt(this.world.settle) * 1_000_000n) };
  }

  /** Has controllers lag behind writes from now on. @throws InputError for a duration that is none, or negative */
  setSettle(settle: Duration): { readonly settle: string } {
    const found = milliseconds(settle);
    if (found < 0) throw new InputError(['settle: must be 0 or more']);
    this.world.settle = Math.round(found);
    return this.settling();
  }

  /** Arms a fault. @throws InputError for one that does nothing */
  armFault({ delay, ...fault }: FaultRequest): void {
    if (delay === undefined && fault.reset !== true && fault.status === undefined) {
      throw new InputError(['this fault does nothing; give it delay, reset or status']);
    }
    this.world.faults.arm({ ...fault, ...(delay !== undefined && { delayMs: milliseconds(delay) }) });
  }

  /** The faults armed, with how often each has struck. */
  faults(): readonly (Fault & { readonly struck: number })[] {
    return this.world.faults.list();
  }

  /** Disarms all faults, or those of one name. */
  clearFaults(name?: string): void {
    this.world.faults.clear(name);
  }

  /** Mints a token as asked, however wrong. @throws InputError for a duration that is none */
  token(request: TokenRequest): string {
    return mint(this.world, request);
  }

  /**
   * A kubeconfig with the CA and a fresh token, of `admin` when nobody is named.
   *
   * @throws InputError without an HTTPS door, and for users, accounts and clusters nobody knows
   */
  kubeconfig(request: KubeconfigRequest): string {
    const { world } = this;
    const { tls } = this.#target;
    checkKnown(world, request);
    const { cluster: _, ...identity } = request;
    const prefix = this.#space === undefined ? '' : `/__space/${this.#space}`;
    return writeKubeconfig(request, {
      tlsUrl: tls && tls.url + prefix,
      ca: tls?.ca,
      release: world.release.name,
      token: () => this.token(identity),
    });
  }

  /** What was asked and answered, oldest first, and what of it did not fit the published documents. */
  async journal(filter: JournalFilter = {}): Promise<readonly JournalEntry[]> {
    const { journal } = this.world;
    const kept = filter.errors === true ? journal.errors : journal.entries;
    if (filter.errors !== true) await this.#target.documents.checks.note(kept);
    const noted = filter.noted === true ? kept.filter(({ notes }) => notes !== undefined) : kept;
    return filter.limit === undefined ? noted : noted.slice(Math.max(0, noted.length - filter.limit));
  }

  /** Forgets what was asked and answered. */
  clearJournal(): void {
    this.world.journal.clear();
  }

  /** Which published operations the server has been asked for, in all its worlds. */
  coverage(): CoverageReport {
    return this.#target.documents.coverage.report();
  }

  /** The published documents behind the answers of this release. */
  specs(): SpecsReport {
    const { release, sources } = this.#target.documents.published;
    return { release, documents: sources };
  }

  /** Everything a cluster holds, as `kubectl get -o json` would list it. @throws InputError for an unknown cluster */
  exportWorld(cluster?: string): ExportedWorld {
    return exportWorld(this.world, this.#target.catalog, cluster);
  }

  /** Names of the spaces opened. */
  spaces(): readonly string[] {
    return this.#target.spaces.names;
  }

  /** Forgets a space. @returns false when there was none of that name */
  closeSpace(name: string): boolean {
    return this.#target.spaces.close(name);
  }

  /** The same commands for a space of this server, opened when first named. @throws ApiError for a name that cannot be one */
  space(name: string): Commands {
    this.#target.spaces.open(name);
    return new Commands(this.#target, name);
  }
}

/** Milliseconds of a duration; negative ones are meant. @throws InputError */
export function milliseconds(duration: Duration): number {
  const found = typeof duration === 'number' ? duration * 1000 : parseGoDuration(duration);
  if (found !== undefined && Number.isFinite(found)) return found;
  throw new InputError([
    `${JSON.stringify(duration)} is no duration; give seconds, or text such as 2h, 10m0s or -5m`,
  ]);
}

function moment(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw new InputError([`"${text}" is no moment; give one such as ${formatTimestamp(0)}`]);
  return at;
}
