import { isUnconfigured, refuseUnconfigured } from './apis/unconfigured-groups.js';
import { inRange } from './core/release.js';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extensionInterceptors } from './apis/extensions.kubesphere.io/interceptors.js';
import { genericResources } from './apis/generic/generic-resources.js';
import { groups } from './apis/index.js';
import { authenticate } from './auth/authenticate.js';
import type { HttpsDoor } from './control/commands.js';
import type { ControlApi } from './control/http/control-api.js';
import { ApiError } from './core/api-error.js';
import type { Release, ReleaseName } from './core/release.js';
import { version } from './core/version.js';
import { unbrandFor } from './http/brand.js';
import { chooseWorld, type Destination } from './http/choose-world.js';
import { listenOn, type Listener } from './http/listen.js';
import type { Pages } from './http/pages.js';
import { Pipeline } from './http/pipeline.js';
import { errorReply } from './http/send-error.js';
import { send } from './http/send.js';
import { readTlsMaterial, type TlsMaterial } from './http/tls.js';
import type { Answer, Upgrade } from './http/upgrade/upgrade.js';
import { oauthGroups } from './oauth/routes.js';
import { reviewAccountToken } from './oauth/token-review.js';
import { kindsIn } from './kube/custom-resources/cluster-catalog.js';
import { guardHandler } from './kube/admission/guard-handler.js';
import { kubernetes } from './kube/native.js';
import type { Mirror } from './mirror/mirror.js';
import { openapiGroup } from './kube/openapi/routes.js';
import { evaluate } from './rbac/evaluate.js';
import type { KindCatalog } from './registry/contract.js';
import { Router } from './registry/router.js';
import { Coverage } from './specs/coverage.js';
import type { Documents } from './specs/documents.js';
import { generatedAnswer } from './specs/generated-answers.js';
import { PublishedSpecs } from './specs/published-specs.js';
import { RequestChecks } from './specs/request-checks.js';
import { requestPath } from './specs/request-path.js';
import { servedBy } from './specs/served-by.js';
import type { GivenSpec } from './specs/spec-document.js';
import { Spaces } from './state/spaces.js';
import type { World } from './state/world.js';

/** A listening server and the worlds it serves. */
export interface ListeningServer extends Listener {
  readonly spaces: Spaces;
  readonly documents: Documents;
  /** The HTTPS door; absent when none was asked for. */
  readonly tls?: HttpsDoor;
}

/** Where to listen. */
export interface Address {
  /** Milliseconds open requests are given to end when the server closes; absent: none. */
  readonly drain?: number;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Of the HTTPS door, likewise; `undefined`: no such door. */
  readonly tlsPort?: number | undefined;
  /** What the HTTPS door proves itself with; `undefined`: the packaged certificate. */
  readonly tlsMaterial?: TlsMaterial | undefined;
  /** Documents to add to those of the release, or to put in their place. */
  readonly specs?: readonly GivenSpec[];
  /** Answers 400 to requests that do not fit the documents. */
  readonly strictRequests?: boolean | undefined;
  /** The Kubernetes that answers in the place of the imitated one. */
  readonly mirror?: Mirror | undefined;
}

const routers = new Map<ReleaseName, Router>();

/** The routes of a release. They do not change: all servers of a process share one router per release. */
function routerOf(release: Release): Router {
  let router = routers.get(release.name);
  if (router === undefined)
    routers.set(release.name, (router = new Router([...groups, ...oauthGroups, openapiGroup], release)));
  return router;
}

function documentsOf(release: Release, catalog: KindCatalog, specs: readonly GivenSpec[]): Documents {
  const published = new PublishedSpecs(release.name, specs);
  const { brand } = release;
  const unbrand = brand === undefined ? (url: string): string => url : unbrandFor(brand);
  return {
    published,
    coverage: new Coverage(
      published,
      (operation) => servedBy(operation, release, routerOf(release), catalog),
      (url) => requestPath(unbrand(url)),
    ),
    checks: new RequestChecks(published, unbrand),
  };
}

/** The one place where every part is put together. */
async function createPipeline(
  seed: World,
  catalog: KindCatalog,
  { published, checks }: Documents,
  { mirror, strictRequests = false }: Address,
): Promise<Pipeline> {
  const strict = strictRequests
    ? [(await import('./specs/strict-requests.js')).strictRequests(published)]
    : [];

  return new Pipeline({
    release: seed.release,
    catalog: ({ store }) => kindsIn(catalog, store),
    router: routerOf(seed.release),
    authenticate,
    authorize: evaluate,
    interceptors: [
      ...strict,
      ...(inRange(seed.release.name, { since: 'v3.0', until: 'v3.4' }) ? [refuseUnconfigured] : []),
      ...(seed.release.name === 'v2.1' ? [reviewAccountToken] : extensionInterceptors(seed.release.name)),
    ],
    kubernetes: mirror?.kubernetes ?? kubernetes,
    ...(mirror && { within: (run) => mirror.within(run) }),
    fallback: genericResources,
    guard: guardHandler,
    lastResort: (context, refusal) =>
      isUnconfigured(context) ? undefined : generatedAnswer(context, refusal, published.index),
    keepBody: (entry, body, contentType) => {
      checks.keep(entry, body, contentType);
    },
  });
}

