import { ApiError } from './api-error.js';
import { inRange, type Release } from './release.js';

/** The breadth a request is authorized at; empty for requests that name no resource. */
export type ResourceScope = 'Global' | 'Cluster' | 'Workspace' | 'Namespace' | 'DevOps' | '';

/** What the URL and method of a request say, as the authorizer and the dispatcher see it. */
export interface RequestInfo {
  readonly isResourceRequest: boolean;
  /** True for `/api` and `/apis`: native Kubernetes, not KubeSphere's own handlers. */
  readonly isKubernetesRequest: boolean;
  /** URL path; from 4.1 on without the cluster prefix. */
  readonly path: string;
  /** Path to route locally: always without the cluster prefix. */
  readonly localPath: string;
  /** Lower-case verb of a resource request, else the HTTP method as sent. */
  readonly verb: string;
  readonly apiPrefix: string;
  readonly apiGroup: string;
  readonly apiVersion: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  readonly namespace: string;
  readonly workspace: string;
  readonly devops: string;
  /** Cluster named by the URL; empty for none. */
  readonly cluster: string;
  readonly scope: ResourceScope;
  /** Segments from the resource on. */
  readonly parts: readonly string[];
}

const prefixes = new Set(['api', 'apis', 'kapis', 'kapi']);
const ungrouped = new Set(['api', 'kapi']);
const namespaceSubresources = new Set(['status', 'finalize']);
const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};
const workspaceSelector = 'kubesphere.io/workspace=';

type Draft = { -readonly [K in keyof RequestInfo]: RequestInfo[K] };

/**
 * Turns a method and a URL into what authorization and dispatch need to know.
 *
 * @param path Decoded URL path, as Go's `URL.Path`.
 * @throws ApiError 500 when the path ends right after `/watch` or `/proxy`, as the real server answers, or after a cluster
 * where a resource should follow.
 * @see kubesphere/kubesphere pkg/apiserver/request/requestinfo.go
 */
export function parseRequestInfo(
  method: string,
  path: string,
  query: URLSearchParams,
  release: Release,
  uri: string = path,
): RequestInfo {
  const since41 = inRange(release.name, { since: 'v4.1' });
  const info: Draft = {
    isResourceRequest: false,
    isKubernetesRequest: false,
    path,
    localPath: path,
    verb: method,
    apiPrefix: '',
    apiGroup: '',
    apiVersion: '',
    resource: '',
    subresource: '',
    name: '',
    namespace: '',
    workspace: '',
    devops: '',
    cluster: '',
    scope: '',
    parts: [],
  };
  let parts = split(path);
  if (parts.length < 3) {
    info.isKubernetesRequest = parts[0] === 'api' || parts[0] === 'apis';
    return info;
  }
  if (since41 && parts[0] === 'clusters') {
    info.cluster = parts[1] ?? '';
    parts = parts.slice(2);
    info.localPath = info.path = cutPrefix(path, info.cluster);
    // Differs from KubeSphere: it cannot answer discovery for a member, for which kubectl asks first.
    if (parts.length < 3 && (parts[0] === 'api' || parts[0] === 'apis')) {
      info.isKubernetesRequest = true;
      return info;
    }
  }
  const prefix = parts[0] ?? '';
  if (!prefixes.has(prefix)) return info;
  info.apiPrefix = prefix;
  info.isKubernetesRequest = prefix === 'api' || prefix === 'apis';
  parts = parts.slice(1);
  if (info.cluster === '' && parts[0] === 'clusters') {
    info.cluster = parts[1] ?? '';
    info.localPath = path.replace(`/clusters/${info.cluster}`, '');
    if (since41) info.path = info.localPath;
    if (parts.length > 2) parts = parts.slice(2);
  }
  if (!ungrouped.has(prefix)) {
    if (parts.length < 3) return info;
    info.apiGroup = parts[0] ?? '';
    parts = parts.slice(1);
  }
  // Differs from KubeSphere: with nothing left after a cluster the real server panics and drops the connection.
  if (parts.length < 2) throw notUnderstood(uri);
  info.isResourceRequest = true;
  info.apiVersion = parts[0] ?? '';
  parts = parts.slice(1);
  info.verb = verbs[method] ?? '';
  if (parts[0] === 'watch' || parts[0] === 'proxy') {
    info.verb = parts[0];
    if (parts.length < 2) throw notUnderstood(uri);
    parts = parts.slice(1);
  }
  // The gateway of 2.1 reads paths as Kubernetes does: what follows a workspace is a part of it.
  const knowsTenants = inRange(release.name, { since: 'v3.0' });
  if (knowsTenants || parts[0] === 'namespaces') parts = takeContainers(info, parts, since41);
  info.parts = parts;
  info.resource = parts[0] ?? '';
  info.name = parts[1] ?? '';
  if (info.verb !== 'proxy') info.subresource = parts[2] ?? '';
  info.scope = scopeOf(info, release, since41);
  refineVerb(info, query);
  return info;
}

