import type { Json, JsonObject } from '../../../src/core/json.js';
import type { ReleaseName } from '../../../src/core/release.js';
import type { Operation } from '../../../src/specs/spec-index.js';
import type { ClusterState } from '../../../src/state/world.js';

/** What a fact may depend on. */
export interface Need {
  readonly operation: Operation;
  /** What the request is about in the end, where something is made for it. */
  readonly asked: Operation;
  /** Variables of the path known so far. */
  readonly params: Readonly<Record<string, string>>;
  /** What was made for this request, in order: answers, or what was sent where they say nothing. */
  readonly made: readonly Json[];
  readonly release: ReleaseName;
  readonly host: ClusterState;
  /** Not used before in this world. */
  readonly name: string;
  /** Another one each time. */
  readonly count: number;
  /** Asks the API itself for something. @returns what it answers @throws Error unless it succeeds */
  readonly call: (method: string, path: string, body: JsonObject | Raw) => Promise<Json>;
  /** That of the administrator. */
  readonly token: string;
  /** Address of a chart repository. */
  readonly charts: string;
  /** Host and port of an image registry that is a Git server too. */
  readonly registry: string;
}

/** A body that is no JSON. */
export class Raw {
  readonly type: string;
  readonly text: string;

  constructor(type: string, text: string) {
    this.type = type;
    this.text = text;
  }
}

/** A value, or what tells it for a request. */
export type Fact<T> = T | ((need: Need) => T | Promise<T>);

/**
 * What documents do not say of valid requests, by the words of a path: the last two, variables left out (`users/password`), or
 * the last one, with a method before them where it matters (`PUT users/password`).
 */
export interface Facts {
  /** Values of path variables, by name or by the word before and the name. */
  readonly values: Readonly<Record<string, Fact<string | undefined>>>;
  /** What queries say besides what is required. */
  readonly queries: Readonly<
    Record<
      string,
      (need: Need) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>
    >
  >;
  /** What bodies say besides what their schemas require. */
  readonly bodies: Readonly<Record<string, Fact<Json | Raw | undefined>>>;
  /** Objects made through the API of Kubernetes where no operation of the documents makes one, by the word before the name. */
  readonly manifests: Readonly<Record<string, (need: Need) => JsonObject>>;
  /** How objects are called that do not say it in their metadata, by the word of their collection. */
  readonly names: Readonly<Record<string, (made: Json, need: Need) => string>>;
}
