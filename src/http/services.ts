import type { ApiError } from '../core/api-error.js';
import type { Credentials } from '../auth/credentials.js';
import type { Release } from '../core/release.js';
import type { User } from '../core/kube-object.js';
import type {
  AccessAttributes,
  Decision,
  Handler,
  KindCatalog,
  Reply,
  RequestContext,
} from '../registry/contract.js';
import type { Router } from '../registry/router.js';
import type { JournalEntry } from '../state/journal.js';
import type { ClusterState, World } from '../state/world.js';

/** Everything the pipeline is handed by the composition root; it names no API group itself. */
export interface Services {
  readonly release: Release;
  /** The kinds a cluster serves at the moment. */
  readonly catalog: (cluster: ClusterState) => KindCatalog;
  readonly router: Router;
  /** Who is asking. @throws ApiError 401 in the dialect of the release */
  readonly authenticate: (
    credentials: Credentials,
    world: World,
    cluster: ClusterState,
  ) => User | Promise<User>;
  readonly authorize: (attributes: AccessAttributes, world: World, cluster: ClusterState) => Decision;
  /** Handlers that may take a request after authorization, before routing; `undefined` passes it on. */
  readonly interceptors: readonly ((context: RequestContext) => Reply | Promise<Reply> | undefined)[];
  /** Native Kubernetes: `/api` and `/apis`. */
  readonly kubernetes: Handler;
  /** Takes `/kapis` requests no route has; `undefined` when it does not know the resource either. */
  readonly fallback: (context: RequestContext) => Reply | undefined | Promise<Reply | undefined>;
  /** Runs a handler of a route or {@link Services.fallback}, with whatever else has a say in what it writes. */
  readonly guard: <T>(
    context: RequestContext,
    handle: (context: RequestContext) => T | Promise<T>,
  ) => T | Promise<T>;
  /**
   * Runs what answers a request, to hold the answer back until what it has changed is written elsewhere, too; absent: it is
   * given at once.
   */
  readonly within?: (
    run: () => Reply | undefined | Promise<Reply | undefined>,
  ) => Reply | undefined | Promise<Reply | undefined>;
  /** Takes what would be refused as unknown or not implemented; `undefined` lets the refusal stand. */
  readonly lastResort: (
    context: RequestContext,
    refusal: ApiError,
  ) => Reply | undefined | Promise<Reply | undefined>;
  /** Told what was sent with a request. */
  readonly keepBody: (entry: JournalEntry, body: Buffer, contentType: string) => void;
}
