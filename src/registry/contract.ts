import type { ErrorDialect } from '../core/api-error.js';
import type { JsonObject } from '../core/json.js';
import type { KubeObject, User } from '../core/kube-object.js';
import type { Release, ReleaseRange } from '../core/release.js';
import type { RequestInfo, ResourceScope } from '../core/request-info.js';
import type { JournalEntry } from '../state/journal.js';
import type { StoredObject } from '../state/object-store.js';
import type { ClusterState, World } from '../state/world.js';
import type { Session } from './session.js';

/** What a second authorization check inside a handler asks about. */
export interface AccessAttributes {
  readonly user: User;
  readonly verb: string;
  readonly apiGroup?: string;
  readonly apiVersion?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly workspace?: string;
  readonly scope: ResourceScope;
  /** Set for requests that name no resource. */
  readonly path?: string;
  /** DevOps project of the URL; 3.x only. */
  readonly devops?: string;
  /** True for `/api` and `/apis`; absent: false. */
  readonly isKubernetesRequest?: boolean;
}

/** What the authorizer decided, and why. */
export interface Decision {
  readonly allowed: boolean;
  /** Empty unless something is worth telling. */
  readonly reason: string;
}

/**
 * The kinds a release or one of its clusters knows, looked up as URLs and objects name them.
 *
 * Versions of a kind that a CustomResourceDefinition describes may differ: what {@link KindCatalog.find} and
 * {@link KindCatalog.byKind} give is the kind as it is at that version.
 */
export interface KindCatalog {
  /** Another array whenever a kind has changed. */
  readonly resources: readonly Resource[];
  /** The kind served at a group, version and plural; `undefined` when there is none. */
  find(group: string, version: string, plural: string): Resource | undefined;
  /** The kind with this plural, whatever the version. */
  byPlural(group: string, plural: string): Resource | undefined;
  /** The kind of an object's `apiVersion` and `kind`, whatever the version. */
  byKind(apiVersion: string, kind: string): Resource | undefined;
  /** A kind our own code counts on. @throws Error when this release has none: a bug of ours */
  get(group: string, plural: string): Resource;
}

/** The connection a request came over: what goes on only for its sake ends with it. */
export interface Client {
  /** True once it is closed. */
  readonly destroyed: boolean;
  once(event: 'close', told: () => void): unknown;
  off(event: 'close', told: () => void): unknown;
}

/** A request after parsing, authentication, cluster dispatch and authorization. Also serves as a {@link WriteContext}. */
export interface RequestContext {
  readonly world: World;
  readonly catalog: KindCatalog;
  readonly release: Release;
  /** The cluster that answers: the host, or the member named by the URL. */
  readonly cluster: ClusterState;
  readonly info: RequestInfo;
  readonly user: User;
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly query: URLSearchParams;
  /** Header names are lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body's bytes; `undefined` when there is none. */
  readonly body: Buffer | undefined;
  readonly remoteAddress: string;
  readonly client: Client;
  readonly entry: JournalEntry;
  /** Variables of the matched route's path. */
  readonly params: Readonly<Record<string, string>>;
  /** Runs the authorizer on attributes of the handler's choice, in the answering cluster. */
  readonly authorize: (attributes: AccessAttributes) => Decision;
  /** Asked before anything is written; absent: nobody is. */
  readonly guard?: WriteGuard;
}

/** Bytes of an answer, or pieces of it as they become ready. */
export type ReplyBody = Buffer | string | AsyncIterable<Buffer | string>;

/** An answer as plain data. A handler returns one or throws an `ApiError`; it never touches a socket. */
export interface Reply {
  readonly status: number;
  /** Absent: no Content-Type header. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Absent: an empty body. */
  readonly body?: ReplyBody;
  /** What goes on after 101; only in answers to requests that ask for an upgrade. */
  readonly session?: Session;
}

/** Answers a request. */
export type Handler = (context: RequestContext) => Reply | Promise<Reply>;

/** An HTTP method a route can be registered for. */
export type RouteMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A KubeSphere endpoint with a handler of its own. */
export interface Route extends ReleaseRange {
  readonly method: RouteMethod;
  /** Path below the group's prefix; `{name}` is one segment, `{name:*}` the rest. */
  readonly path: string;
  readonly handle: Handler;
  /** Media types of the request body it takes; absent: any. */
  readonly consumes?: readonly string[];
  /** Media types it can answer, for the Accept check; absent: JSON. Empty: no check. */
  readonly produces?: readonly string[];
  /** Wire form of refusals thrown by the handler; absent: text. */
  readonly errors?: ErrorDialect;
}

/** The answer to "which fields does a kind have": its member of the type tables, such as `core/v1.Node`. */
export type TypeName = string;

/** A part of a kind with an endpoint of its own. */
export interface Subresource {
  /** Last segment of the URL, such as `status`. */
  readonly name: string;
  /** Kind it takes and answers; not always that of the object. */
  readonly kind: string;
  /** apiVersion of that kind. */
  readonly apiVersion: string;
  readonly verbs: readonly string[];
}

