/** What a path below `/api` or `/apis` names, as kube-apiserver reads it. */
export interface NativePath {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Empty for discovery. */
  readonly plural: string;
  /** Empty across namespaces and for cluster-wide kinds. */
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  /** What follows the subresource, as `proxy` has it. */
  readonly rest: readonly string[];
  /** True for the old `/watch/` paths. */
  readonly watch: boolean;
}

const namespaceSubresources = new Set(['status', 'finalize']);

/**
 * Reads a decoded path; missing parts are empty.
 *
 * Unlike KubeSphere's own request info this knows no workspaces and no clusters.
 *
 * @see kubernetes/apiserver pkg/endpoints/request/requestinfo.go
 */
export function parseNativePath(path: string): NativePath {
  const parts = path.split('/').filter((part) => part !== '');
  const isCore = parts[0] === 'api';
  const group = isCore ? '' : (parts[1] ?? '');
  const version = (isCore ? parts[1] : parts[2]) ?? '';
  let rest = parts.slice(isCore ? 2 : 3);
  const watch = rest[0] === 'watch';
  if (watch) rest = rest.slice(1);
  let namespace = '';
  if (rest[0] === 'namespaces' && rest.length > 2 && !namespaceSubresources.has(rest[2] ?? '')) {
    namespace = rest[1] ?? '';
    rest = rest.slice(2);
  }
  const [plural = '', name = '', subresource = '', ...more] = rest;
  return { group, version, plural, namespace, name, subresource, rest: more, watch };
}
