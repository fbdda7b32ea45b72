import { attributesOf } from '../../rbac/access-attributes.js';
import { forbiddenByServer } from '../../rbac/forbidden.js';
import type { RequestContext } from '../../registry/contract.js';
import { kubernetesUser } from './kubernetes-user.js';
import { decideNatively } from './native-rbac.js';

/**
 * Refuses what the user of `Impersonate-*` headers may not do. ks-apiserver lets its own caller through and passes the
 * headers on next to its own account, which may impersonate anybody: so it is Kubernetes' own roles that decide.
 *
 * @throws ApiError 403
 * @see kubernetes/apiserver pkg/endpoints/filters/impersonation.go, authorization.go
 */
export function checkImpersonated(context: RequestContext): void {
  const user = kubernetesUser(context);
  const { isResourceRequest, localPath: path, verb } = context.info;
  // Kubernetes sees the path without the name of the cluster, and calls methods in lower case.
  const info = { ...context.info, path, verb: isResourceRequest ? verb : verb.toLowerCase() };
  const { allowed, reason } = decideNatively(context.cluster.store, attributesOf(info, user));
  if (!allowed) throw forbiddenByServer(info, user, reason);
}
