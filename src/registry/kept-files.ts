import { notFound } from '../core/api-error.js';
import { packageKey } from '../core/app-store-keys.js';
import { digObject, digString } from '../core/json.js';
import type { WriteContext } from './contract.js';
import { createObject } from './verbs/create.js';
import { deleteObject } from './verbs/delete.js';

const files = { group: '', plural: 'configmaps' };
const namespaces = { group: '', plural: 'namespaces' };

/**
 * Keeps a file of an app store, a package or an attachment, as a ConfigMap; what is kept by that name already stays as it
 * is.
 *
 * Differs from KubeSphere: the namespace they lie in is made when it is first needed.
 *
 * @see kubesphere/kubesphere pkg/simple/client/application/store.go CmStore
 */
export function keepFile(context: WriteContext, namespace: string, name: string, content: Buffer): void {
  const { catalog, cluster } = context;
  if (cluster.store.find(files, namespace, name) !== undefined) return;
  if (cluster.store.find(namespaces, undefined, namespace) === undefined)
    createObject(context, catalog.get('', 'namespaces'), { metadata: { name: namespace } });
  createObject(context, catalog.get('', 'configmaps'), {
    metadata: { name, namespace },
    binaryData: { [packageKey]: content.toString('base64') },
  });
}

/** What is kept by a name. @throws ApiError 404 */
export function keptFile({ cluster }: WriteContext, namespace: string, name: string): Buffer {
  const found = cluster.store.find(files, namespace, name)?.object;
  if (found === undefined) throw notFound({ group: '', plural: 'ConfigMap' }, name);
  return Buffer.from(digString(digObject(found, 'binaryData'), packageKey), 'base64');
}

/** Takes files away; those that are not there are passed over. */
export function dropFiles(context: WriteContext, namespace: string, names: readonly string[]): void {
  const resource = context.catalog.get('', 'configmaps');
  for (const name of names) {
    if (context.cluster.store.find(files, namespace, name) === undefined) continue;
    deleteObject(context, resource, { namespace, name });
  }
}