/**
 * Serves forks of a world on an address; resolves when listening.
 *
 * @throws InputError when the address cannot be listened on
 */
export async function listen(seed: World, catalog: KindCatalog, address: Address): Promise<ListeningServer> {
  const documents = documentsOf(seed.release, catalog, address.specs ?? []);
  const pipeline = await createPipeline(seed, catalog, documents, address);
  seed.journal.observer = documents.coverage.observing(seed.journal.observer);
  const { mirror } = address;
  const spaces = new Spaces(seed, mirror && 'of a server with a Kubernetes of its own (kubeApiserver)');
  mirror?.follow(spaces.main);
  let control: Promise<ControlApi> | undefined;
  let pages: Promise<Pages> | undefined;
  let tls: HttpsDoor | undefined;

  /** Anything but a plain request to the main world: another world, or the test's remote hand. */
  const detour = async (
    request: IncomingMessage,
    response: ServerResponse,
    upgrade?: Upgrade,
  ): Promise<void> => {
    let destination: Destination;
    try {
      destination = chooseWorld(request, spaces);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const negotiation = { release: seed.release.name, accept: '', userAgent: '', pretty: null };
      request.resume();
      await send(response, errorReply(error, 'status', negotiation), request.method === 'HEAD');
      return;
    }
    const { world, space, url } = destination;
    if (isPage(url, seed.release)) {
      response.setHeader('X-Fake-Ks-Apiserver', version);
      pages ??= import('./http/pages.js').then((module) => module.createPages(documents.published));
      (await pages)(request, response, url, space === undefined ? '' : `/__space/${space}`);
      return;
    }
    if (!isControl(url)) {
      await pipeline.handle(request, response, world, url, upgrade);
      return;
    }
    response.setHeader('X-Fake-Ks-Apiserver', version);
    control ??= import('./control/http/control-api.js').then((module) =>
      module.createControlApi({ spaces, catalog, documents, ...(tls && { tls }) }),
    );
    (await control)(request, response, space, url);
  };

  const answer: Answer = (request, response, upgrade) => {
    if (request.url?.startsWith('/') === false) request.url = originForm(request.url);
    const url = request.url ?? '/';
    const plain =
      spaces.none &&
      !url.startsWith('/__') &&
      !url.startsWith('/swagger-ui') &&
      request.headers['x-fake-space'] === undefined;
    void (plain
      ? pipeline.handle(request, response, spaces.main, url, upgrade)
      : detour(request, response, upgrade));
  };
  const drain = address.drain === undefined ? {} : { drain: address.drain };
  const mendTargets = seed.release.brand?.name.includes(' ') === true;
  const listener = await listenOn(address.host, address.port, answer, { mendTargets, ...drain });
  const closing = async (doors: readonly { close(): Promise<void> }[]): Promise<void> => {
    await Promise.all(doors.map((door) => door.close()));
    spaces.retire();
  };
  if (address.tlsPort === undefined)
    return { ...listener, spaces, documents, close: () => closing([listener]) };
  const { identity, ca } = address.tlsMaterial ?? (await readTlsMaterial());
  try {
    const secure = await listenOn(address.host, address.tlsPort, answer, { identity, ...drain });
    tls = { url: secure.url, ca };
    return { ...listener, spaces, documents, tls, close: () => closing([listener, secure]) };
  } catch (error) {
    await listener.close();
    throw error;
  }
}

/** A target as sent to a proxy (`http://host/path`) in the form servers see; anything else as it is. */
function originForm(target: string): string {
  const authority = /^https?:\/\/[^/?#]*/i.exec(target)?.[0];
  if (authority === undefined) return target;
  const rest = target.slice(authority.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/**
 * Differs from KubeSphere: only the gateway of 2.1 has Swagger UI; here every release has it below `/swagger-ui/`. Without
 * the slash the path is refused as by the release.
 */
function isPage(url: string, release: Release): boolean {
  return url.startsWith('/swagger-ui/') || (url === '/swagger-ui' && release.name === 'v2.1');
}

function isControl(url: string): boolean {
  return url === '/__fake' || url.startsWith('/__fake/') || url.startsWith('/__fake?');
}