function notUnderstood(uri: string): ApiError {
  const why = `failed to crate RequestInfo: unable to determine kind and namespace from url: ${uri}`;
  return new ApiError(500, 'InternalError', `Internal Server Error: "${uri}": ${why}`, { dialect: 'text' });
}

function split(path: string): string[] {
  const trimmed = path.replace(/^\/+|\/+$/g, '');
  return trimmed === '' ? [] : trimmed.split('/');
}

function cutPrefix(path: string, cluster: string): string {
  const rest = path.replace(`/clusters/${cluster}`, '');
  return rest === '' ? '/' : rest;
}

/** Reads workspace, DevOps project and namespace off the front; each is dropped when more follows it. */
function takeContainers(info: Draft, given: string[], since41: boolean): string[] {
  let parts = given;
  if (parts[0] === 'workspaces' || (since41 && parts[0] === 'workspacetemplates')) {
    info.workspace = parts[1] ?? '';
    if (parts.length > 2) parts = parts.slice(2);
  }
  if (parts[0] === 'namespaces') {
    info.namespace = parts[1] ?? '';
    if (parts.length > 2 && !namespaceSubresources.has(parts[2] ?? '')) parts = parts.slice(2);
  } else if (!since41 && parts[0] === 'devops' && parts.length > 1) {
    info.devops = parts[1] ?? '';
    if (parts.length > 2) parts = parts.slice(2);
  }
  return parts;
}

function scopeOf(info: Draft, release: Release, since41: boolean): ResourceScope {
  // 3.1 decides before it knows the resource, so nothing is Global there.
  const knowsResource = inRange(release.name, { since: 'v3.3' });
  const isGlobal =
    knowsResource &&
    release.globalResources.some(
      ([group, resource]) => group === info.apiGroup && resource === info.resource,
    );
  if (isGlobal) return since41 && info.workspace !== '' ? 'Workspace' : 'Global';
  if (info.namespace !== '') return 'Namespace';
  if (info.devops !== '') return 'DevOps';
  if (info.workspace !== '') return 'Workspace';
  return 'Cluster';
}

function refineVerb(info: Draft, query: URLSearchParams): void {
  if (info.name === '' && info.verb === 'get') {
    info.verb = wantsWatch(query) ? 'watch' : 'list';
    info.name = nameSelectedBy(query) ?? '';
  }
  if (info.verb === 'watch') {
    const selector = query.get('labelSelector') ?? '';
    if (selector.startsWith(workspaceSelector)) {
      info.workspace = selector.slice(workspaceSelector.length);
      info.scope = 'Workspace';
    }
  }
  if (info.name === '' && info.verb === 'delete') info.verb = 'deletecollection';
}

/** Anything but `false` and `0` asks for a watch, an empty value included. */
function wantsWatch(query: URLSearchParams): boolean {
  const watch = query.get('watch')?.toLowerCase();
  return watch !== undefined && watch !== 'false' && watch !== '0';
}

/** The one name a field selector leaves; `undefined` for none, or when the list options as a whole cannot be read. */
function nameSelectedBy(query: URLSearchParams): string | undefined {
  const selector = query.get('fieldSelector') ?? '';
  if (selector === '') return undefined;
  if (['limit', 'timeoutSeconds'].some((key) => !/^[+-]?\d+$/.test(query.get(key) ?? '0'))) return undefined;
  const values = new Map<string, string>();
  for (const [term] of selector.matchAll(/(?:\\.|[^,\\])+/g)) {
    const [, field, operator, value] = /^(.*?)(!=|==|=)(.*)$/s.exec(term) ?? [];
    if (field === undefined || value === undefined || !/^(?:\\[\\,=]|[^\\,=])*$/.test(value))
      return undefined;
    if (operator !== '!=' && !values.has(field)) values.set(field, value.replace(/\\(.)/g, '$1'));
  }
  const name = values.get('metadata.name');
  return name === undefined || name === '.' || name === '..' || /[/%]/.test(name) ? undefined : name;
}
