import { label } from '../core/kube-object.js';
import { workspaceLabel } from '../core/well-known-keys.js';
import type { RequestContext } from '../registry/contract.js';

/** What one must be allowed to do to something of a namespace to see what happened there. */
export interface Right {
  readonly verb: string;
  readonly apiGroup: string;
  readonly resource: string;
  readonly subresource?: string;
}

/** Where somebody may look. */
export interface Readable {
  /** True with the right in the whole cluster: what belongs to no namespace is seen too. */
  readonly everywhere: boolean;
  /** Workspaces of the namespaces that may be looked at; empty for none. */
  readonly workspaceOf: ReadonlyMap<string, string>;
}

/**
 * The namespaces whose records the caller may see: all with the right in the cluster, else those where they have it.
 *
 * @see kubesphere/kubesphere pkg/models/tenant/tenant.go QueryLogs, Events, Auditing
 */
export function readableNamespaces({ cluster, user, authorize }: RequestContext, right: Right): Readable {
  const everywhere = authorize({ user, ...right, scope: 'Cluster' }).allowed;
  if (everywhere) return { everywhere, workspaceOf: workspaces(cluster) };
  const allowed = [...workspaces(cluster)].filter(
    ([namespace]) => authorize({ user, ...right, namespace, scope: 'Namespace' }).allowed,
  );
  return { everywhere, workspaceOf: new Map(allowed) };
}

/** Workspaces of all namespaces; empty for none. */
export function workspaces({ store }: RequestContext['cluster']): ReadonlyMap<string, string> {
  const all = store.list({ group: '', plural: 'namespaces' });
  return new Map(all.map(({ object }) => [object.metadata.name, label(object, workspaceLabel) ?? '']));
}
