import { createHash } from 'node:crypto';
import { minorOf } from '../../core/kubernetes-minor.js';
import { digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { recordEvent } from './events.js';

/** Where in a pod's spec a container is. */
export type ContainerList = 'containers' | 'initContainers' | 'ephemeralContainers';

interface Place {
  readonly component: string;
  readonly host: string;
  readonly fieldPath: string;
}

function placeOf(pod: KubeObject, name: string, list: ContainerList): Place {
  return {
    component: 'kubelet',
    host: digString(pod, 'spec', 'nodeName'),
    fieldPath: `spec.${list}{${name}}`,
  };
}

/** First minor versions of kubelets that write a colon, tell how long a pull waited, and how large an image is. */
const [firstMinorWithColon, firstMinorWithWait, firstMinorWithSize] = [32, 27, 30];

/**
 * Tells where an image came from. Nodes have every image there is; those that are always to be pulled are asked for, which takes
 * a time and gives a size that hang on the name alone.
 *
 * @see kubernetes/kubernetes pkg/kubelet/images/image_manager.go
 */
function recordPull(context: WriteContext, pod: KubeObject, container: Json, at: Place): void {
  const image = digString(container, 'image');
  const quoted = JSON.stringify(image);
  if (digString(container, 'imagePullPolicy') !== 'Always') {
    const message = `Container image ${quoted} already present on machine`;
    recordEvent(context, pod, { ...at, reason: 'Pulled', message });
    return;
  }
  const minor = minorOf(context.world.settings.kubernetesVersion);
  const number = createHash('sha256').update(image).digest().readUInt32BE();
  const took = `${String((1000 + (number % 4000)) / 1000)}s`;
  const wait = minor >= firstMinorWithWait ? ` (${took} including waiting)` : '';
  const size = 5_000_000 + (number % 300_000_000);
  const told = minor >= firstMinorWithSize ? `. Image size: ${String(size)} bytes.` : '';
  const message = `Successfully pulled image ${quoted} in ${took}${wait}${told}`;
  recordEvent(context, pod, { ...at, reason: 'Pulling', message: `Pulling image ${quoted}` });
  recordEvent(context, pod, { ...at, reason: 'Pulled', message });
}

/** Tells that a container was started. */
export function recordStart(
  context: WriteContext,
  pod: KubeObject,
  container: Json,
  list: ContainerList,
): void {
  const name = digString(container, 'name');
  const at = placeOf(pod, name, list);
  recordPull(context, pod, container, at);
  const colon = minorOf(context.world.settings.kubernetesVersion) >= firstMinorWithColon ? ':' : '';
  recordEvent(context, pod, { ...at, reason: 'Created', message: `Created container${colon} ${name}` });
  recordEvent(context, pod, { ...at, reason: 'Started', message: `Started container ${name}` });
}

/** Tells that a container cannot be made. */
export function recordConfigError(
  context: WriteContext,
  pod: KubeObject,
  container: Json,
  list: ContainerList,
  why: string,
): void {
  const at = placeOf(pod, digString(container, 'name'), list);
  recordPull(context, pod, container, at);
  recordEvent(context, pod, { ...at, type: 'Warning', reason: 'Failed', message: `Error: ${why}` });
}

/** Tells that a container is not started again for a while. @param podName As kubelets name pods. */
export function recordBackOff(context: WriteContext, pod: KubeObject, name: string, podName: string): void {
  recordEvent(context, pod, {
    ...placeOf(pod, name, 'containers'),
    type: 'Warning',
    reason: 'BackOff',
    message: `Back-off restarting failed container ${name} in pod ${podName}`,
  });
}

/** Tells what a kubelet says of an image it cannot get. */
export function recordMissingImage(
  context: WriteContext,
  pod: KubeObject,
  container: Json,
  list: ContainerList,
): void {
  const at = placeOf(pod, digString(container, 'name'), list);
  const quoted = JSON.stringify(digString(container, 'image'));
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
