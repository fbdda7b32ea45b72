import { digString } from '../../core/json.js';
import { readYamlText } from '../../core/read-yaml-text.js';
import type { ResourceHooks } from '../../registry/contract.js';
import { deniedBy } from '../denied-by.js';
import { serverIn } from './handlers/kubeconfig.js';

const webhook = 'cluster.kubesphere.io';
const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };

/**
 * The admission webhook of 3.x that keeps a cluster that is known from being exchanged for another one.
 *
 * Differs from KubeSphere: only a kubeconfig that is new is looked at, and no server is asked: it is another cluster's when
 * that has the same address.
 *
 * @see kubesphere/kubesphere pkg/controller/cluster/cluster_webhook.go at v3.4.1
 */
export const clusterHooks: ResourceHooks = {
  validate: (cluster, previous, context) => {
    if (previous === undefined || digString(previous, 'status', 'uid') === '') return;
    const kubeconfig = digString(cluster, 'spec', 'connection', 'kubeconfig');
    if (kubeconfig === digString(previous, 'spec', 'connection', 'kubeconfig')) return;
    const { name } = cluster.metadata;
    const server = addressIn(name, kubeconfig);
    const isOthers = context.cluster.store
      .list(clusters)
      .some(
        ({ object }) =>
          object.metadata.name !== name &&
          digString(object, 'spec', 'connection', 'kubernetesAPIEndpoint') === server,
      );
    if (isOthers) {
      throw deniedBy(
        webhook,
        'this kubeconfig corresponds to a different cluster than the previous one, you need to make sure that kubeconfig is not from another cluster',
      );
    }
  },
};

function addressIn(name: string, kubeconfig: string): string {
  let why: string;
  try {
    const server = serverIn(readYamlText(Buffer.from(kubeconfig, 'base64').toString('utf8')));
    if (server !== '') return server;
    why =
      'invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable';
  } catch (error) {
    why = error instanceof Error ? error.message : String(error);
  }
  throw deniedBy(webhook, `failed to load cluster config for ${name}: ${why}`);
}
