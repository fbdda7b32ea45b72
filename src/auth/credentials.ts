/** What the authentication step looks at. */
export interface Credentials {
  /** Header names are lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** As sent. */
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  /** Path to route locally, decoded. */
  readonly path: string;
  readonly remoteAddress: string;
}

/** One header's value; empty when it is absent or repeated. */
export function headerOf(headers: Credentials['headers'], name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}
