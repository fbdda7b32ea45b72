import { createHash } from 'node:crypto';
import { dig, digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { phaseOf, podConditions } from '../../kube/kubelet/container-end.js';
import type { WriteContext } from '../../registry/contract.js';
import { isDeleting, type QueuedController } from '../controller.js';
import { controllerOf } from '../dependents.js';
import { addressOf, freePodAddress } from './choose-node.js';
import { ended, fateOf, planRestart, recordMissingImage, withoutImage } from './container-ends.js';
import { hasLostKubelet, nodeResource } from '../nodes/node-condition.js';
import { recordEvent } from './events.js';
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
  const inits = digArray(pod, 'spec', 'initContainers').map((container) =>
    containerStatus(container, { uid, now, runtime, isJob: true }),
  );
  const containers = digArray(pod, 'spec', 'containers');
  const fates = containers.map((container) => fateOf(context, pod, container));
  const containerStatuses = containers.map((container, at) => {
    const { missing, exitCode } = fates[at] ?? {};
    const given = containerStatus(container, { uid, now, runtime, isJob });
    if (missing === true) return withoutImage(given);
    return exitCode === undefined ? given : ended(given, exitCode, pod, now);
  });
  const phase = phaseOf(containerStatuses);
  const status: JsonObject = {
    ...digObject(pod, 'status'),
    phase,
    conditions: podConditions(now, phase, containerStatuses, inits.length > 0),
    ...(hostIP !== '' && { hostIP, hostIPs: [{ ip: hostIP }] }),
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: now,
    ...(inits.length > 0 && { initContainerStatuses: inits }),
    containerStatuses,
  };
  cluster.store.replace(podResource, { ...pod, status });
  for (const key of ['initContainers', 'containers'] as const) {
    for (const container of digArray(pod, 'spec', key)) recordStart(context, pod, container, key);
  }
  for (const [at, one] of containerStatuses.entries())
    planRestart(context, pod, one, fates[at]?.exitCode ?? 0);
  startOwnProcesses(context, { ...pod, status });
}

interface Circumstances {
  readonly uid: string;
  readonly now: string;
  readonly runtime: string;
  readonly isJob: boolean;
}

function containerStatus(container: Json, { uid, now, runtime, isJob }: Circumstances): JsonObject {
  const [name, image] = [digString(container, 'name'), digString(container, 'image')];
  const isDocker = runtime.startsWith('docker:');
  const containerID = `${isDocker ? 'docker' : 'containerd'}://${sha256(`${uid}/${name}`)}`;
  const [base = image] = image.split('@');
  const repository = base.replace(/:[^/:]*$/, '');
  const state: JsonObject = isJob
    ? { terminated: { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now, containerID } }
    : { running: { startedAt: now } };
  return {
    name,
    state,
    lastState: {},
    ready: !isJob,
    restartCount: 0,
    image,
    imageID: `${isDocker ? 'docker-pullable://' : ''}${repository}@sha256:${sha256(image)}`,
    containerID,
    started: !isJob,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function recordStart(
  context: WriteContext,
  pod: KubeObject,
  container: Json,
  key: 'containers' | 'initContainers',
): void {
  const name = digString(container, 'name');
  const at = {
    component: 'kubelet',
    host: digString(pod, 'spec', 'nodeName'),
    fieldPath: `spec.${key}{${name}}`,
  };
  const image = digString(container, 'image');
  if (key === 'containers' && fateOf(context, pod, container)?.missing === true) {
    recordMissingImage(context, pod, image, at);
    return;
  }
  const message = `Container image ${JSON.stringify(image)} already present on machine`;
  recordEvent(context, pod, { ...at, reason: 'Pulled', message });
  recordEvent(context, pod, { ...at, reason: 'Created', message: `Created container ${name}` });
  recordEvent(context, pod, { ...at, reason: 'Started', message: `Started container ${name}` });
}
