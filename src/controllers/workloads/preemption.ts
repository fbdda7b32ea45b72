import { dig, digObject, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { selects } from '../../core/object-selector.js';
import { withDisruptionTarget } from '../../kube/disruption-target.js';
import type { WriteContext } from '../../registry/contract.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import type { ObjectStore } from '../../state/object-store.js';
import { isDeleting, keyOf } from '../controller.js';
import { nodeFilter } from './choose-node.js';
import { recordEvent } from './events.js';
import { podIndex, podsOn } from './pod-index.js';
import { priorityOf } from './pod-requests.js';
import { isFinished, podResource } from './pods.js';
import { schedulingWords, unavailable } from './scheduling-words.js';

const component = 'default-scheduler';
const budgets = { group: 'policy', plural: 'poddisruptionbudgets' };
/** Nodes looked at for one pod. */
const mostCandidates = 100;

/** Pods that would have to go for another one to fit on a node. */
interface Sacrifice {
  readonly node: KubeObject;
  readonly victims: readonly KubeObject[];
  /** How many of them a budget needs. */
  readonly missed: number;
}

/** What came of the search: a node that is being made free, or why there is none, as the scheduler says it. */
export type Preemption = { readonly nodeName: string } | { readonly why: string };

/**
 * Drives pods of lower priority out, on the node where they are missed least, so that a pod fits there.
 *
 * @param hopeful Nodes that would do if other pods went, of `total`.
 * @see kubernetes/kubernetes pkg/scheduler/framework/plugins/defaultpreemption, pkg/scheduler/framework/preemption
 */
export function preempt(
  context: WriteContext,
  pod: KubeObject,
  hopeful: readonly KubeObject[],
  total: number,
): Preemption {
  if (digString(pod, 'spec', 'preemptionPolicy') === 'Never')
    return { why: 'not eligible due to preemptionPolicy=Never.' };
  const nominated = digString(pod, 'status', 'nominatedNodeName');
  const awaits = podsOn(context.cluster.store, nominated).some(
    (other) => isDeleting(other) && priorityOf(other) < priorityOf(pod),
  );
  if (nominated !== '' && awaits)
    return { why: 'not eligible due to a terminating pod on the nominated node.' };
  const own = priorityOf(pod);
  const isAbove = [...podIndex(context.cluster.store).priorities.keys()].some((other) => other < own);
  const found = (isAbove ? hopeful : [])
    .slice(0, mostCandidates)
    .map((node) => sacrificeOn(context, pod, node))
    .filter((one) => one !== undefined);
  const [best] = found.sort(byHarm);
  if (best === undefined) {
    const reasons = [
      ['Preemption is not helpful for scheduling', total - hopeful.length],
      ['No preemption victims found for incoming pod', hopeful.length],
    ] as const;
    return { why: unavailable(total, reasons) };
  }
  for (const victim of best.victims) driveOut(context, pod, victim, best.node.metadata.name);
  return { nodeName: best.node.metadata.name };
}

/** The fewest pods of lower priority without whom a pod fits on a node, those with the lowest priorities. */
function sacrificeOn(context: WriteContext, pod: KubeObject, node: KubeObject): Sacrifice | undefined {
  const { store } = context.cluster;
  const lower = podsOn(store, node.metadata.name)
    .filter((other) => !isFinished(other) && priorityOf(other) < priorityOf(pod))
    .sort(byImportance);
  if (lower.length === 0) return undefined;
  const without = new Set(lower.map(({ metadata }) => metadata.uid ?? ''));
  const fits = (): boolean => nodeFilter(context, pod, without)(node) === undefined;
  if (!fits()) return undefined;
  const missed = neededBy(store, lower);
  const victims: KubeObject[] = [];
  const spare = (other: KubeObject): void => {
    const uid = other.metadata.uid ?? '';
    without.delete(uid);
    if (fits()) return;
    without.add(uid);
    victims.push(other);
  };
  // Those a budget needs are spared first.
  for (const other of lower) if (missed.has(other)) spare(other);
  for (const other of lower) if (!missed.has(other)) spare(other);
  if (victims.length === 0) return undefined;
  victims.sort(byImportance);
  return { node, victims, missed: victims.filter((one) => missed.has(one)).length };
}

function startOf(pod: KubeObject): string {
  return digString(pod, 'status', 'startTime');
}

/** The pods that are to stay the longest first. */
function byImportance(a: KubeObject, b: KubeObject): number {
  const order = priorityOf(b) - priorityOf(a);
  if (order !== 0) return order;
  return startOf(a) < startOf(b) ? -1 : startOf(a) > startOf(b) ? 1 : 0;
}

/** Pods whose loss some PodDisruptionBudget does not allow. */
function neededBy(store: ObjectStore, pods: readonly KubeObject[]): ReadonlySet<KubeObject> {
  const needed = new Set<KubeObject>();
  const left = new Map<KubeObject, number>();
  for (const pod of pods) {
    for (const { object: budget } of store.list(budgets, pod.metadata.namespace)) {
      const selector = digObject(budget, 'spec', 'selector');
      if (Object.keys(selector).length === 0 || !selects(selector, pod.metadata.labels)) continue;
      if (digObject(budget, 'status', 'disruptedPods')[pod.metadata.name] !== undefined) continue;
      const allowed = left.get(budget) ?? Number(dig(budget, 'status', 'disruptionsAllowed') ?? 0);
      left.set(budget, allowed - 1);
      if (allowed <= 0) needed.add(pod);
    }
  }
  return needed;
}

/** The sacrifice that harms least first. */
function byHarm(a: Sacrifice, b: Sacrifice): number {
  const highest = ({ victims: [first] }: Sacrifice): number => (first === undefined ? 0 : priorityOf(first));
  const sum = ({ victims }: Sacrifice): number =>
    victims.reduce((total, victim) => total + priorityOf(victim) + 2 ** 31, 0);
  const order =
    a.missed - b.missed || highest(a) - highest(b) || sum(a) - sum(b) || a.victims.length - b.victims.length;
  if (order !== 0) return order;
  // Of equals, the pods that have run for the shortest time go.
  const [left, right] = [a, b].map(({ victims: [first] }) => (first === undefined ? '' : startOf(first)));
  return left === right ? 0 : (left ?? '') > (right ?? '') ? -1 : 1;
}

function driveOut(context: WriteContext, pod: KubeObject, victim: KubeObject, node: string): void {
  if (isDeleting(victim)) return;
  const { world, cluster, catalog } = context;
  const scheduler = digString(pod, 'spec', 'schedulerName');
  const message = `${scheduler}: preempting to accommodate a higher priority pod`;
  const told = withDisruptionTarget(world, victim, 'PreemptionByScheduler', message);
  if (told !== victim) cluster.store.replace(podResource, told);
  const { namespace = '', name, uid = '' } = pod.metadata;
  recordEvent(context, victim, {
    reason: 'Preempted',
    message: schedulingWords(world).preempted({ key: `${namespace}/${name}`, uid }, node),
    component,
  });
  deleteObject(context, catalog.get('', 'pods'), keyOf(victim));
}
