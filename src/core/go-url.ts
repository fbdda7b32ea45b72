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

function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
