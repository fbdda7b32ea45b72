import { dig, digArray, digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import { annotation, controllerReference, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { isDeleting, keyOf, writeBack, type QueuedController } from '../controller.js';
import { controlledBy } from '../dependents.js';
import { lookAgainAt } from '../later.js';
import { claim, claimantsOf } from './claim.js';
import { timeoutOf } from './deployment-progress.js';
import { proportionally } from './deployment-scaling.js';
import { deploymentStatus, numberOf, replicasOf } from './deployment-status.js';
import { ownKey } from './pods.js';
import { recordScaling } from './record-scaling.js';
import { share } from './share.js';
import { hashLabel, sameTemplate, templateHash } from './template-hash.js';
import { writeStatus } from './write-status.js';

const deployments = { group: 'apps', plural: 'deployments' };
const replicaSets = { group: 'apps', plural: 'replicasets' };
const revision = 'deployment.kubernetes.io/revision';
const history = 'deployment.kubernetes.io/revision-history';
const desired = 'deployment.kubernetes.io/desired-replicas';
const most = 'deployment.kubernetes.io/max-replicas';
/** Annotations of a Deployment that its ReplicaSets do not take over. */
const ownAnnotations = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revision,
  history,
  desired,
  most,
  'deprecated.deployment.rollback.to',
]);

/**
 * Rolls a Deployment out: a ReplicaSet per template, as many pods of the new and as few of the old one as the strategy
 * allows at each step.
 *
 * @see kubernetes/kubernetes pkg/controller/deployment
 */
export const deploymentController: QueuedController = {
  name: 'deployment',
  watches: ['deployments.apps', 'replicasets.apps'],
  keysOf: (context, change) =>
    change.resource.plural === 'deployments'
      ? [ownKey(change)]
      : claimantsOf(context, change, {
          kind: 'Deployment',
          resource: deployments,
          selectorOf: (deployment) => dig(deployment, 'spec', 'selector'),
        }),
  settle: (context, { namespace, name }) => {
    const deployment = context.cluster.store.find(deployments, namespace, name)?.object;
    if (deployment === undefined || isDeleting(deployment)) return;
    claim(context, deployment, { resource: replicaSets, selector: dig(deployment, 'spec', 'selector') });
    const known = setsOf(context, deployment);
    const template = digObject(deployment, 'spec', 'template');
    let current = known.find((set) => sameTemplate(digObject(set, 'spec', 'template'), template));
    const isPaused = dig(deployment, 'spec', 'paused') === true;
    const others = known.filter((set) => set !== current);
    const isRecreating = digString(deployment, 'spec', 'strategy', 'type') === 'Recreate';
    const isBlocked = isRecreating && others.some((set) => replicasOf(set) + numberOf(set, 'replicas') > 0);
    if (isPaused || isScaled(deployment, known)) scaleAll(context, deployment, current, known);
    else if (isRecreating && isBlocked) {
      for (const set of others) scale(context, deployment, set, 0);
    } else current ??= createSet(context, deployment, known);
    const latest = current && latestOf(context, current);
    if (latest !== undefined && !isBlocked) {
      current = annotated(context, deployment, latest, others);
      if (!isPaused && !isScaled(deployment, known)) rollOut(context, deployment, current, others);
    }
    cleanUp(context, deployment, current, others);
    finish(context, deployment, current);
  },
};

function setsOf({ cluster }: WriteContext, deployment: KubeObject): KubeObject[] {
  return controlledBy(cluster.store, deployment, replicaSets).filter((set) => !isDeleting(set));
}

function revisionOf(set: KubeObject): number {
  return Number(annotation(set, revision) ?? 0) || 0;
}

function newest(sets: readonly KubeObject[]): KubeObject | undefined {
  return [...sets].sort((a, b) => revisionOf(b) - revisionOf(a))[0];
}

