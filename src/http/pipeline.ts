import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, type ErrorDialect } from '../core/api-error.js';
import type { User } from '../core/kube-object.js';
import { parseGoQuery } from '../core/go-query.js';
import { ownServerPath } from '../core/own-server-path.js';
import { inRange } from '../core/release.js';
import { parseRequestInfo, type RequestInfo } from '../core/request-info.js';
import { isAllowedPath } from '../rbac/allowed-paths.js';
import { attributesOf } from '../rbac/access-attributes.js';
import { forbidden } from '../rbac/forbidden.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { pageNotFound } from '../registry/router.js';
import type { Session } from '../registry/session.js';
import type { JournalEntry } from '../state/journal.js';
import { rememberSent } from '../state/sent-facts.js';
import type { ClusterState, World } from '../state/world.js';
import { unbrandFor, type Unbrand } from './brand.js';
import { replies, type RepliedMessage } from './replies.js';
import { errorReply } from './send-error.js';
import { isUnclean, redirectToClean } from './redirect-to-clean.js';
import { send } from './send.js';
import type { Services } from './services.js';
import type { Upgrade } from './upgrade/upgrade.js';
import { chooseCluster } from './steps/choose-cluster.js';
import { passedToOwnServer, type PassedOn } from './steps/own-server.js';
import { faultReply } from './steps/inject-fault.js';
import { mayHaveBody, readBody } from './steps/read-body.js';

/** One request on its way through the pipeline. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly world: World;
  readonly entry: JournalEntry;
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Record<string, string | string[] | undefined>;
  body: Buffer | undefined;
  /** Wire form of a refusal thrown from here on. */
  dialect: ErrorDialect;
}

/** An answer, ready or not; `undefined` cuts the connection. */
type Answer = Reply | undefined | Promise<Reply | undefined>;

/** The context while the route is not known yet. */
type OpenContext = { -readonly [Key in keyof RequestContext]: RequestContext[Key] };

/** What Kubernetes and ks-apiserver themselves say of paths nobody serves. */
const noPage = '404 page not found';
const noParams: RequestContext['params'] = {};
/** What a GET of a resource is. */
const reads = new Set(['get', 'list', 'watch']);
/** Request lines whose meaning is remembered, and how long one may be. */
const rememberedInfos = 1000;
const longestRemembered = 500;

/**
 * The way of every request, in order: journal, body, faults, request info, authentication, choice of the cluster,
 * authorization, dispatch, answer. The order authentication, dispatch to a member, authorization is the real one.
 *
 * @see kubesphere/kubesphere pkg/apiserver/apiserver.go buildHandlerChain
 */
export class Pipeline {
  readonly #services: Services;
  readonly #unbrand: Unbrand | undefined;
  readonly #infos = new Map<string, RequestInfo>();
  /** How handlers refuse unless their route says otherwise: 2.1 in JSON, everything later as text. */
  readonly #handlerDialect: ErrorDialect;

  constructor(services: Services) {
    this.#services = services;
    this.#handlerDialect = inRange(services.release.name, { until: 'v2.1' }) ? 'message' : 'text';
    const { brand } = services.release;
    this.#unbrand = brand === undefined ? undefined : unbrandFor(brand);
  }

