import { minorOf } from '../../core/kubernetes-minor.js';
import type { World } from '../../state/world.js';

/** How the scheduler of a version of Kubernetes says why there is no node. */
export interface SchedulingWords {
  readonly taint: (key: string, value: string) => string;
  readonly selector: string;
  /** Whether it says what came of its search for pods to drive out, and how that begins. */
  readonly preemption: string | undefined;
  /** Whether asking for more than all of a node is beyond what driving pods out can mend. */
  readonly knowsTooMuch: boolean;
  /** What is told of a pod that is driven out. */
  readonly preempted: (by: { readonly key: string; readonly uid: string }, node: string) => string;
}

function taintWords(minor: number, key: string, value: string): string {
  if (minor >= 35) return 'node(s) had untolerated taint(s)';
  if (minor >= 24) return `node(s) had untolerated taint {${key}: ${value}}`;
  if (minor >= 18) return `node(s) had taint {${key}: ${value}}, that the pod didn't tolerate`;
  return "node(s) had taints that the pod didn't tolerate";
}

function selectorWords(minor: number): string {
  if (minor >= 21) return "node(s) didn't match Pod's node affinity/selector";
  return minor >= 20 ? "node(s) didn't match Pod's node affinity" : "node(s) didn't match node selector";
}

/** The words of the Kubernetes a world reports. @see kubernetes/kubernetes pkg/scheduler/framework */
export function schedulingWords({ settings }: World): SchedulingWords {
  const minor = minorOf(settings.kubernetesVersion);
  return {
    taint: (key, value) => taintWords(minor, key, value),
    selector: selectorWords(minor),
    preemption:
      minor < 24 ? undefined : minor < 34 ? 'preemption: ' : 'no new claims to deallocate, preemption: ',
    knowsTooMuch: minor >= 32,
    preempted: ({ key, uid }, node) =>
      minor >= 27 ? `Preempted by pod ${uid} on node ${node}` : `Preempted by ${key} on node ${node}`,
  };
}

/** How many nodes there are and what is wrong with how many of them, in the order Go sorts these texts in. */
export function unavailable(total: number, reasons: Iterable<readonly [string, number]>): string {
  const parts = [...reasons]
    .filter(([, count]) => count > 0)
    .map(([why, count]) => `${String(count)} ${why}`);
  return `0/${String(total)} nodes are available: ${parts.sort().join(', ')}.`;
}
