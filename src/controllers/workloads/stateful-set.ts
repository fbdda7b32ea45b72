import { ApiError } from '../../core/api-error.js';
import { dig, digArray, digObject, digString, type JsonObject } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import type { Change } from '../../state/object-store.js';
import { isDeleting, keyOf, type QueuedController, type WorkKey } from '../controller.js';
import { controlledBy } from '../dependents.js';
import { lookAgainAt } from '../later.js';
import { availabilityOf, isAvailable } from './availability.js';
import { ownClaims } from './claim-retention.js';
import { claim, claimantsOf, type ClaimingKind } from './claim.js';
import { replicasOf } from './deployment-status.js';
import { recordEvent } from './events.js';
import { createPod, isReady, ownKey, podResource, podsAtOnce } from './pods.js';
import { currentRevision, noteLoadedRevision, revisionLabel, type Revision } from './revisions.js';
import { writeStatus } from './write-status.js';

const component = 'statefulset-controller';
const statefulSets = { group: 'apps', plural: 'statefulsets' };
const statefulSetClaims: ClaimingKind = {
  kind: 'StatefulSet',
  resource: statefulSets,
  selectorOf: (set) => dig(set, 'spec', 'selector'),
};
const claims = { group: '', plural: 'persistentvolumeclaims' };

/**
 * Keeps the numbered pods of a StatefulSet, with a claim of their own for each claim template: one after the other, or
 * all at once when the set says `Parallel`.
 *
 * @see kubernetes/kubernetes pkg/controller/statefulset
 */
export const statefulSetController: QueuedController = {
  name: 'statefulset',
  watches: ['statefulsets.apps', 'pods.', 'persistentvolumeclaims.'],
  keysOf: (context, change) => {
    if (change.resource.plural === claims.plural)
      return change.type === 'DELETED' ? usersOf(context, change) : [];
    if (change.resource.plural === 'pods') return claimantsOf(context, change, statefulSetClaims);
    noteLoadedRevision(context, change);
    return [ownKey(change)];
  },
  settle: (context, { namespace, name }) => {
    const set = context.cluster.store.find(statefulSets, namespace, name)?.object;
    if (set === undefined || isDeleting(set)) return;
    claim(context, set, {
      resource: podResource,
      selector: dig(set, 'spec', 'selector'),
      concerns: (pod) => isNumbered(pod, set),
    });
    const revision = currentRevision(context, set);
    step(context, set, revision);
    writeStatus(context, context.catalog.get('apps', 'statefulsets'), set, statusOf(context, set, revision));
    const { next } = availabilityOf(context, set, podsOf(context, set));
    lookAgainAt(context, 'statefulset', statefulSets, set, next);
  },
};

/** The sets that have a claim of that name. */
function usersOf({ cluster }: WriteContext, change: Change): readonly WorkKey[] {
  const { namespace, name } = ownKey(change);
  return cluster.store
    .list(statefulSets, namespace)
    .filter(({ object: set }) =>
      digArray(set, 'spec', 'volumeClaimTemplates').some((template) =>
        name.startsWith(`${digString(template, 'metadata', 'name')}-${set.metadata.name}-`),
      ),
    )
    .map(({ object }) => ({ namespace, name: object.metadata.name }));
}

/** Whether a pod is called as those of a set are. */
function isNumbered({ metadata }: KubeObject, set: KubeObject): boolean {
  const prefix = `${set.metadata.name}-`;
  return metadata.name.startsWith(prefix) && /^\d+$/.test(metadata.name.slice(prefix.length));
}

function podsOf({ cluster }: WriteContext, set: KubeObject): readonly KubeObject[] {
  return controlledBy(cluster.store, set, podResource).sort((a, b) => ordinalOf(a) - ordinalOf(b));
}

function ordinalOf({ metadata }: KubeObject): number {
  return Number(metadata.name.slice(metadata.name.lastIndexOf('-') + 1));
}

