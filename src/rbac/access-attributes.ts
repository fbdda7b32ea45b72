import { digObject, digString, isJsonObject, type JsonObject } from '../core/json.js';
import type { User } from '../core/kube-object.js';
import type { RequestInfo, ResourceScope } from '../core/request-info.js';
import type { AccessAttributes } from '../registry/contract.js';

/** What the authorizer is asked about a request. */
export function attributesOf(info: RequestInfo, user: User): AccessAttributes {
  return {
    user,
    verb: info.verb,
    apiGroup: info.apiGroup,
    apiVersion: info.apiVersion,
    resource: info.resource,
    subresource: info.subresource,
    name: info.name,
    namespace: info.namespace,
    workspace: info.workspace,
    scope: info.scope,
    devops: info.devops,
    isKubernetesRequest: info.isKubernetesRequest,
    ...(!info.isResourceRequest && { path: info.path }),
  };
}

/**
 * What the authorizer is asked by the spec of a review. `workspace` and `resourceScope` are KubeSphere's own; reviews of
 * Kubernetes do not have them.
 */
export function reviewedAttributes(spec: JsonObject, user: User): AccessAttributes {
  const about = spec['resourceAttributes'];
  if (!isJsonObject(about)) {
    const asked = digObject(spec, 'nonResourceAttributes');
    return { user, verb: digString(asked, 'verb'), path: digString(asked, 'path'), scope: '' };
  }
  const namespace = digString(about, 'namespace');
  const workspace = digString(about, 'workspace');
  return {
    user,
    verb: digString(about, 'verb'),
    apiGroup: digString(about, 'group'),
    apiVersion: digString(about, 'version'),
    resource: digString(about, 'resource'),
    subresource: digString(about, 'subresource'),
    name: digString(about, 'name'),
    namespace,
    workspace,
    scope: scopeOf(namespace, workspace, digString(about, 'resourceScope')),
  };
}

function scopeOf(namespace: string, workspace: string, given: string): ResourceScope {
  if (namespace !== '') return 'Namespace';
  if (workspace !== '') return 'Workspace';
  // Any other text counts as Cluster does.
  return given === 'Global' ? 'Global' : 'Cluster';
}
