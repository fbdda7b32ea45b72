import { ApiError, badRequest, notFound, notImplemented, verbNotSupported } from '../core/api-error.js';
import { encodeCompact, type JsonObject } from '../core/json.js';
import type { Handler, Reply, RequestContext, Resource, Subresource } from '../registry/contract.js';
import { hasStatusEndpoint } from '../registry/generation.js';
import { accept, type WireType } from '../registry/negotiation.js';
import { deleteObject } from '../registry/verbs/delete.js';
import { getObject } from '../registry/verbs/get.js';
import { listObjects } from '../registry/verbs/list.js';
import { admittedDeletion, admittedPart, guardedWrite } from './admission/admitted.js';
import { aggregatedDiscovery, aggregatedType, aggregatedVersion } from './aggregated-discovery.js';
import { componentStatuses, componentStatusList } from './component-statuses.js';
import { withDeprecation } from './custom-resources/deprecation.js';
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './discovery.js';
import { answer, answerList, answerObject, answerUnstored, type AnswerForm } from './encoding.js';
import { seeingEvents } from './events/event-store.js';
import type { KindRequest } from './kind-request.js';
import { checkReached, readListOptions, type KubeListOptions } from './list-options.js';
import { parseNativePath, type NativePath } from './native-path.js';
import { readDeleteOptions, type DeleteQuery } from './options-from-query.js';
import { patchFrom } from './patch-object.js';
import { hasProtobuf } from './protobuf/answers.js';
import { protobufType, protobufWatchType } from './protobuf/envelope.js';
import { readObjectBody } from './read-object-body.js';
import { impersonates } from './reviews/kubernetes-user.js';
import type { ServedKind } from './served-kind.js';
import { seeingItsVersion } from './version-kinds.js';
import { withServerHeaders } from './server-headers.js';
import { transformOf } from './transform.js';
import { asksForWebSocket, watchOverWebSocket } from './web-socket-watch.js';
import { withWarnings } from './warnings.js';
import { answerWatch } from './watch.js';
import { createFrom, updateFrom } from './write-object.js';

const served = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const watched = ['application/json;stream=watch', protobufWatchType];
/** What objects without a protobuf form can be written as. */
const plain: readonly WireType[] = ['application/json', 'application/yaml'];

/**
 * Answers `/api` and `/apis` as the Kubernetes underneath does: the real server passes these requests on and the
 * answers back unchanged.
 *
 * @see kubernetes/apiserver pkg/endpoints/installer.go, pkg/endpoints/handlers
 */
export const kubernetes: Handler = withServerHeaders((request) => {
  const context = seeingItsVersion(request);
  if (!impersonates(context)) return answerRequest(context);
  return import('./reviews/impersonation.js').then(({ checkImpersonated }) => {
    checkImpersonated(context);
    return answerRequest(context);
  });
});

function answerRequest(context: RequestContext): Reply | Promise<Reply> {
  const path = parseNativePath(context.info.localPath);
  if (path.plural === '') {
    if (context.method !== 'GET' && context.method !== 'HEAD') throw notAllowed();
    const aggregated = path.group === '' && path.version === '' ? answerAggregated(context) : undefined;
    return aggregated ?? answer(discover(context, path), formOf(context));
  }
  const resource = context.catalog.find(path.group, path.version, path.plural);
  if (resource === undefined) throw unknownResource(context, path);
  const kind = { resource, version: path.version, release: context.release.name };
  const form = connections.has(path.subresource) ? anyForm(context) : formOf(context, kind);
  if (resource.plural === 'componentstatuses' && resource.group === '')
    return withDeprecation(() => answerComponents(context, path, form), resource, path.version, context);
  const request: KindRequest = {
    // Events of the newer group are those of the core group in another form.
    context: path.group === 'events.k8s.io' ? seeingEvents(context) : context,
    path,
    kind,
    form,
  };
  checkScope(request);
  const served = resource.defined?.conversion === undefined ? serve : converted;
  return withDeprecation(() => served(request), resource, path.version, context);
}

/** Serves a kind whose versions a webhook converts, by code that is only then loaded. */
async function converted(request: KindRequest): Promise<Reply> {
  const { serveConverted } = await import('./custom-resources/conversion/serve-converted.js');
  return serveConverted(request, serve);
}

function serve(request: KindRequest): Reply | Promise<Reply> {
  const { path, kind } = request;
  if (kind.resource.group === 'metrics.k8s.io') return serveFigures(request);
  if (path.subresource !== '') return serveSubresource(request);
  if (path.watch) return serveOldWatch(request);
  return path.name === '' ? serveCollection(request) : serveObject(request);
}

