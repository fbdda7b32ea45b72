import { notFound, notImplemented } from '../../../core/api-error.js';
import type { ApiGroup, Reply, RequestContext } from '../../../registry/contract.js';

const versions = { group: 'kubesphere.io', plural: 'extensionversions' };

/** What is inside extension packages. */
export const packageV1alpha1: ApiGroup = {
  name: 'package.kubesphere.io',
  version: 'v1alpha1',
  since: 'v4.1',
  routes: [{ method: 'GET', path: '/extensionversions/{version}/files', handle: listFiles }],
};

function listFiles({ cluster, params, method, info }: RequestContext): Reply {
  const name = params['version'] ?? '';
  if (cluster.store.find(versions, undefined, name) === undefined) {
    throw notFound({ group: versions.group, plural: 'ExtensionVersion' }, name);
  }
  // The files lie in a chart that no world of this fake holds.
  throw notImplemented(`${method} ${info.path}`);
}
