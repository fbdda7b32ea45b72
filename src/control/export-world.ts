import { InputError } from '../core/input-error.js';
import { label, type KubeObject } from '../core/kube-object.js';
import { kindsIn } from '../kube/custom-resources/cluster-catalog.js';
import { installedFor } from '../kube/custom-resources/own/own-definitions.js';
import { managedLabel } from '../kube/installed/api-services.js';
import { isInstalled } from '../kube/installed/installed-object.js';
import type { KindCatalog } from '../registry/contract.js';
import type { World } from '../state/world.js';

/** A cluster's objects as `kubectl get -o yaml` lists them; a file of it can be given to `--world`. */
export interface ExportedWorld {
  readonly apiVersion: 'v1';
  readonly kind: 'List';
  readonly items: readonly KubeObject[];
}

/**
 * Everything a cluster holds, sorted by kind as the catalog lists kinds, then by namespace and name.
 *
 * @param name Default: the host cluster.
 * @throws InputError when the world has no such cluster
 */
export function exportWorld(world: World, catalog: KindCatalog, name?: string): ExportedWorld {
  const cluster = name === undefined ? world.host : world.clusters.get(name);
  if (cluster === undefined) {
    const known = [...world.clusters.keys()].join(', ');
    throw new InputError([`${JSON.stringify(name)} is no cluster of this world; it has ${known}`]);
  }
  const { store } = cluster;
  const order = new Map(
    kindsIn(catalog, store).resources.map(({ group, plural }, at) => [`${group}/${plural}`, at]),
  );
  const at = (group: string, plural: string): number => order.get(`${group}/${plural}`) ?? order.size;
  const resources = [...store.resources()].sort((a, b) => at(a.group, a.plural) - at(b.group, b.plural));
  const installed = installedFor(catalog);
  const items = resources
    .flatMap((resource) => store.list(resource))
    // Every world of the release has these.
    .filter((stored) => !installed.includes(stored) && !isInstalled(stored))
    .map(({ object }) => object)
    // These follow from the definitions.
    .filter((object) => object.kind !== 'APIService' || label(object, managedLabel) !== 'true');
  return { apiVersion: 'v1', kind: 'List', items };
}