/** How many pods there may be too many and too few of, during a rollout. */
function limits(deployment: KubeObject): { readonly surge: number; readonly unavailable: number } {
  const rolling = digObject(deployment, 'spec', 'strategy', 'rollingUpdate');
  if (digString(deployment, 'spec', 'strategy', 'type') === 'Recreate') return { surge: 0, unavailable: 0 };
  const replicas = replicasOf(deployment);
  const surge = share(rolling['maxSurge'] ?? '25%', replicas, Math.ceil);
  const unavailable = share(rolling['maxUnavailable'] ?? '25%', replicas, Math.floor);
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

function createSet(context: WriteContext, deployment: KubeObject, known: readonly KubeObject[]): KubeObject {
  const template = digObject(deployment, 'spec', 'template');
  const { namespace = '', name } = deployment.metadata;
  const { store } = context.cluster;
  let collisions = 0;
  let hash = templateHash(template);
  while (store.find(replicaSets, namespace, `${name}-${hash}`) !== undefined)
    hash = templateHash(template, (collisions += 1));
  const selector = digObject(deployment, 'spec', 'selector');
  const labels = { ...digObject(template, 'metadata', 'labels'), [hashLabel]: hash };
  const number = Math.max(0, ...known.map(revisionOf)) + 1;
  const { surge } = limits(deployment);
  const old = known.reduce((sum, set) => sum + replicasOf(set), 0);
  const wanted = replicasOf(deployment);
  const replicas = Math.max(0, Math.min(wanted, wanted + surge - old));
  const { object } = createObject(context, context.catalog.get('apps', 'replicasets'), {
    apiVersion: 'apps/v1',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      annotations: setAnnotations(deployment, { [revision]: String(number) }),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(deployment['spec'] !== undefined && keep(digObject(deployment, 'spec'), 'minReadySeconds')),
      selector: {
        ...selector,
        matchLabels: { ...digObject(selector, 'matchLabels'), [hashLabel]: hash },
      },
      template: { ...template, metadata: { ...digObject(template, 'metadata'), labels } },
    },
  });
  recordScaling(context, deployment, object, 'up', replicas);
  return object;
}

function keep(from: JsonObject, key: string): JsonObject {
  return from[key] === undefined ? {} : { [key]: from[key] };
}

function setAnnotations(deployment: KubeObject, more: JsonObject): JsonObject {
  const taken = Object.entries(deployment.metadata.annotations ?? {}).filter(
    ([key]) => !ownAnnotations.has(key),
  );
  const replicas = replicasOf(deployment);
  return {
    ...Object.fromEntries(taken),
    [desired]: String(replicas),
    [most]: String(replicas + limits(deployment).surge),
    ...more,
  };
}

/** The ReplicaSet with the annotations it should have; the newest revision is always the current template's. */
function annotated(
  context: WriteContext,
  deployment: KubeObject,
  set: KubeObject,
  others: readonly KubeObject[],
): KubeObject {
  const newestOther = Math.max(0, ...others.map(revisionOf));
  const own = revisionOf(set);
  const number = own > newestOther ? own : newestOther + 1;
  const past = annotation(set, history);
  const moved =
    own > 0 && number !== own ? [past, String(own)].filter((one) => one !== undefined).join(',') : past;
  const annotations = {
    ...set.metadata.annotations,
    ...setAnnotations(deployment, {
      [revision]: String(number),
      ...(moved !== undefined && { [history]: moved }),
    }),
  };
  const isSame = Object.entries(annotations).every(([key, value]) => annotation(set, key) === value);
  const wanted = dig(deployment, 'spec', 'minReadySeconds') ?? 0;
  if (isSame && wanted === (dig(set, 'spec', 'minReadySeconds') ?? 0)) return set;
  return replaceSet(context, set, { annotations }, { minReadySeconds: wanted });
}

function replaceSet(
  context: WriteContext,
  set: KubeObject,
  metadata: JsonObject,
  spec?: JsonObject,
): KubeObject {
  const resource = context.catalog.get('apps', 'replicasets');
  const { resourceVersion: _, ...own } = set.metadata;
  const { minReadySeconds, ...next } = { ...digObject(set, 'spec'), ...spec };
  const isTimed = minReadySeconds !== undefined && minReadySeconds !== 0;
  return writeBack(context, resource, {
    ...set,
    metadata: { ...own, ...metadata },
    spec: { ...next, ...(isTimed && { minReadySeconds }) },
  }).object;
}

function scale(context: WriteContext, deployment: KubeObject, set: KubeObject, replicas: number): KubeObject {
  const before = replicasOf(set);
  const annotations = { ...set.metadata.annotations, ...setAnnotations(deployment, {}) };
  if (before === replicas) {
    const isSame = [desired, most].every((key) => annotation(set, key) === annotations[key]);
    return isSame ? set : replaceSet(context, set, { annotations });
  }
  const scaled = replaceSet(context, set, { annotations }, { replicas });
  recordScaling(context, deployment, set, replicas > before ? 'up' : 'down', replicas, before);
  return scaled;
}

/** One step of a rollout; pods that become ready bring the next. */
function rollOut(
  context: WriteContext,
  deployment: KubeObject,
  current: KubeObject,
  others: readonly KubeObject[],
): void {
  const wanted = replicasOf(deployment);
  const { surge, unavailable } = limits(deployment);
  const old = others.reduce((sum, set) => sum + replicasOf(set), 0);
  const own = replicasOf(current);
  const room = old === 0 ? wanted : wanted + surge - old - own;
  const next = own > wanted ? wanted : Math.min(wanted, own + Math.max(0, room));
  scale(context, deployment, current, next);
  if (old === 0 || next > own) return;
  // What a set says may be out of date: no more go than there can be to spare.
  const fresh = own - numberOf(current, 'availableReplicas');
  let most = old + own - (wanted - unavailable) - Math.max(0, fresh);
  if (most <= 0) return;
  const oldest = [...others].sort((a, b) => revisionOf(a) - revisionOf(b));
  const left = new Map(oldest.map((set) => [set, replicasOf(set)]));
  // Pods that are not available anyway are taken first, then as many others as may be missing.
  for (const set of oldest) {
    const unready = Math.max(0, replicasOf(set) - numberOf(set, 'availableReplicas'));
    const taken = Math.min(unready, most);
    most -= taken;
    left.set(set, replicasOf(set) - taken);
  }
  const available = [current, ...others].reduce((sum, set) => sum + numberOf(set, 'availableReplicas'), 0);
  let spare = Math.min(most, Math.max(0, available - (wanted - unavailable)));
  for (const set of oldest) {
    const taken = Math.min(left.get(set) ?? 0, spare);
    spare -= taken;
    scale(context, deployment, set, (left.get(set) ?? 0) - taken);
  }
}

