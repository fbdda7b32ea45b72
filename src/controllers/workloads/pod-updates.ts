import { digArray, digObject, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import { containerId, imageId } from '../../kube/kubelet/container-identity.js';
import type { WriteContext } from '../../registry/contract.js';
import { isDeleting, type QueuedController } from '../controller.js';
import { nodeResource } from '../nodes/node-condition.js';
import { fateOf } from './container-ends.js';
import { recordMissingImage, recordStart } from './container-events.js';
import { withoutImage } from './container-status.js';
import { recordEvent } from './events.js';
import { ownKey, podResource } from './pods.js';

/**
 * Does to running pods what their kubelet does when the spec changes under it: restarts a container whose image is
 * another, runs ephemeral containers, gives containers their new resources.
 *
 * @see kubernetes/kubernetes pkg/kubelet/kuberuntime/kuberuntime_manager.go computePodActions
 */
export const podUpdateController: QueuedController = {
  name: 'pod-updates',
  watches: ['pods.'],
  keysOf: (_context, change) => {
    const { type, stored, previous } = change;
    if (type !== 'MODIFIED' || previous === undefined) return [];
    const [now, before] = [stored.object, previous.object];
    if (now['spec'] === before['spec'] || digString(now, 'status', 'phase') !== 'Running') return [];
    return [ownKey(change)];
  },
  settle: (context, { namespace, name }) => {
    const pod = context.cluster.store.find(podResource, namespace, name)?.object;
    if (pod === undefined || isDeleting(pod) || digString(pod, 'status', 'phase') !== 'Running') return;
    const now = context.world.clock.timestamp();
    const status = digObject(pod, 'status');
    const restarted: Json[] = [];
    const containerStatuses = digArray(status, 'containerStatuses').map((one) => {
      const container = digArray(pod, 'spec', 'containers').find(
        (other) => digString(other, 'name') === digString(one, 'name'),
      );
      const next = followed(one, container, pod, now);
      if (next !== one && digString(next, 'image') !== digString(one, 'image') && container !== undefined)
        restarted.push(container);
      return next;
    });
    const ephemeral = ephemeralStatuses(context, pod, now);
    const wanted: JsonObject = {
      ...status,
      containerStatuses,
      ...(ephemeral.length > 0 && { ephemeralContainerStatuses: ephemeral }),
    };
    if (sameJson(wanted, status)) return;
    const added = ephemeral.length - digArray(status, 'ephemeralContainerStatuses').length;
    context.cluster.store.replace(podResource, { ...pod, status: wanted });
    for (const container of restarted) recordRestart(context, pod, container);
    const started = added === 0 ? [] : digArray(pod, 'spec', 'ephemeralContainers').slice(-added);
    for (const container of started) {
      const isMissing = fateOf(context, pod, container)?.missing === true;
      const tell = isMissing ? recordMissingImage : recordStart;
      tell(context, pod, container, 'ephemeralContainers');
    }
  },
};

/** The status of a container that follows its spec. */
function followed(status: Json, container: Json | undefined, pod: KubeObject, now: string): Json {
  if (!isJsonObject(status) || container === undefined) return status;
  const resources = digObject(container, 'resources');
  const given: JsonObject =
    Object.keys(resources).length > 0 && status['resources'] !== undefined
      ? { ...status, resources }
      : status;
  const image = digString(container, 'image');
  if (image === digString(status, 'image')) return given === status ? status : given;
  const restartCount = Number(status['restartCount'] ?? 0) + 1;
  const startedAt = digString(status, 'state', 'running', 'startedAt') || now;
  const { containerID } = status;
  const runtime = digString(status, 'containerID');
  const terminated = { exitCode: 0, reason: 'Completed', startedAt, finishedAt: now, containerID };
  return {
    ...given,
    image,
    imageID: imageId(image, runtime),
    restartCount,
    containerID: containerId(pod.metadata.uid ?? '', digString(status, 'name'), runtime, restartCount),
    state: { running: { startedAt: now } },
    lastState: { terminated },
  };
}

function ephemeralStatuses(context: WriteContext, pod: KubeObject, startedAt: string): readonly Json[] {
  const node = context.cluster.store.find(
    nodeResource,
    undefined,
    digString(pod, 'spec', 'nodeName'),
  )?.object;
  const runtime = digString(node, 'status', 'nodeInfo', 'containerRuntimeVersion');
  const known = digArray(pod, 'status', 'ephemeralContainerStatuses');
  const names = new Set(known.map((one) => digString(one, 'name')));
  const added = digArray(pod, 'spec', 'ephemeralContainers').filter(
    (one) => !names.has(digString(one, 'name')),
  );
  return [
    ...known,
    ...added.map((one): Json => {
      const [name, image] = [digString(one, 'name'), digString(one, 'image')];
      const seen = { name, lastState: {}, ready: false, restartCount: 0, image };
      if (fateOf(context, pod, one)?.missing === true)
        return { ...seen, state: withoutImage(seen)['state'] ?? {}, imageID: '' };
      return {
        ...seen,
        state: { running: { startedAt } },
        imageID: imageId(image, runtime),
        containerID: containerId(pod.metadata.uid ?? '', name, runtime),
      };
    }),
  ];
}

function recordRestart(context: WriteContext, pod: KubeObject, container: Json): void {
  const name = digString(container, 'name');
  recordEvent(context, pod, {
    component: 'kubelet',
    host: digString(pod, 'spec', 'nodeName'),
    fieldPath: `spec.containers{${name}}`,
    reason: 'Killing',
    message: `Container ${name} definition changed, will be restarted`,
  });
  recordStart(context, pod, container, 'containers');
}
