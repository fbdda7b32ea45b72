/** A server that requests are passed on to. */
export interface Upstream {
  /** Scheme, host and port, and a path that goes before that of the request; without a slash at the end. */
  readonly url: string;
  readonly tls?: UpstreamTls;
  /** Sent instead of the client's `Authorization`, such as `Bearer …`. */
  readonly authorization?: string;
}

/** How an HTTPS upstream is checked, and how it is told who asks. PEM all. */
export interface UpstreamTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** True: whatever certificate it shows is taken. */
  readonly insecure?: boolean;
  /** Name its certificate is for, where that is not the host of its URL. */
  readonly serverName?: string;
}
