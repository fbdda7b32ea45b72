/**
 * A path as Go's `URL.EscapedPath` writes it: all but letters, digits and `-_.~$&+,/:;=@` escaped.
 *
 * @see golang/go net/url/url.go shouldEscape
 */
export function goEscapePath(path: string): string {
  if (/^[\w\-.~$&+,/:;=@]*$/.test(path)) return path;
  return encodeURI(Buffer.from(path).toString()).replace(/[?#!'()*[\]]/g, escapeCharacter);
}

/**
 * A query as Go's `Values.Encode` writes it: sorted by key, the values of a key in the order they came.
 *
 * @see golang/go net/url/url.go Values.Encode
 */
export function goEncodeQuery(query: URLSearchParams): string {
  if (query.size === 0) return '';
  const sorted = new URLSearchParams(query);
  sorted.sort();
  return sorted.toString().replaceAll('*', '%2A').replaceAll('%7E', '~');
}

/** Tells whether Go's `url.Parse` takes a URL: no control characters, broken escapes, or colon in the first segment. */
export function isParsableUrl(url: string): boolean {
  // eslint-disable-next-line no-control-regex -- that is what is looked for
  if (/[\x00-\x1f\x7f]/.test(url) || /%(?![0-9A-Fa-f]{2})/.test(url.replace(/[?#].*$/s, ''))) return false;
  const scheme = /^([^/?#:]*):/.exec(url);
  return scheme === null || /^[A-Za-z][A-Za-z0-9+.-]*$/.test(scheme[1] ?? '');
}

function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
