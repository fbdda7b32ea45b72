import { digObject, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { minorOf } from '../../core/kubernetes-minor.js';
import type { ResourceHooks, WriteContext } from '../../registry/contract.js';
import { volumeFinalizer, withProtection } from './storage-protection.js';

/** The first Kubernetes whose volumes tell since when they are in their phase. */
const firstMinorWithMoment = 29;

/**
 * A volume in another phase, since now.
 *
 * @see kubernetes/kubernetes pkg/registry/core/persistentvolume/strategy.go persistentvolumeStatusStrategy
 */
export function volumeInPhase(
  volume: KubeObject,
  phase: string,
  { world }: Pick<WriteContext, 'world'>,
): KubeObject {
  const tellsMoment = minorOf(world.settings.kubernetesVersion) >= firstMinorWithMoment;
  const moment = tellsMoment ? { lastPhaseTransitionTime: world.clock.timestamp() } : {};
  return { ...volume, status: { ...digObject(volume, 'status'), phase, ...moment } };
}

/** Completes a volume: a new one is pending and protected, one in another phase tells since when. */
export const prepareVolume: NonNullable<ResourceHooks['prepare']> = (volume, previous, context) => {
  if (previous === undefined)
    return volumeInPhase(withProtection(volume, volumeFinalizer, context), 'Pending', context);
  const [now, before] = [volume, previous].map((one) => digObject(one, 'status'));
  const [phase, moment] = [digString(now, 'phase'), now?.['lastPhaseTransitionTime']];
  const known = before?.['lastPhaseTransitionTime'];
  if (phase !== digString(before, 'phase'))
    return moment === undefined || moment === known ? volumeInPhase(volume, phase, context) : volume;
  return moment === undefined && known !== undefined
    ? { ...volume, status: { ...now, lastPhaseTransitionTime: known } }
    : volume;
};
