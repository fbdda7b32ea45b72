import type { GroupResource } from '../../core/api-error.js';
import { digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { numberOf } from '../../registry/usage/pod-usage.js';
import type { Formula, Row } from './metric.js';
import { hasCondition, type Moment } from './moment.js';
import { countOf, type Subject } from './subject.js';

/** One figure divided by another; 0 when there is nothing to divide by. */
export function ratio(part: Formula, whole: Formula): Formula {
  return (subject, moment) => {
    const all = whole(subject, moment);
    const some = part(subject, moment);
    if (all === undefined || some === undefined) return undefined;
    return all === 0 ? 0 : some / all;
  };
}

/** What is left of a whole. */
export function rest(whole: Formula, part: Formula): Formula {
  return (subject, moment) => {
    const all = whole(subject, moment);
    const some = part(subject, moment);
    return all === undefined || some === undefined ? undefined : all - some;
  };
}

/** One figure times a number. */
export function times(figure: Formula, factor: number): Formula {
  return (subject, moment) => {
    const value = figure(subject, moment);
    return value === undefined ? undefined : value * factor;
  };
}

/** How many objects of a kind there are. */
export function count(group: string, plural: string): Formula {
  const kind: GroupResource = { group, plural };
  return (subject, moment) => countOf(subject, moment, kind);
}

function sum(objects: readonly KubeObject[], of: (object: KubeObject) => number): number {
  return objects.reduce((total, object) => total + of(object), 0);
}

const nodesOf = (subject: Subject, moment: Moment): readonly KubeObject[] => subject.nodes?.(moment) ?? [];

/** A figure of nodes, summed up. */
export function ofNodes(of: (node: KubeObject, moment: Moment) => number): Formula {
  return (subject, moment) => sum(nodesOf(subject, moment), (node) => of(node, moment));
}

/** A figure of pods, summed up. */
export function ofPods(of: (pod: KubeObject, moment: Moment) => number): Formula {
  return (subject, moment) => sum(subject.pods(moment), (pod) => of(pod, moment));
}

/** Cores in use by nodes. */
export const nodeCpu: Formula = ofNodes((node, moment) => moment.usageOfNode(node).cpu);
/** Cores in use by pods. */
export const podCpu: Formula = ofPods((pod, moment) => moment.usage(pod).cpu);
/** Bytes in use by nodes, without what is cached. */
export const nodeMemory: Formula = ofNodes((node, moment) => moment.usageOfNode(node).memory);
/** Bytes in use by pods, without what is cached. */
export const podMemory: Formula = ofPods((pod, moment) => moment.usage(pod).memory);
/** With what is cached: a container reads files too. */
export const podMemoryWithCache: Formula = ofPods(
  (pod, moment) => moment.usage(pod).memory * (1.1 + 0.15 * moment.sway(pod, 'cache')),
);

const capacity = (node: KubeObject, of: string): number =>
  numberOf(digString(node, 'status', 'capacity', of)) ?? 0;
/** Cores that nodes have. */
export const nodeCores: Formula = ofNodes((node) => capacity(node, 'cpu'));
/** Bytes of memory that nodes have. */
export const nodeBytes: Formula = ofNodes((node) => capacity(node, 'memory'));

/** Traffic follows work: a pod that computes more talks more. Bytes per second. */
function traffic(direction: 'in' | 'out'): (pod: KubeObject, moment: Moment) => number {
  return (pod, moment) => {
    const { cpu } = moment.usage(pod);
    return cpu === 0 ? 0 : (2000 + cpu * 150_000) * (0.4 + moment.sway(pod, `traffic ${direction}`));
  };
}
/** Bytes per second that pods receive. */
export const podReceived: Formula = ofPods(traffic('in'));
/** Bytes per second that pods send. */
export const podTransmitted: Formula = ofPods(traffic('out'));
const nodeTraffic = (direction: 'in' | 'out'): Formula =>
  ofNodes((node, moment) => {
    const own = 4000 * (0.5 + moment.sway(node, `traffic ${direction}`));
    return own + sum(moment.podsOn(node.metadata.name), (pod) => traffic(direction)(pod, moment));
  });
/** Bytes per second that nodes receive. */
export const nodeReceived: Formula = nodeTraffic('in');
/** Bytes per second that nodes send. */
export const nodeTransmitted: Formula = nodeTraffic('out');

/** Bytes of the disks of nodes. */
export const diskSize: Formula = ofNodes((node) => capacity(node, 'ephemeral-storage'));
const fill = (node: KubeObject, moment: Moment): number => 0.25 + 0.3 * moment.sway(node, 'disk');
/** Bytes in use on the disks of nodes. */
export const diskUsed: Formula = ofNodes((node, moment) =>
  Math.floor(capacity(node, 'ephemeral-storage') * fill(node, moment)),
);
/** Inodes: one for 16 KiB of disk, as mkfs makes them. */
export const inodes: Formula = ofNodes((node) => Math.floor(capacity(node, 'ephemeral-storage') / 16_384));
/** Inodes in use. */
export const inodesUsed: Formula = ofNodes((node, moment) =>
  Math.floor((capacity(node, 'ephemeral-storage') / 16_384) * fill(node, moment) * 0.2),
);
/** Disk operations and bytes per second. */
export const diskActivity: (figure: string, top: number) => Formula = (figure, top) =>
  ofNodes((node, moment) => {
    const { cpu } = moment.usageOfNode(node);
    return (1 + cpu) * top * moment.sway(node, figure);
  });

/** Load of nodes per core, which is a little above their use of it. */
export const load: (minutes: number) => Formula = (minutes) =>
  ratio(
    ofNodes((node, moment) => {
      const { cpu } = moment.usageOfNode(node);
      return cpu * (1 + 0.3 * moment.sway(node, `load${String(minutes)}`));
    }),
    nodeCores,
  );

const phase = (pod: KubeObject): string => digString(pod, 'status', 'phase');
/** Pods, however they are. */
export const podCount: Formula = ofPods(() => 1);
/** Pods that run. */
export const podsRunning: Formula = ofPods((pod) => (phase(pod) === 'Running' ? 1 : 0));
/** Pods that have ended well. */
export const podsSucceeded: Formula = ofPods((pod) => (phase(pod) === 'Succeeded' ? 1 : 0));
/** Pods that are neither ready nor through. */
export const podsAbnormal: Formula = ofPods((pod) => {
  if (phase(pod) === 'Succeeded') return 0;
  return phase(pod) === 'Running' && hasCondition(pod, 'Ready', 'True') ? 0 : 1;
});
const podsAlive = ofPods((pod) => (phase(pod) === 'Succeeded' ? 0 : 1));
/** Those among all that have not ended well. */
export const podsAbnormalRatio: Formula = ratio(podsAbnormal, podsAlive);
/** How many pods nodes can take. */
export const podQuota: Formula = ofNodes((node) => capacity(node, 'pods'));

const countedKinds = {
  cronjob: ['batch', 'cronjobs'],
  pvc: ['', 'persistentvolumeclaims'],
  daemonset: ['apps', 'daemonsets'],
  deployment: ['apps', 'deployments'],
  endpoint: ['', 'endpoints'],
  hpa: ['autoscaling', 'horizontalpodautoscalers'],
  job: ['batch', 'jobs'],
  statefulset: ['apps', 'statefulsets'],
  replicaset: ['apps', 'replicasets'],
  service: ['', 'services'],
  secret: ['', 'secrets'],
  pv: ['', 'persistentvolumes'],
  configmap: ['', 'configmaps'],
  ingresses_extensions: ['networking.k8s.io', 'ingresses'],
  s2ibuilder: ['devops.kubesphere.io', 's2ibuilders'],
} as const;

/** Rows that count kinds, named as KubeSphere does. */
export function countRows(names: readonly (keyof typeof countedKinds)[]): Row[] {
  return names.map((name) => {
    const [group, plural] = countedKinds[name];
    return [`${name}_count`, 'count', count(group, plural)];
  });
}
