import type { ClockMove, ClockState, FaultRequest, JournalFilter, SpecsReport } from '../control/commands.js';
import type { KubeconfigRequest } from '../control/kubeconfig.js';
import type { ScenarioOutcome } from '../control/make-so.js';
import type { ExportedWorld } from '../control/export-world.js';
import type { TokenRequest } from '../control/mint.js';
import type { Duration } from '../core/options.js';
import type { ReleaseName } from '../core/release.js';
import type { Scenario } from '../scenario/scenario.js';
import type { CoverageReport } from '../specs/coverage.js';
import type { JournalEntry } from '../state/journal.js';
import type { World } from '../state/world.js';

/** The clock of a fake: time passes as on the wall until a test moves or stops it. */
export interface FakeClock {
  /** Where it stands. */
  now(): Promise<Date>;
  /** Moves it by seconds, or by a text such as `2h` or `-5m`, and runs everything that falls due. */
  advance(by: Duration): Promise<ClockState>;
  /** Jumps to a moment (RFC 3339 or a Date). */
  set(moment: string | Date): Promise<ClockState>;
  /** Stands still, where it is or at a moment. */
  freeze(moment?: string | Date): Promise<ClockState>;
  /** Goes on after a freeze. */
  resume(): Promise<ClockState>;
}

/** What was asked of a fake and what it answered. */
export interface FakeJournal {
  /** Entries, oldest first. */
  entries(filter?: JournalFilter): Promise<readonly JournalEntry[]>;
  /** Entries whose handling hit a bug of the fake; a test may want this to stay empty. */
  errors(): Promise<readonly JournalEntry[]>;
  /** Forgets them all. */
  clear(): Promise<void>;
}

/** What a login answers: the members the real server sends in the chosen release. */
export interface LoginAnswer {
  readonly access_token: string;
  readonly token_type: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
  readonly expires_in?: number;
}

/**
 * A test's hand on a running fake, or on one space of it: the same whether it runs in this process or elsewhere.
 *
 * Works with `await using`, which closes it.
 */
export interface FakeKsApiserver extends AsyncDisposable {
  /** Where clients send requests; no slash at the end. For a space the prefix is part of it. */
  readonly url: string;
  /** Base of the control API, `/__fake`. */
  readonly controlUrl: string;
  /** The same over HTTPS; `undefined` unless started with `tlsPort`. */
  readonly tlsUrl: string | undefined;
  /** PEM of the CA to trust there. */
  readonly ca: string | undefined;
  readonly release: ReleaseName;
  readonly clock: FakeClock;
  readonly journal: FakeJournal;
  /** Mints any token without a login, valid or wrong in a chosen way; of `admin` when nobody is named. */
  token(request?: TokenRequest): Promise<string>;
  /** The static token of a ServiceAccount (4.1). */
  serviceAccountToken(namespace: string, name: string): Promise<string>;
  /**
   * A kubeconfig with the CA and a fresh token, of `admin` when nobody is named.
   *
   * @throws InputError unless started with `tlsPort`, as kubectl sends no token over HTTP, and for a user, ServiceAccount or
   *   cluster there is none of
   */
  kubeconfig(request?: KubeconfigRequest): Promise<string>;
  /** Logs in over HTTP in the way of the release. @throws Error with the answer when refused */
  login(user?: string, password?: string): Promise<LoginAnswer>;
  /** Makes it be as scenarios say: names of built-in ones, paths of files, or scenarios themselves; later ones win. */
  scenario(...scenarios: readonly (string | Scenario)[]): Promise<ScenarioOutcome>;
  /** Has controllers lag behind writes by a time of the world's clock; 0 has them run within the write again. */
  settle(by: Duration): Promise<void>;
  /** Arms a fault for requests to come. */
  fault(fault: FaultRequest): Promise<void>;
  /** Disarms all faults, or those of one name. */
  clearFaults(name?: string): Promise<void>;
  /** Which published operations the server has been asked for since it started, in all its spaces and worlds. */
  coverage(): Promise<CoverageReport>;
  /** The published documents behind the answers, and what had to be repaired in those it was given. */
  specs(): Promise<SpecsReport>;
  /** Everything a cluster holds (default: the host), as `kubectl get -o json` lists it. */
  exportWorld(cluster?: string): Promise<ExportedWorld>;
  /** A world of its own inside the same server, opened when first named; closing it forgets that world only. */
  space(name: string): Promise<FakeKsApiserver>;
  /** Puts everything back to what it was at start. */
  reset(): Promise<void>;
  /** Stops it and ends open connections; may be called twice. A server that runs elsewhere is only left alone. */
  close(): Promise<void>;
}

/** A fake that runs in this process: its world can be looked at directly. */
export interface InProcessFake extends FakeKsApiserver {
  /** The world it serves now; another one after {@link FakeKsApiserver.reset}. */
  readonly world: World;
  /** The tokens that the scenarios it was started with name. */
  readonly tokens: Readonly<Record<string, string>>;
  space(name: string): Promise<InProcessFake>;
}

/** How a handle reaches its server: by calls, or over HTTP. */
export interface ControlLine {
  readonly clock: { now(): Promise<ClockState>; move(move: ClockMove): Promise<ClockState> };
  readonly journal: FakeJournal;
  token(request: TokenRequest): Promise<string>;
  kubeconfig(request: KubeconfigRequest): Promise<string>;
  applyScenarios(scenarios: readonly (string | Scenario)[]): Promise<ScenarioOutcome>;
  setSettle(settle: Duration): Promise<void>;
  armFault(fault: FaultRequest): Promise<void>;
  clearFaults(name?: string): Promise<void>;
  coverage(): Promise<CoverageReport>;
  specs(): Promise<SpecsReport>;
  exportWorld(cluster?: string): Promise<ExportedWorld>;
  reset(): Promise<void>;
}
