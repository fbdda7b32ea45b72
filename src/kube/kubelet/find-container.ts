import { ApiError, badRequest } from '../../core/api-error.js';
import { dig, digArray, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';

const kinds = ['container', 'initContainer', 'ephemeralContainer'] as const;

function namesOf(pod: KubeObject, kind: (typeof kinds)[number]): string[] {
  return digArray(pod, 'spec', `${kind}s`).map((each) => digString(each, 'name'));
}

/**
 * The container a request is about: the one it names, or the only one there is.
 *
 * @throws ApiError 400 when it has to name one, or names one the pod does not have
 * @see kubernetes/kubernetes pkg/registry/core/pod/strategy.go validateContainer
 */
export function chooseContainer(pod: KubeObject, wanted: string): string {
  const names = namesOf(pod, 'container');
  const { name } = pod.metadata;
  if (wanted !== '') {
    if (kinds.some((kind) => namesOf(pod, kind).includes(wanted))) return wanted;
    throw badRequest(`container ${wanted} is not valid for pod ${name}`);
  }
  const [only] = names;
  if (only === undefined) throw badRequest(`a container name must be specified for pod ${name}`);
  if (names.length === 1) return only;
  const inits = namesOf(pod, 'initContainer');
  const others = inits.length === 0 ? '' : ` or one of the init containers: [${inits.join(' ')}]`;
  throw badRequest(
    `a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]${others}`,
  );
}

/** What a pod's spec says of a container. */
export function containerSpec(pod: KubeObject, name: string): JsonObject {
  for (const kind of kinds) {
    const found = digArray(pod, 'spec', `${kind}s`).find((each) => digString(each, 'name') === name);
    if (isJsonObject(found)) return found;
  }
  return {};
}

/** What a pod's status says of a container; `undefined` while it says nothing. */
export function containerStatus(pod: KubeObject, name: string): JsonObject | undefined {
  for (const kind of kinds) {
    const found = digArray(pod, 'status', `${kind}Statuses`).find((each) => digString(each, 'name') === name);
    if (isJsonObject(found)) return found;
  }
  return undefined;
}

/**
 * Refuses to reach into a container that does not run, as the kubelet does.
 *
 * @throws ApiError 400 for a pod without a node, 500 for a container that is not there
 */
export function checkRunning(pod: KubeObject, container: string): void {
  if (digString(pod, 'spec', 'nodeName') === '')
    throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  if (dig(containerStatus(pod, container), 'state', 'running') !== undefined) return;
  throw new ApiError(500, 'InternalError', `container not found ("${container}")`, { dialect: 'router' });
}
