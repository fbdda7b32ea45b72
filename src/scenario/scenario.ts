import type { JsonObject } from '../core/json.js';
import type { Duration, UserOption } from '../core/options.js';
import type { ReleaseRange } from '../core/release.js';
import type { OAuthClient } from '../core/settings.js';
import type { CommandScript, FateScript, LogScript, PortScript } from '../state/containers.js';

/** Names one object of a cluster. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** An object and what to merge into it (RFC 7386: null takes a member out, a list replaces the old one). */
export interface ObjectPatch extends ObjectReference {
  readonly merge: JsonObject;
}

/** What a scenario does to the objects of one cluster: delete, then create, then patch. */
export interface ClusterChanges {
  readonly objects?: readonly JsonObject[];
  readonly patches?: readonly ObjectPatch[];
  readonly delete?: readonly ObjectReference[];
}

/** Settings a scenario may change; what it does not name stays. */
export interface ScenarioSettings {
  readonly issuer?: string;
  readonly accessTokenMaxAge?: Duration;
  readonly accessTokenInactivityTimeout?: Duration;
  readonly maximumClockSkew?: Duration;
  readonly multipleLogin?: boolean;
  readonly rateLimit?: { readonly maxTries?: number; readonly duration?: Duration };
}

/** A token to mint: of a user, or of a service account (`NAMESPACE/NAME`). */
export interface ScenarioToken {
  readonly user?: string;
  readonly serviceAccount?: string;
  /** Default `access_token`; `static_token` for a service account. */
  readonly type?: 'access_token' | 'refresh_token' | 'static_token' | 'code' | 'id_token';
  /** Lifetime from now on; negative for a token that ran out. Absent: as the server would issue it. */
  readonly expiresIn?: Duration;
  /** When it was issued, from now on: positive for a token of the future. */
  readonly issuedIn?: Duration;
  readonly issuer?: string;
  readonly flaw?: 'wrong key' | 'alg none' | 'garbage';
  /** True: signed and in time, but the server no longer remembers it. */
  readonly revoked?: boolean;
}

/** A fault as a file writes it; `delay` in any notation. */
export interface ScenarioFault {
  readonly name?: string;
  readonly method?: string;
  readonly path?: string;
  readonly after?: number;
  readonly times?: number;
  readonly delay?: Duration;
  readonly reset?: boolean;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A command as a file writes it, and how it answers in the containers it fits. One of `command`, `prefix` and `pattern`. */
export interface ScenarioCommand extends Omit<CommandScript, 'delayMs'> {
  readonly delay?: Duration;
}

/** What becomes of a container; durations in texts or seconds. */
export interface ScenarioFate extends Omit<FateScript, 'afterMs'> {
  readonly after?: Duration;
}

/** What the containers it fits log. */
export interface ScenarioLog extends Omit<LogScript, 'everyMs' | 'since'> {
  readonly every?: Duration;
}

/** A request of an `expect` list. `as` is a user, or `NAMESPACE/NAME` of a service account. */
export interface ExpectedRequest {
  readonly method?: string;
  readonly path: string;
  readonly as?: string;
  /** Name of a token of the scenario, or of a captured value. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: JsonObject;
  readonly body?: string;
}

/** The answer of an `expect` list: every member given must hold. */
export interface ExpectedResponse {
  readonly status?: number;
  /** True: the connection is cut without an answer. */
  readonly reset?: boolean;
  /** `null`: the header is absent. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body?: string;
  readonly contains?: readonly string[];
  readonly json?: JsonObject;
  /** The answer takes this long or longer. */
  readonly atLeast?: Duration;
}

/** One step of an `expect` list: a move of the clock, or a request with its answer. */
export interface ExpectedStep extends ReleaseRange {
  readonly title?: string;
  readonly advance?: Duration;
  /** How often to send the request; each answer must fit. */
  readonly repeat?: number;
  readonly request?: ExpectedRequest;
  readonly response?: ExpectedResponse;
  readonly capture?: Readonly<Record<string, string>>;
}

/**
 * A named situation: what is so in a world, and what a client sees of it.
 *
 * The shape of a file in `scenarios/`; the releases it fits are `since` to `until`.
 */
export interface Scenario extends ReleaseRange, ClusterChanges {
  readonly description: string;
  readonly settings?: ScenarioSettings;
  readonly clock?: { readonly freeze?: string; readonly advance?: Duration };
  readonly users?: readonly UserOption[];
  readonly clients?: readonly OAuthClient[];
  /** Names of OAuth clients the world is to be without. */
  readonly removeClients?: readonly string[];
  /** Changes to member clusters, by cluster name. */
  readonly clusters?: Readonly<Record<string, ClusterChanges>>;
  readonly tokens?: Readonly<Record<string, ScenarioToken>>;
  readonly exec?: readonly ScenarioCommand[];
  readonly logs?: readonly ScenarioLog[];
  readonly ports?: readonly PortScript[];
  /** What becomes of containers that start from then on. */
  readonly containers?: readonly ScenarioFate[];
  readonly faults?: readonly ScenarioFault[];
  readonly expect?: readonly ExpectedStep[];
}

/** A scenario with the name it goes by in messages and in the journal. */
export interface NamedScenario {
  readonly name: string;
  readonly scenario: Scenario;
}
