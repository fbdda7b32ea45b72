import { dig, digArray, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { unschedulableTaint } from '../workloads/tolerations.js';

/** The resource of nodes. */
export const nodeResource = { group: '', plural: 'nodes' };
const notReady = 'node.kubernetes.io/not-ready';
const unreachable = 'node.kubernetes.io/unreachable';

/** Which taint a condition in a state means; `NoSchedule` all of them. */
const taintsOfConditions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: notReady, Unknown: unreachable },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};

/** Taints that follow from a node's state, and are nobody's to set: these are put on and taken off. */
const followed = new Set([
  ...Object.values(taintsOfConditions).flatMap((states) =>
    Object.values(states).map((key) => `${key} NoSchedule`),
  ),
  `${unschedulableTaint} NoSchedule`,
  `${notReady} NoExecute`,
  `${unreachable} NoExecute`,
]);

/** What a condition of a node or pod says: `True`, `False`, `Unknown`; empty when it says nothing. */
export function conditionOf(object: KubeObject | undefined, type: string): string {
  const found = digArray(object, 'status', 'conditions').find((one) => digString(one, 'type') === type);
  return digString(found, 'status');
}

/** Whether nothing is heard of a node's kubelet any more. */
export function hasLostKubelet(node: KubeObject): boolean {
  return conditionOf(node, 'Ready') === 'Unknown';
}

/** Whether a node is known not to be ready; one that says nothing is taken to be. */
export function isUnready(node: KubeObject | undefined): boolean {
  const ready = conditionOf(node, 'Ready');
  return ready === 'False' || ready === 'Unknown';
}

/**
 * The taints a node should have: those somebody gave it, and those that follow from its conditions and from being
 * cordoned.
 *
 * @param timeAdded RFC 3339: when those that are missing are added.
 * @returns `undefined` when it has exactly these
 */
export function taintsFor(node: KubeObject, timeAdded: string): readonly JsonObject[] | undefined {
  const wanted = new Set<string>();
  for (const [type, states] of Object.entries(taintsOfConditions)) {
    const status = conditionOf(node, type);
    const key = Object.hasOwn(states, status) ? states[status] : undefined;
    if (key === undefined) continue;
    wanted.add(`${key} NoSchedule`);
    if (type === 'Ready') wanted.add(`${key} NoExecute`);
  }
  if (dig(node, 'spec', 'unschedulable') === true) wanted.add(`${unschedulableTaint} NoSchedule`);
  const before = digArray(node, 'spec', 'taints') as readonly JsonObject[];
  const idOf = (taint: JsonObject): string => `${digString(taint, 'key')} ${digString(taint, 'effect')}`;
  const kept = before.filter((taint) => !followed.has(idOf(taint)) || wanted.has(idOf(taint)));
  const known = new Set(before.map(idOf));
  const added = [...wanted]
    .filter((id) => !known.has(id))
    .map((id) => {
      const [key = '', effect = ''] = id.split(' ');
      return { key, effect, timeAdded };
    });
  return added.length === 0 && kept.length === before.length ? undefined : [...kept, ...added];
}
