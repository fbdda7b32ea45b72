/** The ks-apiserver of a cluster as its kube-apiserver reaches it: over HTTP, by the port of its Service. */
const throughKubernetes =
  /^((?:\/clusters\/[^/]+)?)\/api\/v1\/namespaces\/kubesphere-system\/services\/(?:ks-apiserver(?::(?:80|http)?)?|(?:http)?:ks-apiserver:(?:80|http)?)\/proxy(\/.*)$/s;

/** What a path asks of the ks-apiserver behind a kube-apiserver. */
export interface OwnServerPath {
  /** `/clusters/NAME`, or empty for the cluster that is asked. */
  readonly cluster: string;
  readonly rest: string;
}

/** Reads a decoded path; `undefined` when it leads elsewhere. */
export function ownServerPath(path: string): OwnServerPath | undefined {
  if (!path.includes('ks-apiserver')) return undefined;
  const [, cluster = '', rest] = throughKubernetes.exec(path) ?? [];
  return rest === undefined ? undefined : { cluster, rest };
}