/** Figures are reckoned when they are asked for, by code that is only then loaded. */
async function serveFigures(request: KindRequest): Promise<Reply> {
  if (request.path.subresource !== '') throw noSuchResource();
  if (request.context.method !== 'GET' && request.context.method !== 'HEAD') throw notAllowed();
  const { serveMetrics } = await import('./kubelet/serve-metrics.js');
  return serveMetrics(request);
}

/** Parts that are a connection to something else: what they answer with is its affair. */
const connections = new Set(['attach', 'exec', 'portforward', 'proxy']);

/**
 * The form of an answer, as the caller accepts it.
 *
 * @param kind What is asked for; absent: what is served.
 * @throws ApiError 406
 * @see kubernetes/apiserver pkg/endpoints/handlers/rest.go AllowsMediaTypeTransform
 */
function formOf(context: RequestContext, kind?: ServedKind): AnswerForm {
  const form = anyForm(context);
  const wires = kind === undefined || hasProtobuf(kind) ? undefined : plain;
  const accepted = accept(form.negotiation.accept, canTransform, wires);
  if (accepted === undefined) throw notAcceptable();
  return { ...form, accepted };
}

/** A table has no protobuf form; metadata alone has one whatever the kind. */
function canTransform(parameters: ReadonlyMap<string, string>, wire: WireType): boolean {
  const transform = transformOf(parameters);
  return transform !== undefined && (transform.as !== 'Table' || wire !== protobufType);
}

/** The form of an answer, whatever the caller accepts. */
function anyForm(context: RequestContext): AnswerForm {
  const header = (name: string): string => {
    const value = context.headers[name];
    return typeof value === 'string' ? value : '';
  };
  return {
    negotiation: {
      release: context.release.name,
      accept: header('accept'),
      userAgent: header('user-agent'),
      pretty: context.query.get('pretty'),
    },
    accepted: { wire: 'application/json', parameters: new Map() },
    include: context.query.get('includeObject'),
    now: context.world.clock.now(),
  };
}

function notAcceptable(types = served): ApiError {
  return new ApiError(
    406,
    'NotAcceptable',
    `only the following media types are accepted: ${types.join(', ')}`,
  );
}

/** Discovery in one answer; `undefined` for those who want it piece by piece. */
function answerAggregated({ catalog, headers, info }: RequestContext): Reply | undefined {
  const wanted = headers['accept'];
  if (typeof wanted !== 'string') return undefined;
  const accepted = accept(
    wanted,
    (parameters, wire) => wire === 'application/json' && aggregatedVersion(parameters) !== undefined,
  );
  const version = accepted?.wire === 'application/json' ? aggregatedVersion(accepted.parameters) : undefined;
  if (version === undefined) return undefined;
  const root = info.localPath.startsWith('/apis') ? 'apis' : 'api';
  return {
    status: 200,
    contentType: aggregatedType(version),
    headers: { Vary: 'Accept' },
    body: `${encodeCompact(aggregatedDiscovery(catalog, root, version))}\n`,
  };
}

function discover({ catalog, info, headers }: RequestContext, { group, version }: NativePath): JsonObject {
  if (group === '' && version === '') {
    if (info.localPath.startsWith('/apis')) return apiGroupList(catalog);
    return apiVersions(typeof headers['host'] === 'string' ? headers['host'] : '');
  }
  const found = version === '' ? apiGroup(catalog, group) : apiResourceList(catalog, group, version);
  if (found === undefined) throw pageNotFound();
  return found;
}

/** 404 of a group nobody serves, as text. */
function pageNotFound(): ApiError {
  return new ApiError(404, 'NotFound', '404 page not found', { dialect: 'text' });
}

function unknownResource({ catalog }: RequestContext, { group, version }: NativePath): ApiError {
  const isServed = catalog.resources.some(
    (one) => one.group === group && one.versions.includes(version) && !one.custom,
  );
  return isServed ? noSuchResource() : pageNotFound();
}

function noSuchResource(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', { details: {} });
}

function notAllowed(): ApiError {
  return new ApiError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {
      details: {},
    },
  );
}

/** How a kind that a definition describes refuses a verb; those built in are refused by the router. */
function notSupported({ context, kind: { resource } }: KindRequest): ApiError {
  if (!resource.custom) return notAllowed();
  return verbNotSupported(partVerbs[context.method] ?? '', resource.group, resource.plural);
}

