import { digObject, digString, type JsonObject } from '../../../core/json.js';
import { label, type KubeObject } from '../../../core/kube-object.js';
import { aggregationRolesAnnotation, workspaceLabel } from '../../../core/well-known-keys.js';
import { aggregatedRoles } from '../../../rbac/aggregated-roles.js';
import { scopeKinds, type RoleScope } from '../../../rbac/role-scopes.js';
import { assertNameMatches } from '../../../registry/assert-name-matches.js';
import type { Handler, Reply, RequestContext, Resource, Route } from '../../../registry/contract.js';
import { readTypedBody } from '../../../registry/read-json-body.js';
import { success } from '../../../registry/reply.js';
import { createObject } from '../../../registry/verbs/create.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { patchObject } from '../../../registry/verbs/patch.js';
import { updateObject } from '../../../registry/verbs/update.js';
import { withAggregatedRules } from './aggregate-rules.js';
import { missingRole, type Place } from './bind-user.js';
import { listReply, objectReply } from '../../../registry/entity-reply.js';

/** Roles of one scope and, where the scope has places, of one of them. */
interface RoleRequest {
  readonly scope: RoleScope;
  readonly place: Place;
  /** Empty on the list. */
  readonly name: string;
  readonly resource: Resource;
}

/**
 * Routes for the roles of one scope (3.x): create and replace share one rule, and rules are always worked out anew.
 *
 * @see kubesphere/kubesphere pkg/models/iam/am/am.go CreateOrUpdateGlobalRole
 */
export function roleRoutes(path: string, nameParam: string, scope: RoleScope, placeParam?: string): Route[] {
  const of =
    (handle: (context: RequestContext, role: RoleRequest) => Reply): Handler =>
    (context) => {
      const { params, catalog, release } = context;
      const { roles } = scopeKinds(scope, release.name);
      return handle(context, {
        scope,
        place: placeParam === undefined ? undefined : params[placeParam],
        name: params[nameParam] ?? '',
        resource: catalog.get(roles.group, roles.plural),
      });
    };
  const one = `${path}/{${nameParam}}`;
  return [
    { method: 'POST', path, handle: of(writeRole) },
    { method: 'DELETE', path: one, handle: of(deleteRole) },
    { method: 'PUT', path: one, handle: of(writeRole) },
    { method: 'PATCH', path: one, handle: of(patchRole), consumes: patchTypes },
    { method: 'GET', path, handle: of(listRoles) },
    { method: 'GET', path: one, handle: of(getRole) },
  ];
}

const patchTypes = ['application/json', 'application/merge-patch+json', 'application/json-patch+json'];

function listRoles(context: RequestContext, { scope, place, resource }: RoleRequest): Reply {
  const all = context.cluster.store.list(resource, scope === 'namespace' ? place : undefined);
  const found =
    scope === 'workspace' && !asksForTemplates(context)
      ? all.filter(({ object }) => label(object, workspaceLabel) === place)
      : all;
  const aggregated = aggregatedRoles(context.query, resource.plural, found);
  return listReply(context, resource, aggregated ?? found, undefined, {
    consumed: ['workspace', ...(aggregated === undefined ? [] : ['aggregateTo'])],
  });
}

/** Role templates belong to no workspace. */
function asksForTemplates({ query }: RequestContext): boolean {
  const selectors = `${query.get('labelSelector') ?? ''},${query.get('label') ?? ''}`;
  return (query.get('aggregateTo') ?? '') !== '' || selectors.includes('iam.kubesphere.io/role-template');
}

function findRole(
  context: RequestContext,
  { scope, place, resource }: RoleRequest,
  name: string,
): KubeObject {
  const found = context.cluster.store.find(resource, scope === 'namespace' ? place : undefined, name)?.object;
  if (found === undefined) throw missingRole(context, scope, name);
  return found;
}

function ownRole(context: RequestContext, request: RoleRequest): KubeObject {
  const role = findRole(context, request, request.name);
  const isElsewhere = request.scope === 'workspace' && label(role, workspaceLabel) !== request.place;
  if (isElsewhere) throw missingRole(context, request.scope, request.name);
  return role;
}

function getRole(context: RequestContext, request: RoleRequest): Reply {
  return objectReply(context, request.resource, ownRole(context, request));
}

/** With a resourceVersion the role is replaced, without one it is created, whatever the method. */
function writeRole(context: RequestContext, request: RoleRequest): Reply {
  const { resource, name } = request;
  const sent = readTypedBody(context, resource);
  if (name !== '') assertNameMatches(sent, name);
  const wanted = withAggregatedRules(placed(sent, request), (one) => findRole(context, request, one));
  const write = digString(sent, 'metadata', 'resourceVersion') === '' ? createObject : updateObject;
  return objectReply(context, resource, write(context, resource, wanted).object, 'created');
}

/** The role in the place of the URL, whatever it says itself. */
function placed(sent: JsonObject, { scope, place }: RoleRequest): JsonObject {
  if (place === undefined) return sent;
  const metadata = digObject(sent, 'metadata');
  if (scope === 'namespace') return { ...sent, metadata: { ...metadata, namespace: place } };
  const labels = { ...digObject(metadata, 'labels'), [workspaceLabel]: place };
  return { ...sent, metadata: { ...metadata, labels } };
}

/** Rules cannot be patched: they follow from the annotation, or stay. */
function patchRole(context: RequestContext, request: RoleRequest): Reply {
  const { resource, scope, place, name } = request;
  const sent = readTypedBody(context, resource);
  const { rules } = ownRole(context, request);
  const aggregates = digObject(sent, 'metadata', 'annotations')[aggregationRolesAnnotation] !== undefined;
  const wanted = aggregates
    ? withAggregatedRules(sent, (one) => findRole(context, request, one))
    : { ...sent, rules };
  const { kind: _kind, apiVersion: _version, ...body } = wanted;
  const { name: _name, ...metadata } = digObject(body, 'metadata');
  const patched = patchObject(
    context,
    resource,
    { name, ...(scope === 'namespace' && place !== undefined && { namespace: place }) },
    { type: 'application/merge-patch+json', body: { ...body, metadata } },
  );
  return objectReply(context, resource, patched.object, 'created');
}

function deleteRole(context: RequestContext, request: RoleRequest): Reply {
  const { metadata } = ownRole(context, request);
  const { name, namespace } = metadata;
  deleteObject(context, request.resource, { name, ...(namespace !== undefined && { namespace }) });
  return success();
}
