import { ApiError } from '../../core/api-error.js';
import { dig, digArray, digObject, digString, type JsonObject } from '../../core/json.js';
import { annotation, label, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { isDeleting, isHeartbeat, keyOf, type QueuedController } from '../controller.js';
import { nodeResource } from '../nodes/node-condition.js';
import { controlledBy } from '../dependents.js';
import { lookAgainAt } from '../later.js';
import { availabilityOf, isAvailable } from './availability.js';
import { claim, claimantsOf, type ClaimingKind } from './claim.js';
import { nextDaemonStep } from './daemon-rollout.js';
import { recordEvent } from './events.js';
import { mayRunOn } from './choose-node.js';
import {
  activePods,
  createPod,
  isFinished,
  isReady,
  ownKey,
  podResource,
  recordPod,
  recordRefusal,
} from './pods.js';
import { currentRevision, noteLoadedRevision, revisionLabel } from './revisions.js';
import { othersConditions, writeStatus } from './write-status.js';

const component = 'daemonset-controller';
const daemonSets = { group: 'apps', plural: 'daemonsets' };
const daemonSetClaims: ClaimingKind = {
  kind: 'DaemonSet',
  resource: daemonSets,
  selectorOf: (set) => dig(set, 'spec', 'selector'),
};
const generationAnnotation = 'deprecated.daemonset.template.generation';

/** What daemons put up with besides what their template says. */
const tolerations: readonly JsonObject[] = [
  ...['not-ready', 'unreachable'].map((key) => ({
    key: `node.kubernetes.io/${key}`,
    operator: 'Exists',
    effect: 'NoExecute',
  })),
  ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map((key) => ({
    key: `node.kubernetes.io/${key}`,
    operator: 'Exists',
    effect: 'NoSchedule',
  })),
];

/**
 * Keeps a pod of a DaemonSet on every node that takes it.
 *
 * @see kubernetes/kubernetes pkg/controller/daemon
 */
export const daemonSetController: QueuedController = {
  name: 'daemonset',
  watches: ['daemonsets.apps', 'pods.', 'nodes.'],
  keysOf: (context, change) => {
    if (change.resource.plural === 'pods') return claimantsOf(context, change, daemonSetClaims);
    if (change.resource.plural === 'nodes') {
      if (isHeartbeat(change)) return [];
      return context.cluster.store
        .list(daemonSets)
        .map(({ object }) => ({ namespace: object.metadata.namespace ?? '', name: object.metadata.name }));
    }
    noteLoadedRevision(context, change);
    return [ownKey(change)];
  },
  settle: (context, { namespace, name }) => {
    const set = context.cluster.store.find(daemonSets, namespace, name)?.object;
    if (set === undefined || isDeleting(set)) return;
    claim(context, set, { resource: podResource, selector: dig(set, 'spec', 'selector') });
    const { hash } = currentRevision(context, set);
    const template = withTolerations(digObject(set, 'spec', 'template'));
    const all = context.cluster.store.list(nodeResource).map(({ object }) => object);
    const places = new Map(all.map((node) => [node.metadata.name, mayRunOn(node, template)]));
    const nodes = [...places.keys()].filter((name) => places.get(name) === 'run');
    const allowed = new Set([...places.keys()].filter((name) => places.get(name) !== undefined));
    removeMisplaced(context, set, allowed);
    const there = daemonsOf(context, set, allowed);
    let isRefused = nodes.some((node) => !there.has(node) && !create(context, set, template, hash, node));
    if (digString(set, 'spec', 'updateStrategy', 'type') !== 'OnDelete') {
      const wanted = new Map(nodes.map((node) => [node, there.get(node) ?? []]));
      const { remove, add } = nextDaemonStep(context, set, wanted, hash);
      for (const pod of remove) removeDaemon(context, set, pod);
      for (const node of add) isRefused ||= !create(context, set, template, hash, node);
    }
    const resource = context.catalog.get('apps', 'daemonsets');
    const pods = activePods(context, set);
    const { next } = availabilityOf(context, set, pods);
    lookAgainAt(context, 'daemonset', daemonSets, set, next);
    const conditions = othersConditions(set, []);
    writeStatus(context, resource, set, {
      ...statusOf(context, set, pods, nodes, hash),
      ...(conditions.length > 0 && { conditions }),
    });
  },
};

function withTolerations(template: JsonObject): JsonObject {
  const network =
    dig(template, 'spec', 'hostNetwork') === true
      ? [{ key: 'node.kubernetes.io/network-unavailable', operator: 'Exists', effect: 'NoSchedule' }]
      : [];
  const spec = digObject(template, 'spec');
  return {
    ...template,
    spec: { ...spec, tolerations: [...digArray(spec, 'tolerations'), ...tolerations, ...network] },
  };
}

/** The node a daemon's pod is on, or meant for. */
function nodeOf(pod: KubeObject): string {
  const placed = digString(pod, 'spec', 'nodeName');
  if (placed !== '') return placed;
  const terms = digArray(
    pod,
    'spec',
    'affinity',
    'nodeAffinity',
    'requiredDuringSchedulingIgnoredDuringExecution',
    'nodeSelectorTerms',
  );
  const [value] = digArray(digArray(terms[0], 'matchFields')[0], 'values');
  return typeof value === 'string' ? value : '';
}

/** Takes pods away that do not belong where they are, and those that have come to an end. */
function removeMisplaced(context: WriteContext, set: KubeObject, nodes: ReadonlySet<string>): void {
  for (const pod of controlledBy(context.cluster.store, set, podResource)) {
    if (isDeleting(pod)) continue;
    const node = nodeOf(pod);
    if (isFinished(pod)) recordEnded(context, set, pod, node);
    if (isFinished(pod) || !nodes.has(node)) removeDaemon(context, set, pod);
  }
}

function recordEnded(context: WriteContext, set: KubeObject, pod: KubeObject, node: string): void {
  const isFailed = digString(pod, 'status', 'phase') === 'Failed';
  const { namespace = '', name } = pod.metadata;
  recordEvent(context, set, {
    type: isFailed ? 'Warning' : 'Normal',
    reason: isFailed ? 'FailedDaemonPod' : 'SucceededDaemonPod',
    message: isFailed
      ? `Found failed daemon pod ${namespace}/${name} on node ${node}, will try to kill it`
      : `Found succeeded daemon pod ${namespace}/${name} on node ${node}, will try to delete it`,
    component,
  });
}

function removeDaemon(context: WriteContext, set: KubeObject, pod: KubeObject): void {
  deleteObject(context, context.catalog.get('', 'pods'), keyOf(pod));
  recordPod(context, set, component, 'delete', pod.metadata.name);
}

/** Pods that are not on their way out, by node; what is too much on one is taken away, the oldest stays. */
function daemonsOf(
  context: WriteContext,
  set: KubeObject,
  nodes: ReadonlySet<string>,
): Map<string, KubeObject[]> {
  const found = new Map<string, KubeObject[]>();
  for (const pod of activePods(context, set)) {
    const node = nodeOf(pod);
    if (!nodes.has(node)) continue;
    const known = found.get(node);
    if (known === undefined) found.set(node, [pod]);
    else if (known.some((one) => label(one, revisionLabel) === label(pod, revisionLabel)))
      removeDaemon(context, set, pod);
    else known.push(pod);
  }
  return found;
}

function create(
  context: WriteContext,
  set: KubeObject,
  template: JsonObject,
  hash: string,
  node: string,
): boolean {
  const nodeSelectorTerms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }];
  const affinity = digObject(template, 'spec', 'affinity');
  const generation = annotation(set, generationAnnotation) ?? String(set.metadata.generation ?? 1);
  try {
    const pod = createPod(context, set, template, {
      labels: { [revisionLabel]: hash, 'pod-template-generation': generation },
      spec: {
        affinity: {
          ...affinity,
          nodeAffinity: {
            ...digObject(affinity, 'nodeAffinity'),
            requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms },
          },
        },
      },
    });
    recordPod(context, set, component, 'create', pod.metadata.name);
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    recordRefusal(context, set, component, error.message);
    return false;
  }
}

