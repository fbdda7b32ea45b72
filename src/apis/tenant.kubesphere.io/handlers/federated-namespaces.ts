import { federationGroup } from '../../../core/federated-kinds.js';
import { label } from '../../../core/kube-object.js';
import { workspaceLabel } from '../../../core/well-known-keys.js';
import { findBindings } from '../../../rbac/find-bindings.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { listReply } from '../../../registry/entity-reply.js';
import type { StoredObject } from '../../../state/object-store.js';

const kind = { group: federationGroup, plural: 'federatednamespaces' };

/**
 * Lists the federated namespaces the caller sees, below a workspace those of it: all with the right to list them, else
 * those of namespaces the caller has a role in.
 *
 * @see kubesphere/kubesphere pkg/models/tenant/tenant.go ListFederatedNamespaces
 */
export function listFederatedNamespaces(context: RequestContext): Reply {
  const workspace = context.params['workspace'] ?? '';
  const found = seen(context, workspace).filter(
    ({ object }) => workspace === '' || label(object, workspaceLabel) === workspace,
  );
  return listReply(context, kind, found, undefined, workspace === '' ? {} : { consumed: ['label'] });
}

function seen(context: RequestContext, workspace: string): readonly StoredObject[] {
  const { user, release } = context;
  const { store } = context.cluster;
  const scope = workspace === '' ? 'Cluster' : 'Workspace';
  const mayList = { user, verb: 'list', apiGroup: '', resource: kind.plural, workspace, scope } as const;
  if (context.authorize(mayList).allowed) return store.list(kind);
  const who = { scope: 'namespace', user: user.name, groups: user.groups } as const;
  const names = findBindings(store, release.name, who).map(({ metadata }) => metadata.namespace ?? '');
  return [...new Set(names)].flatMap((name) => store.find(kind, name, name) ?? []);
}
