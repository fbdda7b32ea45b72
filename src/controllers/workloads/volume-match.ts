import { dig, digArray, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { selects } from '../../core/object-selector.js';
import { isDeleting } from '../controller.js';
import { amount } from './pod-requests.js';

/** Whether a volume is kept for a claim by whoever made it. */
export function isMeantFor(volume: KubeObject, { metadata }: KubeObject): boolean {
  const [namespace, name, uid] = ['namespace', 'name', 'uid'].map((key) =>
    digString(volume, 'spec', 'claimRef', key),
  );
  return namespace === metadata.namespace && name === metadata.name && (uid === '' || uid === metadata.uid);
}

/**
 * The smallest free volume that fits a claim; one that is kept for it goes first.
 *
 * @see kubernetes/kubernetes pkg/volume/persistentvolume/volume_helpers FindMatchingVolume
 */
export function volumeFor(claim: KubeObject, volumes: readonly KubeObject[]): KubeObject | undefined {
  const free = volumes.filter(
    (volume) =>
      !isDeleting(volume) &&
      (isMeantFor(volume, claim) || (dig(volume, 'spec', 'claimRef') === undefined && isFree(volume))),
  );
  return free
    .filter((volume) => fits(volume, claim))
    .sort((a, b) => {
      const meant = Number(isMeantFor(b, claim)) - Number(isMeantFor(a, claim));
      return meant || sizeOf(a) - sizeOf(b) || (a.metadata.name < b.metadata.name ? -1 : 1);
    })[0];
}

function isFree(volume: KubeObject): boolean {
  return ['', 'Pending', 'Available'].includes(digString(volume, 'status', 'phase'));
}

function sizeOf(volume: KubeObject): number {
  return amount(dig(volume, 'spec', 'capacity', 'storage'));
}

function fits(volume: KubeObject, claim: KubeObject): boolean {
  if (sizeOf(volume) < amount(dig(claim, 'spec', 'resources', 'requests', 'storage'))) return false;
  const modeOf = (object: KubeObject): string => digString(object, 'spec', 'volumeMode') || 'Filesystem';
  if (modeOf(volume) !== modeOf(claim)) return false;
  const modes = digArray(volume, 'spec', 'accessModes');
  if (!digArray(claim, 'spec', 'accessModes').every((mode: Json) => modes.includes(mode))) return false;
  if (isMeantFor(volume, claim)) return true;
  const selector = dig(claim, 'spec', 'selector');
  if (selector !== undefined && !selects(selector, volume.metadata.labels)) return false;
  return digString(volume, 'spec', 'storageClassName') === digString(claim, 'spec', 'storageClassName');
}
