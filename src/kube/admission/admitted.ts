import type { User } from '../../core/kube-object.js';
import type { StoredObject } from '../../state/object-store.js';
import type { Deletion } from '../../registry/verbs/delete.js';
import type { Reply, Subresource } from '../../registry/contract.js';
import { withWarnings } from '../warnings.js';
import type { KindRequest } from '../kind-request.js';
import { kubernetesUser } from '../reviews/kubernetes-user.js';
import { strategyWarnings } from '../strategy-warnings/strategy-warnings.js';
import type { AdmissionSteps, GuardedWrite } from './guarded-write.js';
import { guardsOf, noGuards } from './guards.js';
import { securityWarnings } from './pod-security/pod-security.js';

/** A write as admission is told of it. @param told Warnings for the client go there */
export function guardedWrite(
  request: KindRequest,
  subresource: string,
  dryRun: boolean,
  told: string[],
): GuardedWrite {
  const { context, kind, path } = request;
  const user = (): User => kubernetesUser(context);
  const warn = (text: string): unknown => told.push(text);
  const converted = request.converted && { converted: request.converted };
  return { context, kind, path, user, ...converted, subresource, dryRun, warn };
}

/**
 * Stores an object once admission lets it pass, as it has become by then.
 *
 * @param store Does the write. It is done in part, more than once, while webhooks are asked.
 * @throws ApiError when the write is refused
 */
export function admitted(
  write: GuardedWrite,
  store: (steps: AdmissionSteps) => StoredObject,
): StoredObject | Promise<StoredObject> {
  const guards = guardsOf(write.context);
  let previous: StoredObject | undefined;
  const watched = (steps: AdmissionSteps): StoredObject => {
    const { context, path, kind } = write;
    previous = context.cluster.store.find(kind.resource, path.namespace, path.name);
    return store(steps);
  };
  const told = (stored: StoredObject): StoredObject => {
    const { context, kind } = write;
    if (write.subresource !== '') return stored;
    const written = [kind.resource, stored.object, previous?.object, context] as const;
    for (const warn of [strategyWarnings, securityWarnings]) warn(...written).forEach(write.warn);
    return stored;
  };
  if (guards === undefined && write.converted === undefined) return told(watched({ dryRun: write.dryRun }));
  return import('./admit.js').then(async ({ admit }) =>
    told(await admit(write, guards ?? noGuards, watched)),
  );
}

/**
 * Deletes an object once admission lets that pass.
 *
 * @throws ApiError when the deletion is refused
 */
export function admittedDeletion(
  write: GuardedWrite,
  key: { readonly namespace: string; readonly name: string },
  remove: () => Deletion,
): Deletion | Promise<Deletion> {
  const guards = guardsOf(write.context);
  if (guards === undefined) return remove();
  return import('./admit.js').then(({ admitDeletion }) => admitDeletion(write, guards, key, remove));
}

/**
 * Answers a request to a part of an object that is more than a piece of it, once admission lets it pass.
 *
 * @throws ApiError when it is refused
 */
export async function admittedPart(
  request: KindRequest,
  part: Subresource,
  handle: (request: KindRequest, part: Subresource) => Reply | Promise<Reply>,
): Promise<Reply> {
  const guards = guardsOf(request.context);
  if (guards === undefined) return handle(request, part);
  const { admitPart } = await import('./admit-part.js');
  const told: string[] = [];
  const admitted = await admitPart(request, part, handle, guards, (text) => told.push(text));
  return withWarnings(await handle(admitted, part), told);
}

/**
 * Answers the creation of an object that is never stored, such as a review, once admission lets it pass.
 *
 * @throws ApiError when it is refused
 */
export async function admittedQuestion(
  request: KindRequest,
  handle: (request: KindRequest) => Reply | Promise<Reply>,
): Promise<Reply> {
  const guards = guardsOf(request.context);
  if (guards === undefined) return handle(request);
  const { admitQuestion } = await import('./admit-part.js');
  const told: string[] = [];
  const admitted = await admitQuestion(request, guards, (text) => told.push(text));
  return withWarnings(await handle(admitted), told);
}
