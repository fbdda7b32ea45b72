/** The path of a collection in one namespace, of its path in all; without a namespace, itself. */
export function resourcePath(everywhere: string, namespace: string): string {
  const at = everywhere.lastIndexOf('/');
  return namespace === ''
    ? everywhere
    : `${everywhere.slice(0, at)}/namespaces/${namespace}${everywhere.slice(at)}`;
}
