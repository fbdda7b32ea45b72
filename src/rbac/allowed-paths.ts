/**
 * Tells whether a path skips authorization, for everyone and every method. A trailing `*` in the list takes any rest;
 * the leading slash is optional on both sides.
 *
 * @see kubesphere/kubesphere pkg/apiserver/authorization/path/path.go
 */
export function isAllowedPath(path: string, allowed: readonly string[]): boolean {
  const wanted = withoutSlash(path);
  return allowed.some((entry) => {
    const given = withoutSlash(entry);
    return given.endsWith('*') ? wanted.startsWith(given.slice(0, -1)) : wanted === given;
  });
}

function withoutSlash(path: string): string {
  return path.startsWith('/') ? path.slice(1) : path;
}
