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

/** Tells that a container was started. */
export function recordStart(
  context: WriteContext,
  pod: KubeObject,
  container: Json,
  list: ContainerList,
): void {
  const name = digString(container, 'name');
  const at = placeOf(pod, name, list);
  const image = JSON.stringify(digString(container, 'image'));
  recordEvent(context, pod, {
    ...at,
    reason: 'Pulled',
    message: `Container image ${image} already present on machine`,
  });
  recordEvent(context, pod, { ...at, reason: 'Created', message: `Created container ${name}` });
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
  const image = JSON.stringify(digString(container, 'image'));
  const message = `Container image ${image} already present on machine`;
  recordEvent(context, pod, { ...at, reason: 'Pulled', message });
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
