import { ApiError, type GroupResource, internalError, notFound } from '../../core/api-error.js';
import { digObject, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { ChartError } from '../../charts/chart-error.js';
import { fetchBytes } from '../../charts/fetch.js';
import { unpackArchive } from '../../charts/unpack-archive.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json } from '../../registry/reply.js';

/**
 * `GET /extensionversions/{version}/files`: the files of the chart a ConfigMap holds, or of the one at a URL.
 *
 * Differs from KubeSphere: charts in registries (`oci://`) are refused as other schemes are.
 *
 * @see kubesphere/kubesphere pkg/kapis/package/v1alpha1/handler.go
 */
export async function listFiles(context: RequestContext): Promise<Reply> {
  const name = context.params['version'] ?? '';
  const version = found(context, { group: 'kubesphere.io', plural: 'extensionversions' }, name);
  if (version === undefined) throw notFound({ group: 'kubesphere.io', plural: 'ExtensionVersion' }, name);
  try {
    const chart = await chartOf(context, digObject(version, 'spec'));
    const files = chart === undefined ? [] : await unpackArchive(chart);
    return json(files.map((file) => ({ Name: file.name, Data: file.data.toString('base64') })));
  } catch (error) {
    if (error instanceof ChartError) throw internalError(error.message);
    throw error instanceof ApiError ? internalError(error.message) : error;
  }
}

/** The chart of a version; `undefined` when its ConfigMap has nothing by that key. */
async function chartOf(context: RequestContext, spec: JsonObject): Promise<Buffer | undefined> {
  const reference = digObject(spec, 'chartDataRef');
  if (Object.keys(reference).length > 0) return heldChart(context, reference);
  const url = digString(spec, 'chartURL');
  if (!/^https?:\/\//.test(url))
    throw internalError(`cannot support chartURL ${url}, it's schame should be: oci,http,https`);
  const name = digString(spec, 'repository');
  const repository = found(context, { group: 'kubesphere.io', plural: 'repositories' }, name);
  if (name !== '' && repository === undefined)
    throw notFound({ group: 'kubesphere.io', plural: 'Repository' }, name);
  const account = digObject(repository, 'spec', 'basicAuth');
  return fetchBytes(url, {
    username: digString(account, 'username'),
    password: digString(account, 'password'),
    insecureSkipTLSVerify: digObject(repository, 'spec')['insecure'] === true,
  });
}

function heldChart(context: RequestContext, reference: JsonObject): Buffer | undefined {
  const [namespace, name] = [digString(reference, 'namespace'), digString(reference, 'name')];
  const held = context.cluster.store.find({ group: '', plural: 'configmaps' }, namespace, name)?.object;
  if (held === undefined) throw notFound({ group: '', plural: 'ConfigMap' }, name);
  const data = digObject(held, 'binaryData')[digString(reference, 'key')];
  return typeof data === 'string' ? Buffer.from(data, 'base64') : undefined;
}

function found({ cluster }: RequestContext, resource: GroupResource, name: string): KubeObject | undefined {
  return cluster.store.find(resource, undefined, name)?.object;
}
