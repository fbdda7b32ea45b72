import { dig, digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { formatTimestamp } from '../../state/clock.js';
import type { ClusterState, World } from '../../state/world.js';

const pods = { group: '', plural: 'pods' };

/** The phase of a pod with containers in these states. */
type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

function exitCodeOf(end: Json | undefined): number {
  const code = dig(end, 'exitCode');
  return typeof code === 'number' ? code : 0;
}

/** Tells whether a container of a pod is started again after it ended. */
export function restarts(pod: KubeObject, exitCode: number): boolean {
  const policy = digString(pod, 'spec', 'restartPolicy');
  return policy === 'Always' || policy === '' || (policy === 'OnFailure' && exitCode !== 0);
}

/** The phase of a pod with containers in these states. */
function phaseOf(statuses: readonly Json[]): PodPhase {
  const isPulling = (one: Json): boolean =>
    digString(one, 'state', 'waiting', 'reason') === 'ImagePullBackOff';
  if (statuses.some(isPulling)) return 'Pending';
  const ends = statuses.map((one) => digObject(one, 'state')['terminated']);
  if (ends.some((end) => end === undefined)) return 'Running';
  return ends.every((end) => exitCodeOf(end) === 0) ? 'Succeeded' : 'Failed';
}

/** The conditions of a pod whose containers are in these states, since `now`. */
function podConditions(
  now: string,
  phase: PodPhase,
  statuses: readonly Json[],
  hasInits: boolean,
): JsonObject[] {
  const unready = statuses.filter((one) => dig(one, 'ready') !== true).map((one) => digString(one, 'name'));
  const isDone = phase === 'Succeeded';
  const at = { lastProbeTime: null, lastTransitionTime: now };
  const ready: JsonObject = isDone
    ? { status: 'False', ...at, reason: 'PodCompleted' }
    : phase === 'Failed'
      ? { status: 'False', ...at, reason: 'PodFailed' }
      : unready.length > 0
        ? {
            status: 'False',
            ...at,
            reason: 'ContainersNotReady',
            message: `containers with unready status: [${unready.join(' ')}]`,
          }
        : { status: 'True', ...at };
  const initialized: JsonObject = isDone && !hasInits ? { reason: 'PodCompleted' } : {};
  return [
    { type: 'Initialized', status: 'True', ...at, ...initialized },
    { type: 'Ready', ...ready },
    { type: 'ContainersReady', ...ready },
    { type: 'PodScheduled', status: 'True', ...at },
  ];
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
    const changed = ended(digObject(own), exitCode, now, again);
    next[key] = all.map((one) => (one === own ? changed : one));
  }
  if (Object.keys(next).length === 0) return;
  const { containerStatuses: statuses, ...others } = next;
  const changed = { ...pod, status: { ...status, ...others } };
  cluster.store.replace(pods, {
    ...changed,
    ...(Array.isArray(statuses) && { status: podStatus(changed, statuses as readonly Json[], now) }),
  });
}

/**
 * A pod's status with its containers in these states: phase and conditions follow, those of others stay.
 *
 * @param now RFC 3339: since when what is another now is so.
 */
export function podStatus(pod: KubeObject, containerStatuses: readonly Json[], now: string): JsonObject {
  const status = digObject(pod, 'status');
  const phase = phaseOf(containerStatuses);
  const hasInits = digArray(pod, 'spec', 'initContainers').length > 0;
  const before = digArray(status, 'conditions');
  const conditions = changedConditions(before, podConditions(now, phase, containerStatuses, hasInits));
  return { ...status, phase, conditions, containerStatuses };
}

/** Conditions that still hold keep the moment since when they do. */
function changedConditions(before: readonly Json[], after: readonly JsonObject[]): readonly Json[] {
  const types = new Set(after.map(({ type }) => type));
  const others = before.filter((one) => !types.has(digString(one, 'type')));
  const kept = after.map((one) => {
    const same = before.find((other) => digString(other, 'type') === one['type']);
    if (same === undefined || digString(same, 'status') !== one['status']) return one;
    return dig(same, 'reason') === one['reason'] && dig(same, 'message') === one['message']
      ? same
      : { ...one, lastTransitionTime: dig(same, 'lastTransitionTime') ?? one['lastTransitionTime'] ?? null };
  });
  return [...kept, ...others];
}

function ended(status: JsonObject, exitCode: number, now: string, again: boolean): JsonObject {
  const { containerID } = status;
  const terminated: JsonObject = {
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    startedAt: digString(status, 'state', 'running', 'startedAt') || now,
    finishedAt: now,
    ...(containerID !== undefined && { containerID }),
  };
  if (!again) return { ...status, ready: false, started: false, state: { terminated } };
  const restartCount = typeof status['restartCount'] === 'number' ? status['restartCount'] + 1 : 1;
  return { ...status, restartCount, state: { running: { startedAt: now } }, lastState: { terminated } };
}
