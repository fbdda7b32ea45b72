import { label } from '../../../core/kube-object.js';
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
  return listByConditions(context, namespaces, namespacesOfWorkspace(context));
}

/** `GET /workspaces/{workspace}/members/{member}/namespaces` of 2.1: those a member has a role in. */
export function listNamespacesOfMemberByConditions(context: RequestContext): Reply {
  const { cluster, release, params } = context;
  const user = params['member'] ?? '';
  const bindings = findBindings(cluster.store, release.name, { scope: 'namespace', user });
  const own = new Set(bindings.map(({ metadata }) => metadata.namespace));
  const found = namespacesOfWorkspace(context).filter(({ object }) => own.has(object.metadata.name));
  return listByConditions(context, namespaces, found);
}

function namespacesOfWorkspace({ cluster, params }: RequestContext): readonly StoredObject[] {
  return cluster.store
    .list(namespaces)
    .filter(({ object }) => label(object, workspaceLabel) === params['workspace']);
}
