import { dig, digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { formatTimestamp } from '../../state/clock.js';
import type { ClusterState, World } from '../../state/world.js';

const pods = { group: '', plural: 'pods' };

/** The phase of a pod with containers in these states. */
export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

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
export function phaseOf(statuses: readonly Json[]): PodPhase {
  const isPulling = (one: Json): boolean =>
    digString(one, 'state', 'waiting', 'reason') === 'ImagePullBackOff';
  if (statuses.some(isPulling)) return 'Pending';
  const ends = statuses.map((one) => digObject(one, 'state')['terminated']);
  if (ends.some((end) => end === undefined)) return 'Running';
  return ends.every((end) => exitCodeOf(end) === 0) ? 'Succeeded' : 'Failed';
}

/** The conditions of a pod whose containers are in these states, since `now`. */
export function podConditions(
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
  const statuses = next['containerStatuses'] as readonly Json[] | undefined;
  const phase = statuses === undefined ? undefined : phaseOf(statuses);
  cluster.store.replace(pods, {
    ...pod,
    status: {
      ...status,
      ...next,
      ...(statuses !== undefined &&
        phase !== undefined && {
          phase,
          conditions: changedConditions(
            digArray(status, 'conditions'),
            podConditions(now, phase, statuses, digArray(status, 'initContainerStatuses').length > 0),
          ),
        }),
    },
  });
}

/** Conditions that still hold keep the moment since when they do. */
function changedConditions(before: readonly Json[], after: readonly JsonObject[]): readonly Json[] {
  return after.map((one) => {
    const same = before.find((other) => digString(other, 'type') === one['type']);
    return same !== undefined &&
      digString(same, 'status') === one['status'] &&
      dig(same, 'reason') === one['reason']
      ? same
      : one;
  });
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
