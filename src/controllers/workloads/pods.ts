import { internalError } from '../../core/api-error.js';
import { digArray, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import { controllerReference, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { controlledBy, controllerOf } from '../dependents.js';
import type { Change } from '../../state/object-store.js';
import { isDeleting, type WorkKey } from '../controller.js';
import { recordEvent } from './events.js';

/** The resource of pods. */
export const podResource = { group: '', plural: 'pods' };

/** How many pods a controller makes or takes away at once, as the real ones do; the rest follows when these are there. */
export const podsAtOnce = 500;

/** Pods a cluster takes from its controllers: as many as Kubernetes says it is made for. */
const mostPods = 150_000;

/** Tells whether a pod has come to its end. */
export function isFinished(pod: KubeObject): boolean {
  const phase = digString(pod, 'status', 'phase');
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Tells whether a pod's Ready condition holds. */
export function isReady(pod: KubeObject): boolean {
  return digArray(pod, 'status', 'conditions').some(
    (condition) => digString(condition, 'type') === 'Ready' && digString(condition, 'status') === 'True',
  );
}

/** The pods an owner manages that are neither finished nor on their way out. */
export function activePods({ cluster }: WriteContext, owner: KubeObject): KubeObject[] {
  return controlledBy(cluster.store, owner, podResource).filter(
    (pod) => !isFinished(pod) && !isDeleting(pod),
  );
}

/** How a pod differs from its template. */
export interface PodChanges {
  readonly name?: string;
  /** What its name begins with; absent: that of its owner. */
  readonly generateName?: string;
  readonly labels?: JsonObject;
  readonly annotations?: JsonObject;
  readonly spec?: JsonObject;
}

/**
 * Makes a pod of its owner's template.
 *
 * @throws ApiError when the pod is refused
 */
export function createPod(
  context: WriteContext,
  owner: KubeObject,
  template: JsonObject,
  { name, generateName = `${owner.metadata.name}-`, labels, annotations, spec }: PodChanges = {},
): KubeObject {
  // Differs from Kubernetes, whose store is full at some other number.
  if (context.cluster.store.count(podResource) >= mostPods)
    throw internalError('etcdserver: mvcc: database space exceeded');
  const metadata = isJsonObject(template['metadata']) ? template['metadata'] : {};
  const given = isJsonObject(template['spec']) ? template['spec'] : {};
  const own = { ...(isJsonObject(metadata['labels']) ? metadata['labels'] : {}), ...labels };
  const noted = {
    ...(isJsonObject(metadata['annotations']) ? metadata['annotations'] : {}),
    ...annotations,
  };
  const { namespace } = owner.metadata;
  const { object } = createObject(context, context.catalog.get('', 'pods'), {
    metadata: {
      ...(name !== undefined && { name }),
      generateName,
      ...(namespace !== undefined && { namespace }),
      ...(Object.keys(own).length > 0 && { labels: own }),
      ...(Object.keys(noted).length > 0 && { annotations: noted }),
      ...(Array.isArray(metadata['finalizers']) && { finalizers: metadata['finalizers'] }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: { ...given, ...spec },
  });
  return object;
}

/** The work a change of a pod means for the controller of one kind: its owner, now or before. */
export function ownersOf({ stored, previous }: Change, kind: string): WorkKey[] {
  const keys: WorkKey[] = [];
  for (const object of [stored.object, previous?.object]) {
    const owner = object && controllerOf(object);
    const namespace = object?.metadata.namespace ?? '';
    if (owner?.kind === kind && !keys.some(({ name }) => name === owner.name))
      keys.push({ namespace, name: owner.name });
  }
  return keys;
}

/** The key of the changed object itself. */
export function ownKey({ stored }: Change): WorkKey {
  const { namespace = '', name } = stored.object.metadata;
  return { namespace, name };
}

/** Notes that a controller made or removed a pod. */
export function recordPod(
  context: WriteContext,
  owner: KubeObject,
  component: string,
  what: 'create' | 'delete',
  pod: string,
): void {
  const verb = what === 'create' ? 'Created' : 'Deleted';
  recordEvent(context, owner, {
    reason: what === 'create' ? 'SuccessfulCreate' : 'SuccessfulDelete',
    message: `${verb} pod: ${pod}`,
    component,
  });
}

/** Notes that a pod was refused. */
export function recordRefusal(
  context: WriteContext,
  owner: KubeObject,
  component: string,
  message: string,
): void {
  recordEvent(context, owner, {
    type: 'Warning',
    reason: 'FailedCreate',
    message: `Error creating: ${message}`,
    component,
  });
}