  /**
   * Answers a request in a world. Never throws or rejects.
   *
   * Nothing is awaited that is not a promise: most answers are ready at once, and every turn of the queue would cost.
   *
   * @param url Path and query, without any space prefix.
   * @param upgrade Opens the session of an answer; absent for requests that ask for no upgrade.
   */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    world: World,
    url: string,
    upgrade?: Upgrade,
  ): void | Promise<void> {
    const method = request.method ?? 'GET';
    const entry = world.journal.open(method, url, world.clock.now());
    let exchange: Exchange | undefined;
    const finish = (reply: Reply | undefined): void | Promise<void> =>
      reply?.session === undefined
        ? this.#finish(reply, response, request, entry, world)
        : this.#open(reply.session, upgrade, response, request, entry, world);
    const refuse = (error: unknown): void | Promise<void> =>
      this.#finish(this.#refuse(error, exchange, entry, world), response, request, entry, world);
    try {
      world.clock.runDue();
      const opened = openExchange(request, world, entry, method, this.#unbrand?.(url) ?? url);
      exchange = opened;
      const hasBody = mayHaveBody(request);
      const reply = hasBody || !world.faults.empty ? this.#prepare(opened, hasBody) : this.#answer(opened);
      return reply instanceof Promise ? reply.then(finish).catch(refuse) : finish(reply);
    } catch (error) {
      return refuse(error);
    }
  }

  #finish(
    reply: Reply | undefined,
    response: ServerResponse,
    request: IncomingMessage,
    entry: JournalEntry,
    world: World,
  ): void | Promise<void> {
    world.journal.close(entry, reply?.status ?? 0);
    if (reply === undefined) {
      request.socket.destroy();
      return undefined;
    }
    if (replies.hasSubscribers) {
      const { url } = entry;
      replies.publish({ world, entry, url: this.#unbrand?.(url) ?? url, reply } satisfies RepliedMessage);
    }
    const broken = (error: unknown): void => {
      // An upstream that breaks off is no bug of ours; the client is cut off, as by Go's proxy.
      if (error instanceof ApiError) world.journal.note(entry, error.message);
      else world.journal.fail(entry, error);
      response.destroy();
    };
    try {
      const sent = send(response, reply, entry.method === 'HEAD', world.clock.httpDate());
      return sent instanceof Promise ? sent.catch(broken) : undefined;
    } catch (error) {
      broken(error);
      return undefined;
    }
  }

  /** Goes over to what follows an upgrade, unless the protocols offered do not fit it. */
  #open(
    session: Session,
    upgrade: Upgrade | undefined,
    response: ServerResponse,
    request: IncomingMessage,
    entry: JournalEntry,
    world: World,
  ): void | Promise<void> {
    if (upgrade === undefined) throw new Error('an upgrade was answered to a request that asked for none');
    const failed = (error: unknown): void => {
      world.journal.fail(entry, error);
    };
    const refusal = upgrade(session, { ended: world.ended, failed });
    if (refusal === undefined) world.journal.close(entry, 101);
    else return this.#finish(refusal, response, request, entry, world);
  }

  /** What has to be waited for before a request can be answered: its body, and a fault that delays it. */
  async #prepare(exchange: Exchange, hasBody: boolean): Promise<Reply | undefined> {
    const { world, request, method, path, entry } = exchange;
    if (hasBody) {
      const body = await readBody(request);
      exchange.body = body;
      if (body !== undefined) {
        this.#services.keepBody(entry, body, headerOf(exchange, 'content-type'));
        if (method === 'POST' || method === 'PUT') rememberSent(entry, body);
      }
    }
    const fault = world.faults.strike(method, path);
    if (fault !== undefined) {
      world.journal.note(entry, `fault ${fault.name ?? ''} struck`);
      const outcome = await faultReply(fault, negotiationOf(exchange));
      if (outcome !== 'go on') return outcome;
    }
    return this.#answer(exchange);
  }

  /** `undefined` cuts the connection. */
  #answer(exchange: Exchange): Answer {
    const { world, url } = exchange;
    // That is read by the server it is passed on to.
    if (ownServerPath(exchange.path) === undefined) applyHeaderFixes(exchange);
    const info = this.#infoOf(exchange);
    const user = this.#services.authenticate(
      {
        headers: exchange.headers,
        method: exchange.method,
        url,
        path: info.localPath,
        remoteAddress: exchange.request.socket.remoteAddress ?? '',
      },
      world,
      world.host,
    );
    if (user instanceof Promise) return user.then((known) => this.#admit(exchange, info, known));
    return this.#admit(exchange, info, user);
  }

  /** The same request line always means the same, so the latest ones are remembered. */
  #infoOf({ method, path, query, url, world }: Exchange): RequestInfo {
    const key = `${method} ${url}`;
    const known = this.#infos.get(key);
    if (known !== undefined) return known;
    const info = parseRequestInfo(method, path, query, world.release, url);
    if (key.length > longestRemembered) return info;
    if (this.#infos.size >= rememberedInfos) this.#infos.clear();
    this.#infos.set(key, info);
    return info;
  }

  #admit(exchange: Exchange, info: RequestInfo, user: User): Answer {
    const { world, entry, url } = exchange;
    entry.user = user.name;
    const chosen = info.cluster === '' ? { held: world.host } : chooseCluster(world, info.cluster, url);
    if (chosen.held === undefined) {
      const { member } = chosen;
      const context = this.#context(exchange, info, user, world.host);
      return import('./steps/forward-to-member.js').then((step) => step.forwardToMember(context, member));
    }
    const cluster = chosen.held;
    this.#authorize(info, user, world, cluster);
    const inner = passedToOwnServer(exchange.path, url, exchange.headers);
    if (inner !== undefined) return this.#answerWithin(exchange, inner);
    const context = this.#context(exchange, info, user, cluster);
    try {
      const run = (): Answer => this.#dispatch(context, exchange);
      const { within } = this.#services;
      const answer = within === undefined || info.isKubernetesRequest ? run() : within(run);
      return answer instanceof Promise
        ? answer.catch((error: unknown) => this.#lastResort(context, error))
        : answer;
    } catch (error) {
      return this.#lastResort(context, error);
    }
  }

  /** Answers what kube-apiserver passes on to the ks-apiserver beside it, which is this server: refusals are its own. */
  #answerWithin(outer: Exchange, { url, headers }: PassedOn): Answer {
    const { request, world, entry, method, body } = outer;
    const inner = { ...openExchange(request, world, entry, method, url, { ...headers }), body };
    const refuse = (error: unknown): Reply => this.#refuse(error, inner, entry, world);
    try {
      const answer = this.#answer(inner);
      return answer instanceof Promise ? answer.catch(refuse) : answer;
    } catch (error) {
      return refuse(error);
    }
  }

  /** @throws what was thrown, unless somebody can do better */
  #lastResort(context: OpenContext, error: unknown): Answer {
    if (!(error instanceof ApiError) || !isUnserved(error)) throw error;
    const given = (reply: Reply | undefined): Reply => {
      if (reply === undefined) throw error;
      return reply;
    };
    const reply = this.#services.lastResort(context, error);
    return reply instanceof Promise ? reply.then(given) : given(reply);
  }

  #authorize(info: RequestInfo, user: User, world: World, cluster: ClusterState): void {
    const { allowedPaths, allowedReads } = world.release;
    if (isAllowedPath(info.path, allowedPaths)) return;
    if (allowedReads !== undefined && reads.has(info.verb) && isAllowedPath(info.path, allowedReads)) return;
    const decision = this.#services.authorize(attributesOf(info, user), world, cluster);
    if (!decision.allowed) throw forbidden(info, user, decision.reason, world.release.name);
  }

  #dispatch(context: OpenContext, exchange: Exchange): Answer {
    const services = this.#services;
    for (const intercept of services.interceptors) {
      const reply = intercept(context);
      if (reply !== undefined) return reply;
    }
    const { info } = context;
    if (info.isKubernetesRequest) return services.kubernetes(context);
    const path = info.localPath;
    if (isUnclean(path)) return redirectToClean(path, exchange.url, exchange.method);
    const match = services.router.match(path, {
      method: exchange.method,
      contentType: headerOf(exchange, 'content-type'),
      accept: headerOf(exchange, 'accept'),
      contentLength: contentLengthOf(exchange),
    });
    if (match !== undefined) {
      exchange.dialect = match.route.errors ?? this.#handlerDialect;
      context.params = match.params;
      return services.guard(context, match.route.handle);
    }
    exchange.dialect = this.#handlerDialect;
    const reply = services.guard(context, services.fallback);
    if (reply instanceof Promise) return reply.then((ready) => ready ?? this.#raise(path));
    return reply ?? this.#raise(path);
  }

  #raise(path: string): never {
    throw this.#unknownPath(path);
  }

  #unknownPath(path: string): ApiError {
    const isOurs = path.startsWith('/kapis') || path.startsWith('/oauth');
    if (isOurs || inRange(this.#services.release.name, { since: 'v4.1' })) return pageNotFound();
    return new ApiError(404, 'NotFound', noPage, { dialect: 'text' });
  }

  #context(exchange: Exchange, info: RequestInfo, user: User, cluster: ClusterState): OpenContext {
    const { world, entry, method, url, query, headers, body, request } = exchange;
    return {
      world,
      catalog: this.#services.catalog(cluster),
      release: world.release,
      cluster,
      info,
      user,
      method,
      url,
      query,
      headers,
      body,
      remoteAddress: request.socket.remoteAddress ?? '',
      client: request.socket,
      entry,
      params: noParams,
      authorize: (attributes) => this.#services.authorize(attributes, world, cluster),
    };
  }

  #refuse(error: unknown, exchange: Exchange | undefined, entry: JournalEntry, world: World): Reply {
    const negotiation = exchange === undefined ? bareNegotiation(world) : negotiationOf(exchange);
    if (error instanceof ApiError) {
      if (error.code === 501) world.journal.note(entry, error.message);
      return errorReply(error, exchange?.dialect ?? 'status', negotiation);
    }
    world.journal.fail(entry, error);
    const text = error instanceof Error ? error.message : String(error);
    const internal = new ApiError(
      500,
      'InternalError',
      `Internal error occurred: bug in fake-ks-apiserver: ${text}`,
    );
    return errorReply(internal, 'status', negotiation);
  }
}

