import { digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { Reply, RequestContext, Subresource } from '../../registry/contract.js';
import type { KindRequest } from '../kind-request.js';
import { readObjectBody } from '../read-object-body.js';
import { apiVersionOf } from '../served-kind.js';
import { kubernetesUser } from '../reviews/kubernetes-user.js';
import type { Attributes, Operation } from './attributes.js';
import { judge } from './admit.js';
import type { Guards } from './guards.js';
import { mutate } from './webhooks/run-webhooks.js';

/** Answers a request to a part. */
type Handle = (request: KindRequest, part: Subresource) => Reply | Promise<Reply>;

/** Kinds of what connects to something, as reviews show them. */
const connectKinds: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  pods: {
    attach: 'PodAttachOptions',
    exec: 'PodExecOptions',
    portforward: 'PodPortForwardOptions',
    proxy: 'PodProxyOptions',
  },
  nodes: { proxy: 'NodeProxyOptions' },
  services: { proxy: 'ServiceProxyOptions' },
};

const operations: Readonly<Record<string, Operation>> = { POST: 'CREATE', PUT: 'UPDATE', PATCH: 'UPDATE' };

/**
 * Asks admission about a write to a part of an object that is more than a piece of it, or about a connection.
 *
 * @returns the request as it is to be answered: with what webhooks have made of its body
 * @throws ApiError when it is refused
 */
export async function admitPart(
  request: KindRequest,
  part: Subresource,
  handle: Handle,
  guards: Guards,
  warn: (text: string) => void,
): Promise<KindRequest> {
  const { context, kind, path } = request;
  const { resource, version } = kind;
  const connect = connectKinds[resource.plural]?.[part.name];
  const operation = connect === undefined ? operations[context.method] : 'CONNECT';
  if (operation === undefined) return request;
  const seen = await objectsOf(request, part, handle, operation, connect);
  const [group = '', partVersion = ''] = part.apiVersion.includes('/')
    ? part.apiVersion.split('/', 2)
    : ['', part.apiVersion];
  const attributes: Attributes = {
    context,
    operation,
    kind: { group, version: connect === undefined ? partVersion : 'v1', kind: connect ?? part.kind },
    resource,
    version,
    subresource: part.name,
    namespace: resource.plural === 'namespaces' && resource.group === '' ? path.name : path.namespace,
    name: path.name,
    ...seen,
    options: optionsOf(operation, context),
    dryRun: context.query.getAll('dryRun').includes('All'),
    user: kubernetesUser(context),
  };
  const changed = guards.mutating ? await mutate(attributes, warn) : undefined;
  await judge({ ...attributes, object: changed ?? attributes.object }, guards, warn);
  if (changed === undefined || operation === 'CONNECT') return request;
  return withBody(request, operation === 'UPDATE' ? 'PUT' : 'POST', changed);
}

/**
 * Asks admission about the creation of an object that is never stored.
 *
 * @returns the request as it is to be answered: with what webhooks have made of its body
 * @throws ApiError when it is refused
 */
export async function admitQuestion(
  request: KindRequest,
  guards: Guards,
  warn: (text: string) => void,
): Promise<KindRequest> {
  const { context, kind, path } = request;
  const { resource, version } = kind;
  const body = await readObjectBody(context, { kind: resource.kind });
  const object = { ...body, kind: resource.kind, apiVersion: apiVersionOf(kind) };
  const attributes: Attributes = {
    context,
    operation: 'CREATE',
    kind: { group: resource.group, version, kind: resource.kind },
    resource,
    version,
    subresource: '',
    namespace: path.namespace,
    name: digString(body, 'metadata', 'name'),
    object,
    oldObject: undefined,
    options: optionsOf('CREATE', context),
    dryRun: context.query.getAll('dryRun').includes('All'),
    user: kubernetesUser(context),
  };
  const changed = guards.mutating ? await mutate(attributes, warn) : undefined;
  await judge({ ...attributes, object: changed ?? object }, guards, warn);
  return changed === undefined ? request : withBody(request, 'POST', changed);
}

function optionsOf(operation: Operation, { query }: RequestContext): JsonObject {
  if (operation === 'CONNECT') return {};
  const manager = query.get('fieldManager') ?? '';
  return {
    kind: operation === 'CREATE' ? 'CreateOptions' : 'UpdateOptions',
    apiVersion: 'meta.k8s.io/v1',
    ...(manager !== '' && { fieldManager: manager }),
  };
}

async function objectsOf(
  request: KindRequest,
  part: Subresource,
  handle: Handle,
  operation: Operation,
  connect: string | undefined,
): Promise<Pick<Attributes, 'object' | 'oldObject'>> {
  const { context } = request;
  if (operation === 'CONNECT')
    return { object: connectOptions(context.query, connect ?? ''), oldObject: undefined };
  if (operation === 'CREATE') {
    const body = await readObjectBody(context, { kind: part.kind });
    return { object: { kind: part.kind, apiVersion: part.apiVersion, ...body }, oldObject: undefined };
  }
  const before = await handle(
    asking(request, { method: 'GET', body: undefined, query: new URLSearchParams() }),
    part,
  );
  const query = new URLSearchParams(context.query);
  query.set('dryRun', 'All');
  const after = await handle(asking(request, { query }), part);
  return { object: bodyOf(after), oldObject: bodyOf(before) };
}

/** A query as the options it stands for. */
function connectOptions(query: URLSearchParams, kind: string): JsonObject {
  const members = [...new Set(query.keys())].map((key): [string, Json] => {
    const values = query.getAll(key);
    if (key === 'command' || key === 'ports') return [key, values];
    const [value = ''] = values;
    return [key, value === 'true' || value === 'false' ? value === 'true' : value];
  });
  return { kind, apiVersion: 'v1', ...Object.fromEntries(members) };
}

/** The same request asked in another way, for JSON. */
function asking(
  request: KindRequest,
  other: Partial<Pick<RequestContext, 'method' | 'query' | 'body'>>,
): KindRequest {
  const accepted = { wire: 'application/json' as const, parameters: new Map<string, string>() };
  return { ...request, form: { ...request.form, accepted }, context: { ...request.context, ...other } };
}

function bodyOf({ body }: Reply): JsonObject | undefined {
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) return undefined;
  const value = JSON.parse(body.toString()) as Json;
  return isJsonObject(value) ? value : undefined;
}

function withBody(request: KindRequest, method: string, object: JsonObject): KindRequest {
  const { context } = request;
  const headers = { ...context.headers, 'content-type': 'application/json' };
  const body = Buffer.from(JSON.stringify(object));
  return { ...request, context: { ...context, method, headers, body } };
}