/** Does what may be done now; a pod that becomes ready brings the next step. */
function step(context: WriteContext, set: KubeObject, revision: Revision): void {
  const pods = podsOf(context, set);
  const start = dig(set, 'spec', 'ordinals', 'start');
  const first = typeof start === 'number' ? start : 0;
  const end = first + replicasOf(set);
  const isParallel = digString(set, 'spec', 'podManagementPolicy') === 'Parallel';
  const resource = context.catalog.get('', 'pods');
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(pod), pod]));
  let made = 0;
  ownClaims(context, set, (ordinal) => ordinal >= first && ordinal < end);
  for (let ordinal = first; ordinal < end; ordinal += 1) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined) {
      if (!create(context, set, ordinal, revision)) return;
      made += 1;
      if (made >= podsAtOnce) return;
    }
    // A pod that cannot end holds its name.
    if (pod !== undefined && isDeleting(pod) && !isParallel) return;
    if ((pod === undefined || !isAvailable(context, set, pod)) && !isParallel) return;
  }
  const surplus = pods.filter((pod) => ordinalOf(pod) >= end || ordinalOf(pod) < first).reverse();
  for (const pod of isParallel ? surplus : surplus.slice(0, 1))
    if (!isDeleting(pod)) remove(context, set, pod);
  if (surplus.length > 0 || digString(set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return;
  const partition = dig(set, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  const from = typeof partition === 'number' ? partition : 0;
  const stale = pods.filter(
    (pod) => ordinalOf(pod) >= from && label(pod, revisionLabel) !== revision.name && ordinalOf(pod) < end,
  );
  const next = stale.at(-1);
  if (
    next === undefined ||
    isDeleting(next) ||
    (pods.some((pod) => !isAvailable(context, set, pod)) && isAvailable(context, set, next))
  )
    return;
  deleteObject(context, resource, keyOf(next));
}

function remove(context: WriteContext, set: KubeObject, pod: KubeObject): void {
  deleteObject(context, context.catalog.get('', 'pods'), keyOf(pod));
  const message = `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`;
  recordEvent(context, set, { reason: 'SuccessfulDelete', message, component });
}

function create(context: WriteContext, set: KubeObject, ordinal: number, revision: Revision): boolean {
  const name = `${set.metadata.name}-${String(ordinal)}`;
  const template = digObject(set, 'spec', 'template');
  const mounted = digArray(set, 'spec', 'volumeClaimTemplates').map((claim) => {
    const volume = digString(claim, 'metadata', 'name');
    return { name: volume, persistentVolumeClaim: { claimName: `${volume}-${name}` } };
  });
  // A claim on its way out is waited for: with a pod that uses it, it would never go.
  const isLeaving = mounted.some(({ persistentVolumeClaim: { claimName } }) => {
    const claim = context.cluster.store.find(claims, set.metadata.namespace, claimName)?.object;
    return claim !== undefined && isDeleting(claim);
  });
  if (isLeaving) return false;
  try {
    for (const claim of digArray(set, 'spec', 'volumeClaimTemplates')) putClaim(context, set, claim, name);
    const others = digArray(template, 'spec', 'volumes').filter(
      (volume) => !mounted.some((one) => one.name === digString(volume, 'name')),
    );
    createPod(context, set, template, {
      name,
      labels: {
        [revisionLabel]: revision.name,
        'statefulset.kubernetes.io/pod-name': name,
        'apps.kubernetes.io/pod-index': String(ordinal),
      },
      spec: {
        hostname: name,
        ...(digString(set, 'spec', 'serviceName') !== '' && {
          subdomain: digString(set, 'spec', 'serviceName'),
        }),
        ...((mounted.length > 0 || others.length > 0) && { volumes: [...mounted, ...others] }),
      },
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const message = `create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${error.message}`;
    recordEvent(context, set, { type: 'Warning', reason: 'FailedCreate', message, component });
    return false;
  }
  const message = `create Pod ${name} in StatefulSet ${set.metadata.name} successful`;
  recordEvent(context, set, { reason: 'SuccessfulCreate', message, component });
  return true;
}

function putClaim(context: WriteContext, set: KubeObject, template: unknown, pod: string): void {
  const given = template as JsonObject;
  const { namespace = '' } = set.metadata;
  const name = `${digString(given, 'metadata', 'name')}-${pod}`;
  if (context.cluster.store.find(claims, namespace, name) !== undefined) return;
  createObject(context, context.catalog.get('', 'persistentvolumeclaims'), {
    metadata: {
      name,
      namespace,
      labels: {
        ...digObject(given, 'metadata', 'labels'),
        ...digObject(set, 'spec', 'selector', 'matchLabels'),
      },
      ...(dig(given, 'metadata', 'annotations') !== undefined && {
        annotations: digObject(given, 'metadata', 'annotations'),
      }),
    },
    spec: digObject(given, 'spec'),
  });
  const message = `create Claim ${name} Pod ${pod} in StatefulSet ${set.metadata.name} success`;
  recordEvent(context, set, { reason: 'SuccessfulCreate', message, component });
}

function statusOf(context: WriteContext, set: KubeObject, revision: Revision): JsonObject {
  const pods = podsOf(context, set);
  const ready = pods.filter(isReady).length;
  const updated = pods.filter((pod) => label(pod, revisionLabel) === revision.name).length;
  const before = digString(set, 'status', 'currentRevision');
  const isDone = updated === pods.length && pods.length === replicasOf(set);
  const current = isDone || before === '' ? revision.name : before;
  const ofCurrent = pods.filter((pod) => label(pod, revisionLabel) === current).length;
  return {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: pods.length,
    ...(ready > 0 && { readyReplicas: ready }),
    ...(ofCurrent > 0 && { currentReplicas: ofCurrent }),
    ...(updated > 0 && { updatedReplicas: updated }),
    currentRevision: current,
    updateRevision: revision.name,
    collisionCount: 0,
    availableReplicas: availabilityOf(context, set, pods).available,
  };
}
