import { digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { containerId } from '../../kube/kubelet/container-identity.js';
import { podStatus } from '../../kube/kubelet/pod-conditions.js';
import type { WriteContext } from '../../registry/contract.js';
import type { FateScript } from '../../state/containers.js';
import { formatTimestamp } from '../../state/clock.js';
import { isDeleting } from '../controller.js';
import { later } from '../later.js';
import { hasLostKubelet, nodeResource } from '../nodes/node-condition.js';
import { recordStart, recordBackOff } from './container-events.js';
import { lifeAt, type Life, type LifePlan } from './container-life.js';
import { podResource } from './pods.js';

/** A container that comes to an end, and what with. */
export interface Ending {
  readonly name: string;
  readonly exitCode: number;
  readonly plan: LifePlan;
}

/** Milliseconds at the end of a jump of the clock in which every start and end is told; those before are only counted. */
const toldInFull = 6 * 3_600_000;
/** Milliseconds after which a container on a lost node is looked at again. */
const patience = 10_000;

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

/** The status of a container at a point of its life. @param status Of the same container while it runs. */
export function statusIn(status: JsonObject, life: Life, exitCode: number, pod: KubeObject): JsonObject {
  const { state, lastEnd, restartCount } = life;
  const isUp = state === 'running';
  const idOf = (run: number): string =>
    containerId(pod.metadata.uid ?? '', digString(status, 'name'), digString(status, 'containerID'), run);
  const terminated: JsonObject | undefined = lastEnd && {
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    startedAt: formatTimestamp(lastEnd.startedAt),
    finishedAt: formatTimestamp(lastEnd.finishedAt),
    containerID: idOf(isUp ? restartCount - 1 : restartCount),
  };
  const lastState = state !== 'over' && terminated !== undefined ? { terminated } : {};
  const message = `back-off ${goSeconds(life.wait / 1000)} restarting failed container=${digString(status, 'name')} pod=${nameOf(pod)}`;
  const states: Readonly<Record<Life['state'], JsonObject>> = {
    running: { running: { startedAt: formatTimestamp(life.since) } },
    waiting: { waiting: { reason: 'CrashLoopBackOff', message } },
    over: { terminated: terminated ?? {} },
  };
  const containerID = idOf(restartCount);
  return {
    ...status,
    state: states[state],
    lastState,
    ready: isUp,
    restartCount,
    containerID,
    started: isUp,
  };
}

function goSeconds(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return `${minutes > 0 ? `${String(minutes)}m` : ''}${String(seconds % 60)}s`;
}

/** A pod as kubelets name it in messages. */
export function nameOf({ metadata }: KubeObject): string {
  return `${metadata.name}_${metadata.namespace ?? ''}(${metadata.uid ?? ''})`;
}

/** Has a container go on through its life, as long as its pod is there. */
export function followLife(context: WriteContext, pod: KubeObject, ending: Ending, life: Life): void {
  if (life.state === 'waiting') recordBackOff(context, pod, ending.name, nameOf(pod));
  if (life.state === 'over') return;
  turnAt(context, pod, ending, life, life.until);
}

function turnAt(context: WriteContext, pod: KubeObject, ending: Ending, life: Life, due: number): void {
  const { world, cluster } = context;
  const { namespace = '', name, uid } = pod.metadata;
  later(world, 'kubelet', due, (now) => {
    const current = cluster.store.find(podResource, namespace, name)?.object;
    if (current === undefined || current.metadata.uid !== uid || isDeleting(current)) return;
    const statuses = digArray(current, 'status', 'containerStatuses');
    const own = statuses.find((one) => digString(one, 'name') === ending.name);
    // Somebody else has written how it is, or it is another container by now.
    if (own === undefined || !isIn(own, life)) return;
    const node = cluster.store.find(nodeResource, undefined, digString(current, 'spec', 'nodeName'))?.object;
    if (node !== undefined && hasLostKubelet(node)) {
      turnAt(context, pod, ending, life, due + patience);
      return;
    }
    const at = Math.max(due, now - toldInFull);
    const next = lifeAt(life, at, ending.plan);
    const status = statusIn(digObject(own), next, ending.exitCode, current);
    const containerStatuses = statuses.map((one) => (one === own ? status : one));
    cluster.store.replace(podResource, {
      ...current,
      status: podStatus(world, current, containerStatuses, formatTimestamp(at)),
    });
    // Also where it has ended again by now.
    if (next.restartCount > life.restartCount) recordRestart(context, current, ending.name);
    followLife(context, current, ending, next);
  });
}

function isIn(status: Json, life: Life): boolean {
  const state = digObject(status, 'state');
  return state[life.state] !== undefined;
}

function recordRestart(context: WriteContext, pod: KubeObject, name: string): void {
  const container = digArray(pod, 'spec', 'containers').find((one) => digString(one, 'name') === name);
  if (container !== undefined) recordStart(context, pod, container, 'containers');
}
