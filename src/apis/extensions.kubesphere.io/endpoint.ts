import { ApiError } from '../../core/api-error.js';
import { goQuote } from '../../core/go-format.js';
import { dig, digString, type Json } from '../../core/json.js';
import type { User } from '../../core/kube-object.js';
import { goEncodeQuery, goEscapePath, isParsableUrl } from '../../core/go-url.js';
import type { RequestContext } from '../../registry/contract.js';
import { badGateway, type ForwardedRequest } from '../../upstream/forward.js';
import type { Upstream } from '../../upstream/upstream.js';

/** A filter's refusal of a request it cannot pass on. */
export function unavailable(message: string): ApiError {
  return new ApiError(503, 'ServiceUnavailable', message, { dialect: 'errStatus' });
}

/**
 * The URL an endpoint block stands for: its own, else that of its service as the cluster's DNS names it.
 *
 * @see kubesphere/kubesphere staging/src/kubesphere.io/api/extensions/v1alpha1 Endpoint.RawURL
 */
export function rawUrl(endpoint: Json | undefined): string {
  const url = digString(endpoint, 'url');
  const service = dig(endpoint, 'service');
  if (url !== '' || service === undefined) return url;
  const port = dig(service, 'port');
  const host = `${digString(service, 'name')}.${digString(service, 'namespace')}.svc`;
  return `https://${host}:${typeof port === 'number' ? String(port) : '443'}${digString(service, 'path')}`;
}

/**
 * The server behind an endpoint block; only scheme and host of its URL count.
 *
 * @param endpoint As objects of extensions hold it.
 * @param unreadable What is said of a URL or CA bundle that cannot be read; without the latter the bundle is PEM, else it
 * is base64 of PEM, to be decoded once more than the API does
 * @throws ApiError 503, 502 when its URL has no scheme that requests can be sent with
 */
export function upstreamOf(
  endpoint: Json | undefined,
  unreadable: { readonly url: string; readonly caBundle?: string },
): Upstream {
  const raw = rawUrl(endpoint);
  if (!isParsableUrl(raw)) throw unavailable(unreadable.url);
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(raw)?.[1] ?? '';
  if (scheme !== 'http' && scheme !== 'https')
    throw badGateway(`unsupported protocol scheme ${goQuote(scheme)}`);
  if (!URL.canParse(raw)) throw unavailable(unreadable.url);
  const url = new URL(raw);
  const insecure = dig(endpoint, 'insecureSkipVerify') === true;
  const bundle = Buffer.from(digString(endpoint, 'caBundle'), 'base64').toString('utf8');
  if (insecure || bundle === '') return { url: url.origin, ...(insecure && { tls: { insecure } }) };
  if (unreadable.caBundle === undefined) return { url: url.origin, tls: { ca: bundle } };
  if (!/^[A-Za-z0-9+/\r\n]*={0,2}[\r\n]*$/.test(bundle)) throw unavailable(unreadable.caBundle);
  return { url: url.origin, tls: { ca: Buffer.from(bundle, 'base64').toString('utf8') } };
}

/** The request of a context as it is passed on: query in Go's order, the cluster's prefix cut off. */
export function forwardedRequest(context: RequestContext): ForwardedRequest {
  const query = goEncodeQuery(context.query);
  return {
    method: context.method,
    target: goEscapePath(context.info.localPath) + (query === '' ? '' : `?${query}`),
    headers: context.headers,
    body: context.body,
    remoteAddress: context.remoteAddress,
    client: context.client,
  };
}

/**
 * Tells an upstream who asks; whatever the client said about that is dropped.
 *
 * @see kubernetes/client-go transport/round_trippers.go NewAuthProxyRoundTripper
 */
export function withRemoteUser(request: ForwardedRequest, user: User): ForwardedRequest {
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !/^x-remote-(user|uid|group|extra-)/.test(name)),
  );
  const extra = Object.entries(user.extra).map(
    ([key, values]) => [`x-remote-extra-${escapeHeaderKey(key)}`, values] as const,
  );
  return {
    ...request,
    headers: {
      ...headers,
      'x-remote-user': user.name,
      ...(user.groups.length > 0 && { 'x-remote-group': user.groups }),
      ...Object.fromEntries(extra),
    },
  };
}

/** A key as part of a header name: what may not stand there is escaped as in URLs. */
function escapeHeaderKey(key: string): string {
  return key
    .toLowerCase()
    .replace(/[^!#$&'*+\-.^_`|~0-9a-z]/g, (character) => encodeURIComponent(character).toLowerCase());
}
