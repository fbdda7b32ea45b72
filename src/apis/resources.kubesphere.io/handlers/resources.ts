import { ApiError, notFound } from '../../../core/api-error.js';
import type { JsonObject } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import { inRange } from '../../../core/release.js';
import { goQuote } from '../../../core/go-format.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { listReply, objectReply, type ListOptions, type Show } from '../../../registry/entity-reply.js';
import { json } from '../../../registry/reply.js';
import { untyped } from '../../../registry/typed-json.js';
import type { StoredObject } from '../../../state/object-store.js';
import { registeredKind, type RegisteredKind } from '../registered-kinds.js';
import { aggregatedRoles } from '../../../rbac/aggregated-roles.js';
import { boundUsers } from '../../../rbac/bound-users.js';
import { podsOf, withNodeRequests } from './node-requests.js';
import { withClaimUse } from './claim-use.js';
import { isLent, listLent, withClaimCount } from './old-lists.js';

/** Secrets of a cluster's kubeconfig are not for readers of this API. */
const withoutKubeconfig: Show = (cluster) => {
  const spec = cluster['spec'] as JsonObject | undefined;
  const connection = spec?.['connection'] as JsonObject | undefined;
  if (connection?.['kubeconfig'] === undefined) return cluster;
  const { kubeconfig: _kubeconfig, ...rest } = connection;
  return { ...cluster, spec: { ...spec, connection: rest } };
};

/**
 * `GET /{resources}` and `GET /namespaces/{namespace}/{resources}`.
 *
 * @throws ApiError 404 for kinds this release does not serve
 * @see kubesphere/kubesphere pkg/kapis/resources/v1alpha3/handler.go
 */
export function listResources(context: RequestContext): Reply {
  const kind = kindOf(context);
  const { store } = context.cluster;
  const namespace = kind.namespaced ? (context.params['namespace'] ?? '') : '';
  if (isLent(context, kind.plural)) return listLent(context, kind, namespace);
  const all = store.list(kind, namespace);
  if (kind.plural === 'users') {
    const found = boundUsers(context, all);
    if (found !== undefined)
      return listReply(context, kind, found.users, undefined, { consumed: found.consumed });
  }
  const aggregated = aggregatedRoles(context.query, kind.plural, all);
  if (aggregated !== undefined) {
    return listReply(context, kind, aggregated, undefined, { consumed: ['aggregateTo'] });
  }
  return listReply(context, kind, all, ...presentation(context, kind));
}

/** `GET /{resources}/{name}` and its form in a namespace. @throws ApiError 404, up to 3.4 500 */
export function getResource(context: RequestContext): Reply {
  const kind = kindOf(context);
  const { namespace = '', name = '' } = context.params;
  const found = context.cluster.store.find(kind, kind.namespaced ? namespace : undefined, name);
  // A namespaced kind asked for without its namespace is not found.
  if (found === undefined || (kind.namespaced && namespace === '')) throw missing(context, kind, name);
  return oneObject(context, kind, found);
}

function oneObject(context: RequestContext, kind: RegisteredKind, { object }: StoredObject): Reply {
  const [show = (same: KubeObject) => same] = presentation(context, kind, true);
  const shown = show(object);
  if (isUntyped(context, kind)) return json(untyped(shown));
  return objectReply(context, kind, shown);
}

function kindOf(context: RequestContext): RegisteredKind {
  const { resources = '', namespace = '' } = context.params;
  const kind = registeredKind(resources, context.release);
  const isMisplaced = namespace !== '' && kind?.namespaced === false && context.release.name !== 'v3.0';
  if (kind === undefined || isMisplaced || !isThere(context, kind)) {
    throw new ApiError(404, 'NotFound', 'resource is not supported');
  }
  return kind;
}

function isThere({ catalog }: RequestContext, { group, plural, foreign }: RegisteredKind): boolean {
  return foreign === true || catalog.byPlural(group, plural) !== undefined;
}

function isUntyped({ release }: RequestContext, { untyped: range }: RegisteredKind): boolean {
  return range !== undefined && inRange(release.name, range);
}

/** How items of a kind differ from what is stored. */
function presentation(
  context: RequestContext,
  kind: RegisteredKind,
  alone = false,
): [show?: Show | undefined, options?: ListOptions] {
  if (kind.plural === 'clusters') return [withoutKubeconfig, { form: 'without kubeconfig' }];
  if (isUntyped(context, kind)) return [undefined, { form: 'untyped', untyped: true }];
  if (inRange(context.release.name, { since: 'v4.1' })) return [];
  if (kind.plural === 'storageclasses') return [withClaimCount(context)];
  if (kind.plural === 'nodes') {
    const basis = podsOf(context.cluster.store);
    return [withNodeRequests(context, alone), { form: 'with requests', basis }];
  }
  if (kind.plural === 'persistentvolumeclaims') return [withClaimUse(context)];
  return [];
}

function missing(
  context: RequestContext,
  { group, plural, foreign }: RegisteredKind,
  name: string,
): ApiError {
  if (foreign === true) {
    const singular = plural.replace(/(?:(?<=ss)e)?s$/, '');
    return new ApiError(500, 'InternalError', notFound({ group, plural: singular }, name).message);
  }
  const resource = context.catalog.get(group, plural);
  if (inRange(context.release.name, { since: 'v4.1' })) {
    const kind = group === '' ? resource.kind : `${resource.kind}.${group}`;
    return new ApiError(404, 'NotFound', `${kind} ${goQuote(name)} not found`);
  }
  const { message } = notFound({ group, plural: resource.singular }, name);
  return new ApiError(500, 'InternalError', message);
}
