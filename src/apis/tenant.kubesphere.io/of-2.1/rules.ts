import { simpleRulesInNamespace, simpleRulesInWorkspace } from '../../../rbac/simple-rules-2.1.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { json } from '../../../registry/reply.js';

/** `GET /workspaces/{workspace}/rules` of 2.1: what the caller may do in a workspace, there or not. */
export function workspaceRules({ cluster, params, user }: RequestContext): Reply {
  return json(simpleRulesInWorkspace(cluster.store, params['workspace'] ?? '', user.name));
}

/** `GET /namespaces/{namespace}/rules` of 2.1: what the caller may do in a project, there or not. */
export function namespaceRules({ cluster, params, user }: RequestContext): Reply {
  return json(simpleRulesInNamespace(cluster.store, params['namespace'] ?? '', user.name));
}
