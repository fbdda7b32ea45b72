import { dig, digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { restarts } from '../../kube/kubelet/container-end.js';
import type { WriteContext } from '../../registry/contract.js';
import type { FateScript } from '../../state/containers.js';
import { formatTimestamp } from '../../state/clock.js';
import { isDeleting } from '../controller.js';
import { recordEvent } from './events.js';
import { podResource } from './pods.js';

function numberAt(object: Json | undefined, key: string): number {
  const value = dig(object, key);
  return typeof value === 'number' ? value : 0;
}

/** Seconds a kubelet waits before the second restart; each next time twice as long, up to {@link longestBackOff}. */
const firstBackOff = 10;
const longestBackOff = 300;

/** What a container's script says becomes of it; `undefined` for one that just runs. */
export function fateOf(
  { world, cluster }: WriteContext,
  { metadata }: KubeObject,
  container: Json,
): FateScript | undefined {
  return world.containers.fateFor(
    {
      cluster: cluster.name,
      namespace: metadata.namespace ?? '',
      pod: metadata.name,
      container: digString(container, 'name'),
    },
    digString(container, 'image'),
  );
}

/** The status of a running container whose image cannot be had. */
export function withoutImage(status: JsonObject): JsonObject {
  const { containerID: _, ...rest } = status;
  const message = `Back-off pulling image ${JSON.stringify(status['image'])}`;
  return {
    ...rest,
    state: { waiting: { reason: 'ImagePullBackOff', message } },
    ready: false,
    imageID: '',
    started: false,
  };
}

/** The status of a running container that has come to its end, restarted once where its pod wants that. */
export function ended(status: JsonObject, exitCode: number, pod: KubeObject, now: string): JsonObject {
  const { containerID } = status;
  const terminated: JsonObject = {
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    startedAt: now,
    finishedAt: now,
    containerID,
  };
  const over = { ...status, ready: false, started: false };
  if (!restarts(pod, exitCode)) return { ...over, state: { terminated } };
  const restartCount = numberAt(status, 'restartCount') + 1;
  const seconds = backOff(restartCount);
  const message = `back-off ${goSeconds(seconds)} restarting failed container=${digString(status, 'name')} pod=${nameOf(pod)}`;
  return {
    ...over,
    state: { waiting: { reason: 'CrashLoopBackOff', message } },
    lastState: { terminated },
    restartCount,
  };
}

function backOff(restarts: number): number {
  return Math.min(longestBackOff, firstBackOff * 2 ** Math.min(restarts - 1, 10));
}

function goSeconds(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return `${minutes > 0 ? `${String(minutes)}m` : ''}${String(seconds % 60)}s`;
}

function nameOf({ metadata }: KubeObject): string {
  return `${metadata.name}_${metadata.namespace ?? ''}(${metadata.uid ?? ''})`;
}

/** Tells what a kubelet says of an image it cannot get. */
export function recordMissingImage(
  context: WriteContext,
  pod: KubeObject,
  image: string,
  at: { readonly component: string; readonly host: string; readonly fieldPath: string },
): void {
  const quoted = JSON.stringify(image);
  const why = `rpc error: code = NotFound desc = failed to pull and unpack image ${quoted}: not found`;
  const type = 'Warning';
  recordEvent(context, pod, { ...at, reason: 'Pulling', message: `Pulling image ${quoted}` });
  recordEvent(context, pod, {
    ...at,
    type,
    reason: 'Failed',
    message: `Failed to pull image ${quoted}: ${why}`,
  });
  recordEvent(context, pod, { ...at, type, reason: 'Failed', message: 'Error: ErrImagePull' });
  recordEvent(context, pod, { ...at, reason: 'BackOff', message: `Back-off pulling image ${quoted}` });
  recordEvent(context, pod, { ...at, type, reason: 'Failed', message: 'Error: ImagePullBackOff' });
}

/**
 * Has a container that keeps ending start and end again, each time its kubelet has waited long enough. What a jump of the
 * clock passes over is told at once.
 *
 * @param since Milliseconds since 1970 at which it ended.
 */
export function planRestart(
  context: WriteContext,
  pod: KubeObject,
  status: JsonObject,
  exitCode: number,
  since: number = context.world.clock.now(),
): void {
  if (!isWaiting(status)) return;
  const { clock } = context.world;
  const name = digString(status, 'name');
  const { namespace = '', name: podName, uid } = pod.metadata;
  recordEvent(context, pod, {
    type: 'Warning',
    reason: 'BackOff',
    message: `Back-off restarting failed container ${name} in pod ${nameOf(pod)}`,
    component: 'kubelet',
    host: digString(pod, 'spec', 'nodeName'),
    fieldPath: `spec.containers{${name}}`,
  });
  let count = numberAt(status, 'restartCount');
  let due = since + backOff(count) * 1000;
  clock.schedule(due, (now) => {
    const current = context.cluster.store.find(podResource, namespace, podName)?.object;
    if (current === undefined || current.metadata.uid !== uid || isDeleting(current)) return;
    const statuses = digArray(current, 'status', 'containerStatuses');
    const own = statuses.find((one) => digString(one, 'name') === name);
    if (own === undefined || !isWaiting(own)) return;
    for (let next = due; next <= now; next += backOff(count) * 1000) {
      due = next;
      count += 1;
    }
    const next = ended(
      { ...digObject(own), restartCount: count - 1 },
      exitCode,
      current,
      formatTimestamp(due),
    );
    const containerStatuses = statuses.map((one) => (one === own ? next : one));
    context.cluster.store.replace(podResource, {
      ...current,
      status: { ...digObject(current, 'status'), containerStatuses },
    });
    planRestart(context, current, next, exitCode, due);
  });
}

function isWaiting(status: Json): boolean {
  return digString(status, 'state', 'waiting', 'reason') === 'CrashLoopBackOff';
}
