import { label, type User } from '../../../core/kube-object.js';
import { workspaceLabel } from '../../../core/well-known-keys.js';
import { findBindings } from '../../../rbac/find-bindings.js';
import { listByConditions } from '../../../registry/condition-list.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import type { StoredObject } from '../../../state/object-store.js';
import { workspaces } from './workspaces.js';

const namespaces = { group: '', plural: 'namespaces' };

/** `GET /workspaces` of 2.1: all of them, as the gateway lets nobody ask who may not list them. */
export function listWorkspacesByConditions(context: RequestContext): Reply {
  return listByConditions(context, workspaces, context.cluster.store.list(workspaces));
}

/** `GET /workspaces/{workspace}/namespaces` of 2.1. */
export function listNamespacesByConditions(context: RequestContext): Reply {
  return listNamespacesFor(context, context.user);
}

/** `GET /workspaces/{workspace}/members/{member}/namespaces` of 2.1. */
export function listNamespacesOfMemberByConditions(context: RequestContext): Reply {
  const name = context.params['member'] ?? '';
  return listNamespacesFor(context, { name, uid: '', groups: ['system:authenticated'], extra: {} });
}

/**
 * Namespaces of a workspace: all for who may list them, else those somebody has a role in.
 *
 * @see kubesphere/kubesphere pkg/models/tenant/namespaces.go
 */
function listNamespacesFor(context: RequestContext, user: User): Reply {
  const { cluster, release } = context;
  const all = namespacesOfWorkspace(context);
  const wanted = { user, verb: 'list', apiGroup: 'tenant.kubesphere.io', resource: 'namespaces' } as const;
  if (context.authorize({ ...wanted, scope: 'Cluster' }).allowed)
    return listByConditions(context, namespaces, all);
  const bindings = findBindings(cluster.store, release.name, { scope: 'namespace', user: user.name });
  const own = new Set(bindings.map(({ metadata }) => metadata.namespace));
  return listByConditions(
    context,
    namespaces,
    all.filter(({ object }) => own.has(object.metadata.name)),
  );
}

function namespacesOfWorkspace({ cluster, params }: RequestContext): readonly StoredObject[] {
  return cluster.store
    .list(namespaces)
    .filter(({ object }) => label(object, workspaceLabel) === params['workspace']);
}