/** Whether a Deployment has become larger or smaller since its ReplicaSets were last looked at. */
function isScaled(deployment: KubeObject, known: readonly KubeObject[]): boolean {
  const active = known.filter((set) => replicasOf(set) > 0);
  // A rollout that stops everything first has no shares to keep.
  if (digString(deployment, 'spec', 'strategy', 'type') === 'Recreate' && active.length > 1) return false;
  const wanted = String(replicasOf(deployment));
  return active.some((set) => (annotation(set, desired) ?? wanted) !== wanted);
}

/** Has a Deployment be as large as it is to be, without a step of a rollout. */
function scaleAll(
  context: WriteContext,
  deployment: KubeObject,
  current: KubeObject | undefined,
  known: readonly KubeObject[],
): void {
  const replicas = replicasOf(deployment);
  const active = known.filter((set) => replicasOf(set) > 0);
  const [only] = active;
  if (active.length <= 1) {
    const set = only ?? current ?? newest(known);
    if (set !== undefined) scale(context, deployment, set, replicas);
    return;
  }
  const isSaturated =
    current !== undefined &&
    annotation(current, desired) === String(replicas) &&
    replicasOf(current) === replicas &&
    numberOf(current, 'availableReplicas') === replicas;
  if (isSaturated) {
    for (const set of active) if (set !== current) scale(context, deployment, set, 0);
    return;
  }
  if (digString(deployment, 'spec', 'strategy', 'type') === 'Recreate') return;
  const sets = active.map((set) => ({
    set,
    replicas: replicasOf(set),
    revision: revisionOf(set),
    mostBefore: Number(annotation(set, most) ?? 0) || 0,
  }));
  const { surge } = limits(deployment);
  const sizes = proportionally(sets, { replicas, surge, counted: numberOf(deployment, 'replicas') });
  for (const [set, size] of sizes) scale(context, deployment, set, size);
}

/** A ReplicaSet as it is by now. */
function latestOf({ cluster }: WriteContext, { metadata }: KubeObject): KubeObject | undefined {
  return cluster.store.find(replicaSets, metadata.namespace, metadata.name)?.object;
}

/** Deletes the oldest ReplicaSets nobody needs to go back to. */
function cleanUp(
  context: WriteContext,
  deployment: KubeObject,
  current: KubeObject | undefined,
  others: readonly KubeObject[],
): void {
  const limit = dig(deployment, 'spec', 'revisionHistoryLimit');
  if (current === undefined || typeof limit !== 'number') return;
  const idle = others
    .filter((set) => replicasOf(set) === 0 && numberOf(set, 'replicas') === 0)
    .sort((a, b) => revisionOf(a) - revisionOf(b));
  const resource = context.catalog.get('apps', 'replicasets');
  for (const set of idle.slice(0, Math.max(0, idle.length - limit)))
    deleteObject(context, resource, keyOf(set));
}

function finish(context: WriteContext, deployment: KubeObject, current: KubeObject | undefined): void {
  const { store } = context.cluster;
  const { namespace, name } = deployment.metadata;
  const latest = store.find(deployments, namespace, name)?.object;
  if (latest === undefined) return;
  const sets = setsOf(context, latest);
  const now = current && sets.find(({ metadata }) => metadata.uid === current.metadata.uid);
  const number = now === undefined ? undefined : annotation(now, revision);
  let next = latest;
  if (number !== undefined && annotation(latest, revision) !== number) {
    const annotations = { ...latest.metadata.annotations, [revision]: number };
    next = store.replace(deployments, { ...latest, metadata: { ...latest.metadata, annotations } }).object;
  }
  const status = deploymentStatus({
    deployment: next,
    sets,
    current: now,
    unavailable: limits(next).unavailable,
    now: context.world.clock.now(),
  });
  writeStatus(context, context.catalog.get('apps', 'deployments'), next, status);
  const timeout = timeoutOf(next, digArray(status, 'conditions').filter(isJsonObject));
  lookAgainAt(context, 'deployment', deployments, next, timeout);
}
