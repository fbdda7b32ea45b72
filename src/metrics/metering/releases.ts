import { appStoreGroup, clusterNameLabel, namespaceNameLabel } from '../../core/app-store-keys.js';
import { digString } from '../../core/json.js';
import { annotation, label, type KubeObject } from '../../core/kube-object.js';
import type { RequestContext } from '../../registry/contract.js';

const kind = { group: appStoreGroup, plural: 'helmreleases' };

/** A release of the app store. */
export interface StoreRelease {
  readonly id: string;
  /** What Helm calls it, once per namespace. */
  readonly name: string;
  readonly object: KubeObject;
}

/** The releases in a namespace; of one cluster, where it is named. */
export function releasesIn({ world }: RequestContext, namespace: string, cluster: string): StoreRelease[] {
  return world.host.store.list(kind).flatMap(({ object }) => {
    const isThere = label(object, namespaceNameLabel) === namespace;
    if (!isThere || (cluster !== '' && label(object, clusterNameLabel) !== cluster)) return [];
    return [{ id: object.metadata.name, name: digString(object, 'spec', 'name'), object }];
  });
}

/**
 * The release Helm says it made a workload for; `undefined` for none.
 *
 * Differs from KubeSphere, which asks for the manifest of the release: nothing is made of charts here, so what Helm would have
 * annotated is what there is.
 */
export function releaseOf(workload: KubeObject, releases: readonly StoreRelease[]): StoreRelease | undefined {
  const named = annotation(workload, 'meta.helm.sh/release-name');
  return named === undefined ? undefined : releases.find(({ name }) => name === named);
}
