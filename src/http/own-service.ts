/** Every form a Service's name may take in the path of its proxy. */
const ownService =
  /^((?:\/clusters\/[^/?]+)?)\/api\/v1\/namespaces\/kubesphere-system\/services\/(?:(?:http)?:ks-apiserver:(?:80)?|ks-apiserver(?::(?:80)?)?)\/proxy(?=\/)/;

/**
 * Where a request goes that asks for this server's own Service through kube-apiserver's proxy, as a host cluster does with
 * a member it knows by a kubeconfig. `undefined`: it asks for something else.
 */
export function throughOwnService(url: string): string | undefined {
  return url.includes('/services/') && ownService.test(url) ? url.replace(ownService, '$1') : undefined;
}
