import { dig, digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { formatTimestamp } from '../../state/clock.js';
import type { ClusterState, World } from '../../state/world.js';
import { containerId } from './container-identity.js';
import { podStatus } from './pod-conditions.js';

const pods = { group: '', plural: 'pods' };

/** Tells whether a container of a pod is started again after it ended. */
export function restarts(pod: KubeObject, exitCode: number): boolean {
  const policy = digString(pod, 'spec', 'restartPolicy');
  return policy === 'Always' || policy === '' || (policy === 'OnFailure' && exitCode !== 0);
}

/**
 * Writes down that the process of a container has ended, unless the container it ran in is no longer there. A container
 * that is to be restarted runs again at once, as a kubelet does the first time; one that is not takes its pod along when
 * it was the last.
 */
export function endContainer(
  { world, cluster }: { readonly world: World; readonly cluster: ClusterState },
  { metadata }: KubeObject,
  container: string,
  exitCode: number,
): void {
  const pod = cluster.store.find(pods, metadata.namespace, metadata.name)?.object;
  if (pod === undefined || pod.metadata.uid !== metadata.uid) return;
  const now = formatTimestamp(world.clock.now());
  const status = digObject(pod, 'status');
  const next: Record<string, Json> = {};
  for (const key of ['containerStatuses', 'ephemeralContainerStatuses'] as const) {
    const all = digArray(status, key);
    const own = all.find((one) => digString(one, 'name') === container);
    if (own === undefined || dig(own, 'state', 'running') === undefined) continue;
    const again = key === 'containerStatuses' && restarts(pod, exitCode);
    const changed = ended(digObject(own), exitCode, now, again ? pod.metadata.uid : undefined);
    next[key] = all.map((one) => (one === own ? changed : one));
  }
  if (Object.keys(next).length === 0) return;
  const { containerStatuses: statuses, ...others } = next;
  const changed = { ...pod, status: { ...status, ...others } };
  cluster.store.replace(pods, {
    ...changed,
    ...(Array.isArray(statuses) && { status: podStatus(world, changed, statuses as readonly Json[], now) }),
  });
}

/** @param uid Of the pod; absent: the container is not started again */
function ended(status: JsonObject, exitCode: number, now: string, uid: string | undefined): JsonObject {
  const { containerID } = status;
  const terminated: JsonObject = {
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    startedAt: digString(status, 'state', 'running', 'startedAt') || now,
    finishedAt: now,
    ...(containerID !== undefined && { containerID }),
  };
  if (uid === undefined) return { ...status, ready: false, started: false, state: { terminated } };
  const restartCount = typeof status['restartCount'] === 'number' ? status['restartCount'] + 1 : 1;
  return {
    ...status,
    restartCount,
    state: { running: { startedAt: now } },
    lastState: { terminated },
    ...(typeof containerID === 'string' && {
      containerID: containerId(uid, digString(status, 'name'), containerID, restartCount),
    }),
  };
}