/** A kind, as data. */
export interface Resource extends ReleaseRange {
  readonly group: string;
  /** Versions served, the preferred first. */
  readonly versions: readonly string[];
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** Verbs kube-apiserver serves. */
  readonly verbs: readonly string[];
  /** Parts with an endpoint of their own, such as `status`. */
  readonly subresources?: readonly Subresource[];
  /** What a deletion that takes effect at once answers; absent: `Status`. */
  readonly deleted?: 'Status' | 'object';
  /** True for custom resources: stored as maps, printed with sorted keys. */
  readonly custom: boolean;
  /** Types in the table of fields, per version; absent: unknown, printed with sorted keys. */
  readonly types?: Readonly<Record<string, TypeName>>;
  readonly hooks?: ResourceHooks;
  /** What a CustomResourceDefinition says about one version of the kind; absent for kinds without one. */
  readonly defined?: DefinedVersion;
}

/** A version of a kind as its CustomResourceDefinition describes it. */
export interface DefinedVersion {
  readonly version: string;
  /** `openAPIV3Schema`, as stored. */
  readonly schema: JsonObject;
  /** Tells this schema from all others: what was made with it holds while this is the same. */
  readonly id: string;
  /** `additionalPrinterColumns`; absent: the default ones. */
  readonly columns?: readonly JsonObject[];
  /** Paths of `selectableFields`, such as `.spec.color`. */
  readonly selectable: readonly string[];
  /** `subresources.scale`: where the numbers are. */
  readonly scale?: ScalePaths;
  /** Verbs discovery shows when they are not those that are served: a kind on its way out. */
  readonly shownVerbs?: readonly string[];
  /** What every answer warns of; absent: the version is not deprecated. */
  readonly deprecation?: string;
  /** The version its objects are kept in. */
  readonly storage: string;
  /** How objects of one version become those of another; absent: by calling them so. */
  readonly conversion?: WebhookConversion;
}

/** `spec.conversion` of a definition whose versions a webhook converts. */
export interface WebhookConversion {
  readonly clientConfig: JsonObject;
  /** `conversionReviewVersions`, the preferred first. */
  readonly reviewVersions: readonly string[];
  /** Schemas by version, those that are not served included. */
  readonly schemas: Readonly<Record<string, JsonObject>>;
}

/** Where a kind keeps what its `scale` subresource shows: paths such as `.spec.replicas`. */
export interface ScalePaths {
  readonly spec: string;
  readonly status: string;
  readonly selector?: string;
}

/** What is special about writing a kind; every hook may be absent. */
export interface ResourceHooks {
  /** Completes an object before it is checked and stored: defaults, cleaning. */
  readonly prepare?: (
    object: KubeObject,
    previous: KubeObject | undefined,
    context: WriteContext,
  ) => KubeObject;
  /** Refuses a bad object. @throws ApiError */
  readonly validate?: (object: KubeObject, previous: KubeObject | undefined, context: WriteContext) => void;
  /** Refuses a deletion. @throws ApiError */
  readonly validateDelete?: (object: KubeObject, context: WriteContext) => void;
  /** Changes an object that is about to be marked as deleted: a finalizer that holds it, say. */
  readonly beginDelete?: (object: KubeObject, context: WriteContext) => KubeObject;
}

/** On whose behalf and where something is written; what hooks see. */
export interface WriteContext {
  readonly world: World;
  readonly catalog: KindCatalog;
  readonly cluster: ClusterState;
  readonly user: User;
  /** Has the answer carry a warning; absent where answers carry none. */
  readonly warn?: (text: string) => void;
  /** The only part that is written; absent: everything but that. */
  readonly subresource?: 'status' | 'finalize';
  /** Asked before anything is written; absent: nobody is. */
  readonly guard?: WriteGuard;
}

/** The parts of a write that admission has its hands in. */
export interface WriteSteps {
  /** Checks and completes everything, stores nothing. */
  readonly dryRun?: boolean;
  /** Changes an object that has its defaults, before it is checked: mutating admission. */
  readonly mutate?: (next: KubeObject, previous: StoredObject | undefined) => KubeObject;
  /** Looks at an object that is about to be stored, once everything else has let it pass. @throws to refuse it */
  readonly admit?: (next: KubeObject, previous: StoredObject | undefined) => void;
}

/** A write that is about to be done. */
export interface AnnouncedWrite {
  readonly context: WriteContext;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly resource: Resource;
  /** Empty: the object itself. */
  readonly subresource: string;
  /** Empty for cluster-wide kinds. */
  readonly namespace: string;
  /** Empty while there is none. */
  readonly name: string;
  /** What is asked for; absent for a deletion. */
  readonly given?: JsonObject;
  /** What is there before; absent for a creation. */
  readonly previous?: StoredObject;
  readonly dryRun: boolean;
  /** Does a creation or an update, past the guard; not there for deletions. */
  readonly store?: (steps: WriteSteps) => StoredObject;
}

/**
 * Looks at a write before it is done.
 *
 * @returns how it is to be done; `undefined`: as it is
 * @throws to refuse it, or to have it done later
 */
export type WriteGuard = (write: AnnouncedWrite) => WriteSteps | undefined;

/** One group-version of KubeSphere: kinds and endpoints beyond plain CRUD. */
export interface ApiGroup extends ReleaseRange {
  /** As in the URL; empty for endpoints outside `/kapis`. */
  readonly name: string;
  readonly version: string;
  readonly routes: readonly Route[];
}
