import { dig, digArray, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';

/** The four words KubeSphere's console knows pods by. */
export type PodState = 'Waiting' | 'Running' | 'Error' | 'Completed';

/** A word like kubectl's STATUS column, as far as KubeSphere tells states apart. */
function statusColumn(pod: KubeObject): string {
  let word = digString(pod, 'status', 'reason') || digString(pod, 'status', 'phase');
  for (const status of digArray(pod, 'status', 'initContainerStatuses')) {
    if (dig(status, 'state', 'terminated', 'exitCode') === 0) continue;
    const reason =
      digString(status, 'state', 'terminated', 'reason') || digString(status, 'state', 'waiting', 'reason');
    return `Init:${reason}`;
  }
  let isRunning = false;
  for (const status of digArray(pod, 'status', 'containerStatuses').toReversed()) {
    const waiting = digString(status, 'state', 'waiting', 'reason');
    const terminated = digString(status, 'state', 'terminated', 'reason');
    if (waiting !== '') word = waiting;
    else if (terminated !== '') word = terminated;
    else if (dig(status, 'state', 'terminated') !== undefined) word = 'Error';
    else if (dig(status, 'ready') === true && dig(status, 'state', 'running') !== undefined) isRunning = true;
  }
  if (word === 'Completed' && isRunning) word = 'Running';
  return pod.metadata.deletionTimestamp === undefined ? word : 'Terminating';
}

/**
 * The state KubeSphere's pod filter goes by.
 *
 * @see kubesphere/kubesphere pkg/models/resources/v1alpha3/pod/pods.go
 */
export function podState(pod: KubeObject): PodState {
  const word = statusColumn(pod);
  if (word === 'Running' || word === 'Completed') return word;
  if (word === 'Failed' || word === 'Error' || word.startsWith('OutOf')) return 'Error';
  if (word === 'Succeeded') {
    const ready = digArray(pod, 'status', 'conditions').find(
      (condition) => digString(condition, 'type') === 'Ready',
    );
    const reason = digString(ready, 'reason');
    if (reason === '' || reason === 'PodCompleted') return 'Completed';
  }
  return 'Waiting';
}
