import { dig, digArray, digString, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { minorOf } from '../../core/kubernetes-minor.js';
import { sameJson } from '../../core/same-json.js';
import { restarts } from '../../kube/kubelet/container-end.js';
import { isUnmade, podStatus } from '../../kube/kubelet/pod-conditions.js';
import type { WriteContext } from '../../registry/contract.js';
import { controllerOf } from '../dependents.js';
import { addressOf, freePodAddress } from './choose-node.js';
import { fateOf, followLife, statusIn } from './container-ends.js';
import { recordConfigError, recordMissingImage, recordStart } from './container-events.js';
import { lifeAt, started } from './container-life.js';
import { containerStatus, waitingStatus, withoutImage, type Circumstances } from './container-status.js';
import { recordEvent } from './events.js';
import { startOwnProcesses } from './own-processes.js';
import { configProblem, mountProblems } from './pod-needs.js';
import { podResource } from './pods.js';

/** The first Kubernetes that tells all addresses of a pod's node. */
const firstMinorWithHostIPs = 29;

/** What is told of containers once the pod is written. */
type Telling = () => void;

/** What a pod that is not started waits for. */
export type Obstacle = 'volumes' | 'configuration';

/**
 * Starts what can be started of a pod: its volumes, then its init containers one after the other, then the others. What
 * was started before stays as it is.
 *
 * @param isTold Whether what is still in the way is told again.
 * @returns what is in the way
 * @see kubernetes/kubernetes pkg/kubelet/kuberuntime/kuberuntime_manager.go SyncPod
 */
export function startPod(
  context: WriteContext,
  pod: KubeObject,
  node: KubeObject,
  isTold: boolean,
): Obstacle | undefined {
  const { world, cluster } = context;
  const [problem] = mountProblems(cluster.store, pod);
  const hostIP = addressOf(node);
  const hasHostIPs = minorOf(world.settings.kubernetesVersion) >= firstMinorWithHostIPs;
  const seen: JsonObject = {
    ...(hostIP !== '' && { hostIP, ...(hasHostIPs && { hostIPs: [{ ip: hostIP }] }) }),
    startTime: dig(pod, 'status', 'startTime') ?? world.clock.timestamp(),
  };
  if (problem !== undefined) {
    holdBack(context, pod, seen);
    const { volume, message } = problem;
    if (isTold)
      recordEvent(context, pod, {
        type: 'Warning',
        reason: 'FailedMount',
        message: `MountVolume.SetUp failed for volume ${JSON.stringify(volume)} : ${message}`,
        component: 'kubelet',
        host: node.metadata.name,
      });
    return 'volumes';
  }
  const known = digString(pod, 'status', 'podIP');
  const podIP =
    known !== '' ? known : dig(pod, 'spec', 'hostNetwork') === true ? hostIP : freePodAddress(cluster, node);
  return run(context, pod, node, { ...seen, podIP, podIPs: [{ ip: podIP }] }, isTold);
}

/** Shows a pod that waits for its volumes. */
function holdBack({ world, cluster }: WriteContext, pod: KubeObject, seen: JsonObject): void {
  const inits = digArray(pod, 'spec', 'initContainers').map((one) => waitingStatus(one, 'PodInitializing'));
  const reason = inits.length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const statuses = digArray(pod, 'spec', 'containers').map((one) => waitingStatus(one, reason));
  const held = withInits(pod, inits, seen);
  const status = podStatus(world, held, statuses, world.clock.timestamp());
  if (digArray(pod, 'status', 'containerStatuses').length > 0) return;
  cluster.store.replace(podResource, { ...pod, status });
}

function withInits(pod: KubeObject, inits: readonly JsonObject[], seen: JsonObject): KubeObject {
  const { initContainerStatuses: _, containerStatuses: __, ...status } = (pod['status'] ?? {}) as JsonObject;
  return {
    ...pod,
    status: { ...status, ...seen, ...(inits.length > 0 && { initContainerStatuses: inits }) },
  };
}

function statusOf(
  pod: KubeObject,
  key: 'initContainerStatuses' | 'containerStatuses',
  container: Json,
): Json | undefined {
  const name = digString(container, 'name');
  return digArray(pod, 'status', key).find((one) => digString(one, 'name') === name);
}

function run(
  context: WriteContext,
  pod: KubeObject,
  node: KubeObject,
  seen: JsonObject,
  isTold: boolean,
): Obstacle | undefined {
  const { world, cluster } = context;
  const now = world.clock.timestamp();
  const runtime = digString(node, 'status', 'nodeInfo', 'containerRuntimeVersion');
  const circumstances = { uid: pod.metadata.uid ?? '', now, runtime };
  const telling: Telling[] = [];
  let blocked: string | undefined;
  const inits = digArray(pod, 'spec', 'initContainers').map((container): JsonObject => {
    const before = statusOf(pod, 'initContainerStatuses', container);
    if (before !== undefined && !isUnmade(before)) return before as JsonObject;
    if (blocked !== undefined) return waitingStatus(container, 'PodInitializing');
    blocked = configProblem(cluster.store, pod, container);
    if (blocked !== undefined) {
      const why = blocked;
      const tell = (): void => {
        recordConfigError(context, pod, container, 'initContainers', why);
      };
      if (isTold) telling.push(tell);
      return waitingStatus(container, 'CreateContainerConfigError', why);
    }
    telling.push(() => {
      recordStart(context, pod, container, 'initContainers');
    });
    const isSidecar = digString(container, 'restartPolicy') === 'Always';
    const isDone = !isSidecar || controllerOf(pod)?.kind === 'Job';
    const given = containerStatus(container, { ...circumstances, isDone });
    return isSidecar ? given : { ...given, ready: true };
  });
  const statuses = digArray(pod, 'spec', 'containers').map((container): JsonObject => {
    const before = statusOf(pod, 'containerStatuses', container);
    if (before !== undefined && !isUnmade(before)) return before as JsonObject;
    if (blocked !== undefined) return waitingStatus(container, 'PodInitializing');
    return startContainer(context, pod, container, { before, circumstances, telling, isTold });
  });
  const held = withInits(pod, inits, seen);
  const next = { ...held, status: podStatus(world, held, statuses, now) };
  if (!sameJson(next.status, pod['status'])) cluster.store.replace(podResource, next);
  for (const tell of telling) tell();
  const all = [...inits, ...statuses];
  if (!all.some(isUnmade)) startOwnProcesses(context, next);
  const isIn = (one: Json): boolean =>
    digString(one, 'state', 'waiting', 'reason') === 'CreateContainerConfigError';
  return all.some(isIn) ? 'configuration' : undefined;
}

interface Start {
  readonly before: Json | undefined;
  readonly circumstances: Omit<Circumstances, 'isDone'>;
  readonly telling: Telling[];
  readonly isTold: boolean;
}

function startContainer(
  context: WriteContext,
  pod: KubeObject,
  container: Json,
  { before, circumstances, telling, isTold }: Start,
): JsonObject {
  const { world, cluster } = context;
  const { missing, exitCode, afterMs = 0 } = fateOf(context, pod, container) ?? {};
  const isDone = controllerOf(pod)?.kind === 'Job' && exitCode === undefined;
  const given = containerStatus(container, { ...circumstances, isDone });
  if (missing === true) {
    const next = withoutImage(given);
    if (before === undefined || digString(before, 'image') !== digString(container, 'image'))
      telling.push(() => {
        recordMissingImage(context, pod, container, 'containers');
      });
    return next;
  }
  const why = configProblem(cluster.store, pod, container);
  if (why !== undefined) {
    const tell = (): void => {
      recordConfigError(context, pod, container, 'containers', why);
    };
    if (isTold) telling.push(tell);
    return waitingStatus(container, 'CreateContainerConfigError', why);
  }
  telling.push(() => {
    recordStart(context, pod, container, 'containers');
  });
  if (exitCode === undefined) return given;
  const plan = { runs: afterMs, restarts: restarts(pod, exitCode) };
  const at = world.clock.now();
  const life = lifeAt(started(at, plan), at, plan);
  telling.push(() => {
    followLife(context, pod, { name: digString(container, 'name'), exitCode, plan }, life);
  });
  return statusIn(given, life, exitCode, pod);
}
