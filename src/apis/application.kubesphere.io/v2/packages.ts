import { notFound } from '../../../core/api-error.js';
import { packageKey, packageNamespace, repoNameLabel, uploadRepo } from '../../../core/app-store-keys.js';
import { digObject, digString } from '../../../core/json.js';
import { label } from '../../../core/kube-object.js';
import { fetchBytes } from '../../../charts/fetch.js';
import type { RequestContext, Resource } from '../../../registry/contract.js';
import { createObject } from '../../../registry/verbs/create.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { existing } from './failures.js';

function packages({ catalog }: RequestContext): Resource {
  return catalog.get('', 'configmaps');
}

/**
 * Keeps a package or an attachment; what is kept by that name already stays as it is.
 *
 * Differs from KubeSphere: the namespace they lie in is made when it is first needed, not with an extension.
 *
 * @see kubesphere/kubesphere pkg/simple/client/application/store.go CmStore
 */
export function keepPackage(context: RequestContext, name: string, content: Buffer): void {
  const { store } = context.cluster;
  if (store.find(packages(context), packageNamespace, name) !== undefined) return;
  const namespaces = context.catalog.get('', 'namespaces');
  if (store.find(namespaces, undefined, packageNamespace) === undefined)
    createObject(context, namespaces, { metadata: { name: packageNamespace } });
  createObject(context, packages(context), {
    metadata: { name, namespace: packageNamespace },
    binaryData: { [packageKey]: content.toString('base64') },
  });
}

/** What is kept by a name. @throws ApiError 404 */
export function keptPackage(context: RequestContext, name: string): Buffer {
  const found = context.cluster.store.find(packages(context), packageNamespace, name)?.object;
  if (found === undefined) throw notFound({ group: '', plural: 'ConfigMap' }, name);
  return Buffer.from(digString(digObject(found, 'binaryData'), packageKey), 'base64');
}

/** Takes packages or attachments away; those that are not there are passed over. */
export function dropPackages(context: RequestContext, names: readonly string[]): void {
  for (const name of names) {
    if (context.cluster.store.find(packages(context), packageNamespace, name) === undefined) continue;
    deleteObject(context, packages(context), { namespace: packageNamespace, name });
  }
}

/**
 * The package of a version: the one uploaded, else from where its repository says.
 *
 * @throws ApiError 404; ChartError when the repository does not give it
 */
export async function packageOf(context: RequestContext, version: string): Promise<Buffer> {
  const found = existing(context, 'applicationversions', version);
  const repoName = label(found, repoNameLabel) ?? '';
  if (repoName === uploadRepo) return keptPackage(context, version);
  const credential = digObject(existing(context, 'repos', repoName), 'spec', 'credential');
  return fetchBytes(digString(found, 'spec', 'pullUrl'), {
    username: digString(credential, 'username'),
    password: digString(credential, 'password'),
    ...(credential['insecureSkipTLSVerify'] === false && { insecureSkipTLSVerify: false }),
  });
}