function statusOf(
  context: WriteContext,
  set: KubeObject,
  pods: readonly KubeObject[],
  nodes: readonly string[],
  hash: string,
): JsonObject {
  const places = new Map<string, KubeObject[]>(nodes.map((node) => [node, []]));
  let strays = 0;
  for (const pod of pods) {
    const there = places.get(nodeOf(pod));
    if (there === undefined) strays += 1;
    else there.push(pod);
  }
  let [scheduled, ready, available, updated] = [0, 0, 0, 0];
  for (const there of places.values()) {
    // Where two stand side by side, the newer one counts.
    const pod = there.find((one) => label(one, revisionLabel) === hash) ?? there[0];
    if (pod === undefined) continue;
    scheduled += 1;
    if (label(pod, revisionLabel) === hash) updated += 1;
    if (there.some(isReady)) ready += 1;
    if (there.some((one) => isAvailable(context, set, one))) available += 1;
  }
  return {
    currentNumberScheduled: scheduled,
    numberMisscheduled: strays,
    desiredNumberScheduled: nodes.length,
    numberReady: ready,
    observedGeneration: set.metadata.generation ?? 1,
    ...(updated > 0 && { updatedNumberScheduled: updated }),
    ...(available > 0 && { numberAvailable: available }),
    ...(nodes.length > available && { numberUnavailable: nodes.length - available }),
  };
}