function checkScope({ context, path, kind }: KindRequest): void {
  const { namespaced, custom } = kind.resource;
  if (custom) {
    const isRead = context.method === 'GET' || context.method === 'HEAD';
    const isAcross = path.watch || (isRead && path.name === '');
    const isEverywhere = namespaced && path.namespace === '' && !isAcross;
    if (isEverywhere || (!namespaced && path.namespace !== '')) throw pageNotFound();
    return;
  }
  if (!namespaced && path.namespace !== '') throw noSuchResource();
  if (namespaced && path.namespace === '' && path.name !== '') throw noSuchResource();
}

function answerComponents(
  { release, method }: RequestContext,
  { name }: NativePath,
  form: AnswerForm,
): Reply {
  if (method !== 'GET' && method !== 'HEAD') throw notAllowed();
  const all = componentStatuses(release.name);
  const resource = { group: '', plural: 'componentstatuses' };
  const kind = { release: release.name };
  if (name === '') return answerUnstored(componentStatusList(release.name), all, resource, kind, form);
  const found = all.find(({ metadata }) => (metadata as JsonObject)['name'] === name);
  if (found === undefined) throw notFound(resource, name);
  const one = { kind: 'ComponentStatus', apiVersion: 'v1', ...found };
  return answerUnstored(one, [found], resource, kind, form);
}

function serveCollection(request: KindRequest): Reply | Promise<Reply> {
  const { context, path, kind, form } = request;
  switch (context.method) {
    case 'GET':
    case 'HEAD': {
      checkVerb(kind.resource, 'list');
      const options = readListOptions(context.query, kind.resource, context.cluster.store.version, false);
      if (options.watch) return watch(request, options);
      return answerList(
        listObjects(context, kind.resource, { ...options, namespace: path.namespace }),
        kind,
        form,
        path.namespace,
      );
    }
    case 'POST':
      checkVerb(kind.resource, 'create');
      if (kind.resource.namespaced && path.namespace === '') throw notAllowed();
      return createFrom(request);
    case 'DELETE':
      checkVerb(kind.resource, 'deletecollection');
      // The installer registers it below a namespace only.
      if (kind.resource.namespaced && path.namespace === '') throw notAllowed();
      return deleteCollection(request);
    case 'PUT':
    case 'PATCH':
      throw kind.resource.custom ? badRequest('name must be provided') : notAllowed();
    default:
      throw notSupported(request);
  }
}

/**
 * The `/watch/` paths. Where a definition describes the kind they are a watch whatever the method, as the verb that is
 * authorized; the router has no other method for those built in.
 *
 * @see kubernetes/kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go
 */
function serveOldWatch(request: KindRequest): Reply {
  const { context, kind } = request;
  const isRead = context.method === 'GET' || context.method === 'HEAD';
  if (!isRead && !kind.resource.custom) throw notAllowed();
  checkVerb(kind.resource, 'list');
  return watch(request, readListOptions(context.query, kind.resource, context.cluster.store.version, true));
}

function watch(request: KindRequest, options: KubeListOptions): Reply {
  const { context, kind, form } = request;
  checkVerb(kind.resource, 'watch');
  if (form.accepted.wire === 'application/yaml') throw notAcceptable(watched);
  const reply = answerWatch(request, options);
  return asksForWebSocket(context) ? watchOverWebSocket(reply) : reply;
}

function checkVerb(resource: Resource, verb: string): void {
  if (!resource.verbs.includes(verb)) throw notAllowed();
}

function serveObject(request: KindRequest): Reply | Promise<Reply> {
  const { context, path, kind, form } = request;
  const key = { namespace: path.namespace, name: path.name };
  switch (context.method) {
    case 'GET':
    case 'HEAD':
      checkVerb(kind.resource, 'get');
      checkReached(context.query.get('resourceVersion') ?? '', context.cluster.store.version);
      return answerObject(getObject(context, kind.resource, key), kind, form);
    case 'PUT':
      checkVerb(kind.resource, 'update');
      return updateFrom(request);
    case 'PATCH':
      checkVerb(kind.resource, 'patch');
      return patchFrom(request);
    case 'DELETE':
      checkVerb(kind.resource, 'delete');
      return remove(request);
    case 'POST':
      // The kind of a definition looks at no name here.
      if (kind.resource.custom) return createFrom(request);
      throw notAllowed();
    default:
      throw notSupported(request);
  }
}

/** Kinds whose dependents stay unless the caller says otherwise, as they did before there was a garbage collector. */
const orphaned = new Set(['jobs.batch', 'replicationcontrollers.']);
const podsStay =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning';

