import { dig, digArray, digString } from '../../core/json.js';
import { minorOf } from '../../core/kubernetes-minor.js';
import type { KubeObject } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import type { WriteContext } from '../../registry/contract.js';
import { podResource } from './pods.js';

const claims = { group: '', plural: 'persistentvolumeclaims' };
/** The first Kubernetes that takes claims away without being told to by a switch. */
const firstMinor = 27;

type OwnerReference = NonNullable<KubeObject['metadata']['ownerReferences']>[number];

function ownerOf({ metadata }: KubeObject, kind: 'StatefulSet' | 'Pod'): OwnerReference {
  const apiVersion = kind === 'Pod' ? 'v1' : 'apps/v1';
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '' };
}

/**
 * Has the claims of a StatefulSet go with it, or with the pods it is scaled down by, as its
 * `persistentVolumeClaimRetentionPolicy` says: whoever owns a claim takes it along.
 *
 * @param isWanted Whether the set has a pod of that number.
 * @see kubernetes/kubernetes pkg/controller/statefulset/stateful_set_utils.go updateClaimOwnerRefForSetAndPod
 */
export function ownClaims(
  { world, cluster }: WriteContext,
  set: KubeObject,
  isWanted: (ordinal: number) => boolean,
): void {
  const policy = dig(set, 'spec', 'persistentVolumeClaimRetentionPolicy');
  if (policy === undefined || minorOf(world.settings.kubernetesVersion) < firstMinor) return;
  const { namespace, name } = set.metadata;
  const starts = digArray(set, 'spec', 'volumeClaimTemplates').map(
    (template) => `${digString(template, 'metadata', 'name')}-${name}-`,
  );
  const [goesWithSet, goesWithPod] = ['whenDeleted', 'whenScaled'].map(
    (key) => digString(policy, key) === 'Delete',
  );
  // Who keeps all has nothing to say again.
  const isSeen = dig(set, 'status', 'observedGeneration') === set.metadata.generation;
  if (goesWithSet !== true && goesWithPod !== true && isSeen) return;
  for (const { object: claim } of cluster.store.list(claims, namespace)) {
    const start = starts.find((one) => claim.metadata.name.startsWith(one));
    const number = start === undefined ? '' : claim.metadata.name.slice(start.length);
    if (!/^\d{1,9}$/.test(number)) continue;
    const isLeft = goesWithPod === true && !isWanted(Number(number));
    const pod = cluster.store.find(podResource, namespace, `${name}-${number}`)?.object;
    if (isLeft && pod === undefined) continue;
    const before = claim.metadata.ownerReferences ?? [];
    const others = before.filter(
      ({ kind, name: owner }) =>
        !(kind === 'StatefulSet' && owner === name) && !(kind === 'Pod' && owner === `${name}-${number}`),
    );
    const own =
      isLeft && pod !== undefined
        ? [ownerOf(pod, 'Pod')]
        : goesWithSet === true
          ? [ownerOf(set, 'StatefulSet')]
          : [];
    const ownerReferences = [...others, ...own];
    if (sameJson(before, ownerReferences)) continue;
    const { ownerReferences: _, ...metadata } = claim.metadata;
    cluster.store.replace(claims, {
      ...claim,
      metadata: { ...metadata, ...(ownerReferences.length > 0 && { ownerReferences }) },
    });
  }
}
