import { ApiError } from '../core/api-error.js';
import { inRange, type Release } from '../core/release.js';
import type { ApiGroup, Route } from './contract.js';

/** A route that takes a request, with the variables of its path. */
export interface RouteMatch {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

interface Pattern {
  readonly route: Route;
  readonly segments: readonly string[];
  /** True when the last segment takes the rest of the path. */
  readonly open: boolean;
  /** How many segments are literal; more is more specific. */
  readonly literals: number;
}

/** What the router looks at besides the path. */
export interface RouteRequest {
  readonly method: string;
  readonly contentType: string;
  readonly accept: string;
  /** Content-Length: 0 without a body, -1 when unknown. */
  readonly contentLength: number;
}

const bodyless = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE', 'TRACE']);
const writing = new Set(['POST', 'PUT', 'PATCH']);
/** Requests without a body whose route is remembered, and how long such a line may be. */
const rememberedMatches = 1000;
const longestRemembered = 500;
const defaultProduces = ['application/json'];

/**
 * Finds the route of a request the way go-restful's CurlyRouter does: by path, then method, then Content-Type, then
 * Accept; the first of these that leaves nothing decides the refusal.
 *
 * @see emicklei/go-restful curly.go, jsr311.go
 */
export class Router {
  readonly #byLength = new Map<number, Pattern[]>();
  readonly #open: Pattern[] = [];
  readonly #release: Release;
  /** `undefined`: known to have no route. */
  readonly #known = new Map<string, RouteMatch | undefined>();

  constructor(groups: readonly ApiGroup[], release: Release) {
    this.#release = release;
    for (const group of groups) {
      if (!inRange(release.name, group)) continue;
      const prefix = group.name === '' ? '' : `/kapis/${group.name}/${group.version}`;
      for (const route of group.routes)
        if (inRange(release.name, route)) this.#add(route, prefix + route.path);
    }
    const bySpecificity = (a: Pattern, b: Pattern): number => b.literals - a.literals;
    for (const patterns of this.#byLength.values()) patterns.sort(bySpecificity);
    this.#open.sort(bySpecificity);
  }

  /**
   * The route for a request; `undefined` when no route has this path.
   *
   * @throws ApiError 405, 415 or 406 in the router dialect when the path is known and something else does not fit.
   */
  match(path: string, request: RouteRequest): RouteMatch | undefined {
    if (request.contentLength !== 0) return this.#find(path, request);
    const key = `${request.method} ${request.accept} ${request.contentType} ${path}`;
    const known = this.#known.get(key);
    if (known !== undefined || this.#known.has(key)) return known;
    const found = this.#find(path, request);
    if (key.length > longestRemembered) return found;
    if (this.#known.size >= rememberedMatches) this.#known.clear();
    this.#known.set(key, found);
    return found;
  }

  #find(path: string, request: RouteRequest): RouteMatch | undefined {
    const segments = splitPath(path);
    const candidates: RouteMatch[] = [];
    for (const pattern of [...(this.#byLength.get(segments.length) ?? []), ...this.#open]) {
      const params = matchSegments(pattern, segments);
      if (params !== undefined) candidates.push({ route: pattern.route, params });
    }
    if (candidates.length === 0) return undefined;
    const byMethod = candidates.filter(({ route }) => route.method === request.method);
    if (byMethod.length === 0) throw this.#methodNotAllowed(candidates);
    const byContent = byMethod.filter(({ route }) => takesContent(route, request));
    if (byContent.length === 0 && request.contentLength > 0) {
      throw routerError(415, '415: Unsupported Media Type');
    }
    const chosen = byContent.find(({ route }) => answersAccept(route, request.accept));
    if (chosen === undefined) throw this.#notAcceptable(byContent, request);
    return chosen;
  }

  #add(route: Route, path: string): void {
    const segments = splitPath(path);
    const open = segments.at(-1)?.endsWith(':*}') === true;
    const literals = segments.filter((segment) => !segment.startsWith('{')).length;
    const pattern: Pattern = { route, segments, open, literals };
    if (open) {
      this.#open.push(pattern);
      return;
    }
    const known = this.#byLength.get(segments.length);
    if (known === undefined) this.#byLength.set(segments.length, [pattern]);
    else known.push(pattern);
  }

  #methodNotAllowed(candidates: readonly RouteMatch[]): ApiError {
    const methods = [...new Set(candidates.map(({ route }) => route.method))];
    const named = inRange(this.#release.name, { since: 'v3.1' });
    return routerError(405, '405: Method Not Allowed', named ? { Allow: methods.join(', ') } : undefined);
  }

  #notAcceptable(left: readonly RouteMatch[], request: RouteRequest): ApiError {
    if (!inRange(this.#release.name, { since: 'v3.1' })) return routerError(406, '406: Not Acceptable');
    const available = [...new Set(left.flatMap(({ route }) => route.produces ?? defaultProduces))].join(', ');
    const code = writing.has(request.method) && request.contentLength > 0 && left.length === 0 ? 415 : 406;
    const text = code === 415 ? '415: Unsupported Media Type' : '406: Not Acceptable';
    return routerError(code, `${text}\n\nAvailable representations: ${available}`);
  }
}

function routerError(code: number, text: string, headers?: Record<string, string>): ApiError {
  return new ApiError(code, '', text, { dialect: 'router', ...(headers && { headers }) });
}

/** 404 as go-restful's router answers it. */
export function pageNotFound(): ApiError {
  return routerError(404, '404: Page Not Found');
}

function splitPath(path: string): string[] {
  const trimmed = path.replace(/^\/+|\/+$/g, '');
  return trimmed === '' ? [] : trimmed.split('/');
}

function matchSegments(pattern: Pattern, segments: readonly string[]): Record<string, string> | undefined {
  if (
    pattern.open ? segments.length < pattern.segments.length : segments.length !== pattern.segments.length
  ) {
    return undefined;
  }
  const params: Record<string, string> = {};
  for (const [at, expected] of pattern.segments.entries()) {
    if (!expected.startsWith('{')) {
      if (expected !== segments[at]) return undefined;
    } else if (expected.endsWith(':*}')) {
      params[expected.slice(1, -3)] = segments.slice(at).join('/');
    } else {
      params[expected.slice(1, -1)] = segments[at] ?? '';
    }
  }
  return params;
}

/** The media type of a header value, without parameters. */
function mediaType(value: string): string {
  return (value.split(';', 1)[0] ?? '').trim();
}

function takesContent(route: Route, request: RouteRequest): boolean {
  if (route.consumes === undefined) return true;
  if (request.contentType === '' && bodyless.has(request.method)) return true;
  const given = request.contentType === '' ? 'application/octet-stream' : mediaType(request.contentType);
  return route.consumes.includes('*/*') || route.consumes.includes(given);
}

function answersAccept(route: Route, accept: string): boolean {
  const produces = route.produces ?? defaultProduces;
  if (produces.length === 0 || accept === '') return true;
  return accept.split(',').some((part) => {
    const wanted = mediaType(part);
    return wanted === '*/*' || produces.includes(wanted);
  });
}
