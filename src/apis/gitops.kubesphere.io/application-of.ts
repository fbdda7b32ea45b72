import { ApiError } from '../../core/api-error.js';
import { gitOpsGroup } from '../../core/gitops-keys.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { RequestContext, Resource } from '../../registry/contract.js';

/** The kind of applications. */
export function applicationKind({ catalog }: RequestContext): Resource {
  return catalog.get(gitOpsGroup, 'applications');
}

/** The application a URL names. @throws ApiError 404 in the words of a cache, which names kinds */
export function applicationOf(context: RequestContext): KubeObject {
  const { namespace = '', application = '' } = context.params;
  const found = context.cluster.store.find(applicationKind(context), namespace, application)?.object;
  if (found === undefined)
    throw new ApiError(404, 'NotFound', `Application.${gitOpsGroup} "${application}" not found`);
  return found;
}
