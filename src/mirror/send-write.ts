import type { ApiError } from '../core/api-error.js';
import { digArray, digString, type JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { Copies } from './copies.js';
import type { KubernetesClient } from './kubernetes-client.js';
import { asKeptHere, pathOf } from './mirrored-kind.js';
import { asSent, type PlannedWrite } from './planned-write.js';

/** In whose name something is written, as `managedFields` show it: the names of the real programs. */
export type Writer = 'ks-apiserver' | 'controller-manager';

/**
 * Does to one object over there what was planned: with the version it was planned for, so that nothing is lost that
 * somebody else has written meanwhile.
 *
 * @returns the object as it was answered last; `undefined` when nothing of it is left
 * @throws ApiError what Kubernetes refuses it with: Conflict and NotFound when the object has changed or gone meanwhile
 */
export async function sendWrite(
  write: PlannedWrite,
  client: KubernetesClient,
  copies: Copies,
  writer: Writer,
): Promise<KubeObject | undefined> {
  const { kind, key, metadata } = write;
  const { namespace, name } = metadata;
  const path = pathOf(kind, namespace, name);
  const send = async (method: string, target: string, body: JsonObject): Promise<KubeObject | undefined> => {
    const answer = await client.send(method, target, body, writer);
    return digString(answer, 'kind') === 'Status' ? undefined : asKeptHere(kind, answer);
  };
  let last: KubeObject | undefined;
  const take = (object: KubeObject | undefined): void => {
    last = object ?? last;
    if (object !== undefined) copies.take(kind, object);
  };
  const settle = (object: KubeObject | undefined): void => {
    last = object !== undefined && isHeld(object) ? object : undefined;
    const known = copies.find(key);
    if (last !== undefined) copies.take(kind, last);
    else if (known !== undefined && known.metadata.uid === (object ?? known).metadata.uid)
      copies.drop(kind, known);
  };

  if (write.create !== undefined) take(await send('POST', pathOf(kind, namespace), write.create));
  if (write.update !== undefined) take(await send('PUT', path, at(write.update, write.base)));
  if (write.status !== undefined)
    take(await send('PATCH', pathOf(kind, namespace, name, 'status'), { status: write.status }));
  if (write.remove !== undefined) settle(await send('DELETE', path, deleteOptions(write)));
  const held = copies.find(key);
  if (write.release !== undefined && held !== undefined) {
    const finalizers = (held.metadata.finalizers ?? []).filter(
      (one) => write.release?.includes(one) !== true,
    );
    const released = asSent(kind, { ...held, metadata: { ...held.metadata, finalizers } });
    settle(await send('PUT', path, at(released, held)));
  }
  return last;
}

function deleteOptions({ base, remove }: PlannedWrite): JsonObject {
  return {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    preconditions: { uid: base?.metadata.uid ?? '' },
    ...(remove?.propagation !== undefined && { propagationPolicy: remove.propagation }),
  };
}

/** Whether a refusal says that the object is not what it was thought to be. */
export function isConflict({ code, reason }: ApiError): boolean {
  return code === 409 && reason !== 'AlreadyExists';
}

/** Asks what has become of an object. @throws ApiError when that cannot be said */
export async function refresh(write: PlannedWrite, client: KubernetesClient, copies: Copies): Promise<void> {
  const { kind, key, metadata } = write;
  try {
    const answer = await client.send('GET', pathOf(kind, metadata.namespace, metadata.name));
    copies.take(kind, asKeptHere(kind, answer));
  } catch (error) {
    if ((error as Partial<ApiError>).code !== 404) throw error;
    const known = copies.find(key);
    if (known !== undefined) copies.drop(kind, known);
  }
}

function at(object: KubeObject, base: KubeObject | undefined): KubeObject {
  const { uid, resourceVersion } = base?.metadata ?? {};
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
    },
  };
}

/** Whether something still has to happen before a deleted object is gone. */
function isHeld({ metadata, ...rest }: KubeObject): boolean {
  const { finalizers = [], deletionGracePeriodSeconds = 0 } = metadata;
  return finalizers.length > 0 || deletionGracePeriodSeconds > 0 || isHeldNamespace({ metadata, ...rest });
}

function isHeldNamespace(object: KubeObject): boolean {
  return object.kind === 'Namespace' && digArray(object, 'spec', 'finalizers').length > 0;
}