function openExchange(
  request: IncomingMessage,
  world: World,
  entry: JournalEntry,
  method: string,
  url: string,
  headers: Exchange['headers'] = request.headers,
): Exchange {
  const mark = url.indexOf('?');
  const rawPath = mark === -1 ? url : url.slice(0, mark);
  return {
    request,
    world,
    entry,
    method,
    url,
    path: rawPath.includes('%') ? decodePath(rawPath) : rawPath,
    query: parseGoQuery(mark === -1 ? '' : url.slice(mark + 1), world.release.name),
    headers,
    body: undefined,
    dialect: 'status',
  };
}

/** Tells whether a refusal says that nothing here serves a path, a method of it, or what is asked. */
function isUnserved({ code, dialect, message, reason }: ApiError): boolean {
  if (code === 404 && message === noPage) return true;
  return code === 501 || (dialect === 'router' && reason === '' && (code === 404 || code === 405));
}

function decodePath(rawPath: string): string {
  try {
    return decodeURIComponent(rawPath);
  } catch {
    // What Go's HTTP server answers before any handler sees the request.
    throw new ApiError(400, 'BadRequest', '400 Bad Request', {
      dialect: 'router',
      headers: { Connection: 'close' },
    });
  }
}

/** @see kubesphere/kubesphere pkg/apiserver/filters/requestinfo.go */
function applyHeaderFixes(exchange: Exchange): void {
  const { headers, query } = exchange;
  const hop = headers['x-kubesphere-authorization'];
  if (hop !== undefined && (headers['authorization'] ?? '') === '') headers['authorization'] = hop;
  const rawQuery = headers['x-kubesphere-rawquery'];
  if (typeof rawQuery === 'string' && !exchange.url.includes('?')) {
    for (const [key, value] of parseGoQuery(rawQuery, exchange.world.release.name)) query.append(key, value);
  }
  const dryrun = query.get('dryrun');
  if (dryrun !== null) {
    query.delete('dryrun');
    query.set('dryRun', dryrun);
  }
}

function headerOf(exchange: Exchange, name: string): string {
  const value = exchange.headers[name];
  return typeof value === 'string' ? value : '';
}

function contentLengthOf({ headers, body }: Exchange): number {
  if (headers['transfer-encoding'] !== undefined) return -1;
  return Number(headers['content-length'] ?? body?.length ?? 0);
}

function negotiationOf(exchange: Exchange): Parameters<typeof errorReply>[2] {
  return {
    release: exchange.world.release.name,
    accept: headerOf(exchange, 'accept'),
    userAgent: headerOf(exchange, 'user-agent'),
    pretty: exchange.query.get('pretty'),
  };
}

function bareNegotiation(world: World): Parameters<typeof errorReply>[2] {
  return { release: world.release.name, accept: '', userAgent: '', pretty: null };
}
