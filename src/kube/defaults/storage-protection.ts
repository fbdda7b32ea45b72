import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';

/** Name of the switch, as in the option `controllers`: without who takes the finalizers off, none is put on. */
export const storageProtection = 'storage-protection';
/** What keeps a claim while pods use it. */
export const claimFinalizer = 'kubernetes.io/pvc-protection';
/** What keeps a volume while a claim uses it. */
export const volumeFinalizer = 'kubernetes.io/pv-protection';

/** A new claim or volume with what keeps it while it is used. @see plugin/pkg/admission/storage/storageobjectinuseprotection */
export function withProtection(object: KubeObject, finalizer: string, { world }: WriteContext): KubeObject {
  const { finalizers = [] } = object.metadata;
  if (world.switchedOff.has(storageProtection) || finalizers.includes(finalizer)) return object;
  return { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } };
}
