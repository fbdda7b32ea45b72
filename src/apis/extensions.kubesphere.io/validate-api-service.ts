import { digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { ResourceHooks } from '../../registry/contract.js';
import { deniedBy } from '../denied-by.js';

const services = { group: 'extensions.kubesphere.io', plural: 'apiservices' };

/**
 * The admission webhook of APIServices: a group and version is served once.
 *
 * @see kubesphere/kubesphere pkg/controller/extension/apiservice_webhook.go
 */
export const apiServiceHooks: ResourceHooks = {
  validate: (service, _, { cluster }) => {
    const served = groupVersion(service);
    for (const { object } of cluster.store.list(services)) {
      if (object.metadata.name !== service.metadata.name && groupVersion(object) === served)
        throw deniedBy('apiservices.extensions.kubesphere.io', `APIService ${served} is already exists`);
    }
  },
};

function groupVersion(service: KubeObject): string {
  return `${digString(service, 'spec', 'group')}/${digString(service, 'spec', 'version')}`;
}
