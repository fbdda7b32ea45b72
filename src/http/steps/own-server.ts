import { ownServerPath } from '../../core/own-server-path.js';

/** A request that a kube-apiserver passes on to the ks-apiserver beside it, as that one gets it. */
export interface PassedOn {
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * The request within a request: kube-apiserver keeps the credentials it was asked with to itself.
 *
 * @param path Decoded
 * @param url As it came, escaped
 * @returns `undefined` when the path leads elsewhere
 * @see kubernetes/apiserver pkg/endpoints/filters/authentication.go
 */
export function passedToOwnServer(
  path: string,
  url: string,
  headers: PassedOn['headers'],
): PassedOn | undefined {
  const own = ownServerPath(path);
  if (own === undefined) return undefined;
  const { authorization: _, ...others } = headers;
  const rest = url.slice(url.indexOf('/proxy/') + '/proxy'.length);
  return { url: encodeURI(own.cluster) + rest, headers: others };
}