async function remove(request: KindRequest): Promise<Reply> {
  const { context, path, kind, form } = request;
  const { resource } = kind;
  const { options, warnings } = await readDeletion(context, resource);
  const key = { namespace: path.namespace, name: path.name };
  const told = [...warnings];
  const write = {
    ...guardedWrite(request, '', options.dryRun === true, told),
    options: shownOptions(options),
  };
  const { stored, gone } = await admittedDeletion(write, key, () =>
    deleteObject(context, resource, key, options),
  );
  if (!gone || resource.deleted === 'object') {
    const status = !gone && options.cascades ? 202 : 200;
    return withWarnings(answerObject(stored, kind, form, status), told);
  }
  const { name, uid } = stored.object.metadata;
  const details = {
    name,
    ...(resource.group !== '' && { group: resource.group }),
    kind: resource.plural,
    ...(uid !== undefined && { uid }),
  };
  const done = answer({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }, form);
  return withWarnings(done, told.slice(warnings.length));
}

/** The options of a deletion as admission is shown them. */
function shownOptions({ gracePeriodSeconds, propagation, preconditions }: DeleteQuery): JsonObject {
  return {
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(preconditions && { preconditions: { ...preconditions } }),
    ...(propagation !== undefined && { propagationPolicy: propagation }),
  };
}

/** How a deletion is meant, and what its caller is told about that. */
async function readDeletion(
  context: RequestContext,
  { plural, group }: Resource,
): Promise<{ readonly options: DeleteQuery; readonly warnings: readonly string[] }> {
  const { body, query } = context;
  const expected = { kind: 'DeleteOptions', type: 'meta/v1.DeleteOptions' };
  const options = readDeleteOptions(
    query,
    body === undefined ? undefined : await readObjectBody(context, expected),
  );
  const orphans = options.propagation === undefined && orphaned.has(`${plural}.${group}`);
  if (!orphans) return { options, warnings: [] };
  return { options: { ...options, propagation: 'Orphan' }, warnings: plural === 'jobs' ? [podsStay] : [] };
}

/** @see kubernetes/apiserver pkg/registry/generic/registry/store.go DeleteCollection */
async function deleteCollection(request: KindRequest): Promise<Reply> {
  const { context, path, kind, form } = request;
  const { resource } = kind;
  const listed = readListOptions(context.query, resource, context.cluster.store.version);
  const { options, warnings } = await readDeletion(context, resource);
  const told = [...warnings];
  const page = listObjects(context, resource, { ...listed, namespace: path.namespace });
  for (const { object } of page.items) {
    const { name, namespace = '' } = object.metadata;
    if (context.cluster.store.find(resource, namespace, name) === undefined) continue;
    const write = {
      ...guardedWrite(request, '', options.dryRun === true, told),
      options: shownOptions(options),
    };
    await admittedDeletion(write, { namespace, name }, () =>
      deleteObject(context, resource, { namespace, name }, options),
    );
  }
  return withWarnings(answerList(page, kind, form, path.namespace), told);
}

const partVerbs: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

function serveSubresource(request: KindRequest): Reply | Promise<Reply> {
  const { context, path, kind, form } = request;
  const { resource } = kind;
  const known = resource.subresources?.find(({ name }) => name === path.subresource);
  if (known === undefined) throw resource.custom ? pageNotFound() : noSuchResource();
  const isStatus = known.name === 'status' && hasStatusEndpoint(resource);
  if (context.method === 'GET' && isStatus) {
    return answerObject(
      getObject(context, resource, { namespace: path.namespace, name: path.name }),
      kind,
      form,
    );
  }
  if (context.method === 'PUT' && isStatus) return updateFrom(request, 'status');
  if (context.method === 'PUT' && known.name === 'finalize') return updateFrom(request, 'finalize');
  if (context.method === 'PATCH' && isStatus) return patchFrom(request, 'status');
  return servePart(request, known);
}

/** A part that is more than a piece of the object; its code is only then loaded. */
async function servePart(request: KindRequest, part: Subresource): Promise<Reply> {
  const { subresourceHandler } = await import('./subresources/index.js');
  const verb = partVerbs[request.context.method] ?? '';
  if (!part.verbs.includes(verb)) throw notSupported(request);
  const handle = subresourceHandler(request.kind.resource, part);
  if (handle === undefined)
    throw notImplemented(`the subresource ${request.kind.resource.plural}/${part.name}`);
  return admittedPart(request, part, handle);
}
