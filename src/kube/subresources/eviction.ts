import { ApiError, badRequest } from '../../core/api-error.js';
import { dig, digArray, digObject, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { selects } from '../../core/object-selector.js';
import type { Reply } from '../../registry/contract.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { saysDisruption, withDisruptionTarget } from '../disruption-target.js';
import type { World } from '../../state/world.js';
import type { KindRequest } from '../kind-request.js';
import { readDeleteOptions, readDryRun } from '../options-from-query.js';
import { readObjectBody } from '../read-object-body.js';
import { answerDone } from './answer-part.js';

const budgets = { group: 'policy', plural: 'poddisruptionbudgets' };
const refused = "Cannot evict pod as it would violate the pod's disruption budget.";
/** Seconds to wait for a budget whose status is not up to date. */
const retryAfterSeconds = 10;

/**
 * Deletes a pod unless a PodDisruptionBudget needs it.
 *
 * @see kubernetes/kubernetes pkg/registry/core/pod/storage/eviction.go
 */
export async function serveEviction(request: KindRequest): Promise<Reply> {
  const { context, path, kind, form } = request;
  const body = await readObjectBody(context, { kind: 'Eviction', type: 'policy/v1.Eviction' });
  const apiVersion = digString(body, 'apiVersion');
  if (!['', 'policy/v1', 'policy/v1beta1'].includes(apiVersion)) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (policy/v1)`,
    );
  }
  if (digString(body, 'metadata', 'name') !== path.name)
    throw badRequest('name in URL does not match name in Eviction object');
  const options = readDeleteOptions(context.query, digObject(body, 'deleteOptions'));
  const dryRun = readDryRun(context.query, 'CreateOptions') || options.dryRun === true;
  const pod = context.cluster.store.get(kind.resource, path.namespace, path.name).object;
  if (!isFree(pod)) checkBudget(request, pod, dryRun);
  const key = { namespace: path.namespace, name: path.name };
  const target = { ...options, dryRun };
  if (!dryRun && isMarked(context.world, pod)) {
    // Refused with the version it has, before there is another.
    deleteObject(context, kind.resource, key, { ...options, dryRun: true });
    const why = ['EvictionByEvictionAPI', 'Eviction API: evicting'] as const;
    context.cluster.store.replace(kind.resource, withDisruptionTarget(context.world, pod, ...why));
    const { uid } = options.preconditions ?? {};
    deleteObject(context, kind.resource, key, {
      ...target,
      preconditions: { ...(uid !== undefined && { uid }) },
    });
  } else deleteObject(context, kind.resource, key, target);
  return answerDone(form);
}

/** Whether a pod says why it goes: one that runs or is about to. */
function isMarked(world: World, pod: KubeObject): boolean {
  const phase = digString(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed' || pod.metadata.deletionTimestamp !== undefined)
    return false;
  return saysDisruption(world);
}

/** Pods that no budget counts. */
function isFree(pod: KubeObject): boolean {
  const phase = digString(pod, 'status', 'phase');
  return (
    phase === 'Succeeded' ||
    phase === 'Failed' ||
    phase === 'Pending' ||
    pod.metadata.deletionTimestamp !== undefined
  );
}

function checkBudget({ context }: KindRequest, pod: KubeObject, dryRun: boolean): void {
  const { store } = context.cluster;
  const found = store
    .list(budgets, pod.metadata.namespace)
    .filter(({ object }) => selects(dig(object, 'spec', 'selector'), pod.metadata.labels))
    .map(({ object }) => object);
  if (found.length > 1) {
    const text =
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    throw new ApiError(500, '', text);
  }
  const [budget] = found;
  if (budget === undefined) return;
  const status = digObject(budget, 'status');
  const [healthy, needed] = [numberAt(status, 'currentHealthy'), numberAt(status, 'desiredHealthy')];
  const policy = digString(budget, 'spec', 'unhealthyPodEvictionPolicy');
  const isSick = !digArray(pod, 'status', 'conditions').some(
    (one) => digString(one, 'type') === 'Ready' && digString(one, 'status') === 'True',
  );
  if (isSick && (policy === 'AlwaysAllow' || (needed > 0 && healthy >= needed))) return;
  const { name, generation = 0 } = budget.metadata;
  if (numberAt(status, 'observedGeneration') < generation) {
    const why = `The disruption budget ${name} is still being processed by the server.`;
    throw tooMany(why, retryAfterSeconds);
  }
  const allowed = numberAt(status, 'disruptionsAllowed');
  if (allowed <= 0)
    throw tooMany(
      `The disruption budget ${name} needs ${String(needed)} healthy pods and has ${String(healthy)} currently`,
    );
  if (dryRun) return;
  const disruptedPods = {
    ...digObject(status, 'disruptedPods'),
    [pod.metadata.name]: context.world.clock.timestamp(),
  };
  store.replace(budgets, {
    ...budget,
    status: { ...status, disruptedPods, disruptionsAllowed: allowed - 1 },
  });
}

function numberAt(status: JsonObject, key: string): number {
  const value = status[key];
  return typeof value === 'number' ? value : 0;
}

function tooMany(why: string, seconds?: number): ApiError {
  return new ApiError(429, 'TooManyRequests', refused, {
    details: {
      causes: [{ reason: 'DisruptionBudget', message: why }],
      ...(seconds !== undefined && { retryAfterSeconds: seconds }),
    },
    ...(seconds !== undefined && { headers: { 'Retry-After': String(seconds) } }),
  });
}
