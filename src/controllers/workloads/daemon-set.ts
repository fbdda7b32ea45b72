import { ApiError } from '../../core/api-error.js';
import { dig, digArray, digObject, digString, type JsonObject } from '../../core/json.js';
import { annotation, label, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { isDeleting, isHeartbeat, keyOf, type QueuedController } from '../controller.js';
import { nodeResource } from '../nodes/node-condition.js';
import { mayRunOn } from './choose-node.js';
import { activePods, createPod, isReady, ownersOf, ownKey, recordPod, recordRefusal } from './pods.js';
import { currentRevision, noteLoadedRevision, revisionLabel } from './revisions.js';
import { writeStatus } from './write-status.js';

const component = 'daemonset-controller';
const daemonSets = { group: 'apps', plural: 'daemonsets' };
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
    if (change.resource.plural === 'pods') return ownersOf(change, 'DaemonSet');
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
    const { hash } = currentRevision(context, set);
    const template = withTolerations(digObject(set, 'spec', 'template'));
    const all = context.cluster.store.list(nodeResource).map(({ object }) => object);
    const places = new Map(all.map((node) => [node.metadata.name, mayRunOn(node, template)]));
    const nodes = [...places.keys()].filter((name) => places.get(name) === 'run');
    const isKept = digString(set, 'spec', 'updateStrategy', 'type') === 'OnDelete';
    const allowed = new Set([...places.keys()].filter((name) => places.get(name) !== undefined));
    removeStale(context, set, allowed, isKept ? undefined : hash);
    const there = new Set(activePods(context, set).map(nodeOf));
    for (const node of nodes) {
      if (!there.has(node) && !create(context, set, template, hash, node)) break;
    }
    const resource = context.catalog.get('apps', 'daemonsets');
    writeStatus(context, resource, set, statusOf(set, activePods(context, set), nodes, hash));
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

function removeStale(
  context: WriteContext,
  set: KubeObject,
  nodes: ReadonlySet<string>,
  hash: string | undefined,
): void {
  const seen = new Set<string>();
  for (const pod of activePods(context, set)) {
    const node = nodeOf(pod);
    const isOld = hash !== undefined && label(pod, revisionLabel) !== hash;
    const isExtra = !nodes.has(node) || seen.has(node);
    seen.add(node);
    if (!isOld && !isExtra) continue;
    deleteObject(context, context.catalog.get('', 'pods'), keyOf(pod));
    recordPod(context, set, component, 'delete', pod.metadata.name);
  }
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
  set: KubeObject,
  pods: readonly KubeObject[],
  nodes: readonly string[],
  hash: string,
): JsonObject {
  const places = new Set(nodes);
  const scheduled = pods.filter((pod) => places.has(nodeOf(pod)));
  const ready = scheduled.filter(isReady).length;
  const updated = scheduled.filter((pod) => label(pod, revisionLabel) === hash).length;
  return {
    currentNumberScheduled: scheduled.length,
    numberMisscheduled: pods.length - scheduled.length,
    desiredNumberScheduled: nodes.length,
    numberReady: ready,
    observedGeneration: set.metadata.generation ?? 1,
    ...(updated > 0 && { updatedNumberScheduled: updated }),
    ...(ready > 0 && { numberAvailable: ready }),
    ...(nodes.length > ready && { numberUnavailable: nodes.length - ready }),
  };
}
