import type { ReleaseName } from '../../core/release.js';
import type { KindCatalog } from '../../registry/contract.js';
import type { ObjectStore } from '../../state/object-store.js';
import { offerApiServices } from './api-services.js';
import { offerFlowControl } from './flow-control.js';
import { offerPriorityClasses } from './priority-classes.js';
import { offerServiceNetworks } from './service-networks.js';

/**
 * Has a cluster begin with what kube-apiserver writes into every new cluster.
 *
 * @param catalog The kinds of the release.
 */
export function offerInstalled(store: ObjectStore, release: ReleaseName, catalog: KindCatalog): void {
  offerPriorityClasses(store);
  offerFlowControl(store);
  offerServiceNetworks(store);
  offerApiServices(store, release, catalog);
}
