import { goEncodeQuery, goEscapePath } from '../core/go-url.js';
import type { Handler } from '../registry/contract.js';
import { forward } from '../upstream/forward.js';
import type { Upstream } from '../upstream/upstream.js';

/**
 * Passes requests to `/api` and `/apis` on to a kube-apiserver: with this server's own credentials instead of the
 * caller's, everything else as it came, `Impersonate-*` included.
 *
 * @see kubesphere/kubesphere pkg/apiserver/filters/kubeapiserver.go
 */
export function forwardKubernetes(upstream: Upstream): Handler {
  return ({ method, info, query, headers, body, remoteAddress, client }) => {
    const { authorization: _, ...others } = headers;
    const encoded = goEncodeQuery(query);
    const path = goEscapePath(info.localPath);
    const target = encoded === '' ? path : `${path}?${encoded}`;
    return forward({ method, target, headers: others, body, remoteAddress, client }, upstream);
  };
}
