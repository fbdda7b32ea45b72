import { createHash } from 'node:crypto';
import { dig, digArray, digString, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { podStatus, restarts } from '../../kube/kubelet/container-end.js';
import type { WriteContext } from '../../registry/contract.js';
import { isDeleting, type QueuedController } from '../controller.js';
import { controllerOf } from '../dependents.js';
import { addressOf, freePodAddress } from './choose-node.js';
import { fateOf, followLife, statusIn, type Ending } from './container-ends.js';
import { recordMissingImage, recordStart } from './container-events.js';
import { lifeAt, started, type Life } from './container-life.js';
import { hasLostKubelet, nodeResource } from '../nodes/node-condition.js';
import { startOwnProcesses } from './own-processes.js';
import { podsOn } from './pod-index.js';
import { ownKey, podResource } from './pods.js';

/**
 * Runs the containers of pods that have a node: they are ready at once, and those of a Job are done at once, unless a
 * scenario says otherwise.
 *
 * Pods on nodes that do not exist, or whose kubelet is lost, stay Pending until it is there.
 */
export const kubeletController: QueuedController = {
  name: 'kubelet',
  watches: ['pods.', 'nodes.'],
  keysOf: ({ cluster }, change) => {
    const { object } = change.stored;
    if (change.resource.plural === 'nodes') {
      const { previous } = change;
      if (previous !== undefined && !(hasLostKubelet(previous.object) && !hasLostKubelet(object))) return [];
      return podsOn(cluster.store, object.metadata.name).map(({ metadata }) => ({
        namespace: metadata.namespace ?? '',
        name: metadata.name,
      }));
    }
    const isNew = digString(object, 'status', 'phase') === 'Pending';
    return change.type !== 'DELETED' && isNew && digString(object, 'spec', 'nodeName') !== ''
      ? [ownKey(change)]
      : [];
  },
  settle: (context, { namespace, name }) => {
    const pod = context.cluster.store.find(podResource, namespace, name)?.object;
    if (pod === undefined || isDeleting(pod) || digString(pod, 'status', 'phase') !== 'Pending') return;
    if (digArray(pod, 'status', 'containerStatuses').length > 0) return;
    const nodeName = digString(pod, 'spec', 'nodeName');
    const node = context.cluster.store.find(nodeResource, undefined, nodeName)?.object;
    if (node === undefined || hasLostKubelet(node)) return;
    run(context, pod, node);
  },
};

function run(context: WriteContext, pod: KubeObject, node: KubeObject): void {
  const { world, cluster } = context;
  const now = world.clock.timestamp();
  const isJob = controllerOf(pod)?.kind === 'Job';
  const runtime = digString(node, 'status', 'nodeInfo', 'containerRuntimeVersion');
  const hostIP = addressOf(node);
  const podIP = dig(pod, 'spec', 'hostNetwork') === true ? hostIP : freePodAddress(cluster, node);
  const uid = pod.metadata.uid ?? '';
  const inits = digArray(pod, 'spec', 'initContainers').map((container) => {
    const isSidecar = digString(container, 'restartPolicy') === 'Always';
    const given = containerStatus(container, { uid, now, runtime, isDone: !isSidecar || isJob });
    return isSidecar ? given : { ...given, ready: true };
  });
  const lives: [Ending, Life][] = [];
  const containers = digArray(pod, 'spec', 'containers');
  const containerStatuses = containers.map((container): JsonObject => {
    const { missing, exitCode, afterMs = 0 } = fateOf(context, pod, container) ?? {};
    const isDone = isJob && exitCode === undefined;
    const given = containerStatus(container, { uid, now, runtime, isDone });
    if (missing === true) return withoutImage(given);
    if (exitCode === undefined) return given;
    const plan = { runs: afterMs, restarts: restarts(pod, exitCode) };
    const at = world.clock.now();
    const life = lifeAt(started(at, plan), at, plan);
    lives.push([{ name: digString(container, 'name'), exitCode, plan }, life]);
    return statusIn(given, life, exitCode, pod);
  });
  const { containerStatuses: _, ...status } = podStatus(pod, containerStatuses, now);
  const running = {
    ...pod,
    status: {
      ...status,
      ...(hostIP !== '' && { hostIP, hostIPs: [{ ip: hostIP }] }),
      podIP,
      podIPs: [{ ip: podIP }],
      startTime: now,
      ...(inits.length > 0 && { initContainerStatuses: inits }),
      containerStatuses,
    },
  };
  cluster.store.replace(podResource, running);
  for (const key of ['initContainers', 'containers'] as const) {
    for (const container of digArray(pod, 'spec', key)) {
      const isMissing = key === 'containers' && fateOf(context, pod, container)?.missing === true;
      if (isMissing) recordMissingImage(context, pod, container);
      else recordStart(context, pod, container, key);
    }
  }
  for (const [ending, life] of lives) followLife(context, pod, ending, life);
  startOwnProcesses(context, running);
}

/** The status of a running container whose image cannot be had. */
function withoutImage(status: JsonObject): JsonObject {
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

interface Circumstances {
  readonly uid: string;
  readonly now: string;
  readonly runtime: string;
  /** It has done its work already. */
  readonly isDone: boolean;
}

function containerStatus(container: Json, { uid, now, runtime, isDone }: Circumstances): JsonObject {
  const [name, image] = [digString(container, 'name'), digString(container, 'image')];
  const isDocker = runtime.startsWith('docker:');
  const containerID = `${isDocker ? 'docker' : 'containerd'}://${sha256(`${uid}/${name}`)}`;
  const [base = image] = image.split('@');
  const repository = base.replace(/:[^/:]*$/, '');
  const state: JsonObject = isDone
    ? { terminated: { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now, containerID } }
    : { running: { startedAt: now } };
  return {
    name,
    state,
    lastState: {},
    ready: !isDone,
    restartCount: 0,
    image,
    imageID: `${isDocker ? 'docker-pullable://' : ''}${repository}@sha256:${sha256(image)}`,
    containerID,
    started: !isDone,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
