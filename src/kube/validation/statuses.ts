import { digObject, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { invalidShown, negative, type Cause } from './causes.js';

/** What the numbers of a status are held against. */
interface CountRules {
  /** Members that must not be below zero, in the order they are looked at. */
  readonly counts: readonly string[];
  /** Members that must not be above another one, and how that one is named. */
  readonly atMost?: readonly (readonly [member: string, limit: string, shown: string])[];
  /** Whether a count of collisions may not become less. */
  readonly countsCollisions?: boolean;
}

const all = 'status.replicas';
const replicated: CountRules = {
  counts: ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'],
  atMost: [
    ['fullyLabeledReplicas', 'replicas', all],
    ['readyReplicas', 'replicas', all],
    ['availableReplicas', 'replicas', all],
    ['availableReplicas', 'readyReplicas', 'readyReplicas'],
  ],
};

/** Rules by `plural.group`. @see kubernetes/kubernetes pkg/apis/apps/validation/validation.go and those of other groups */
const rules: Readonly<Record<string, CountRules>> = {
  'deployments.apps': {
    counts: [
      ...['observedGeneration', 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'],
      ...['unavailableReplicas', 'collisionCount'],
    ],
    atMost: [
      ['updatedReplicas', 'replicas', all],
      ['readyReplicas', 'replicas', all],
      ['availableReplicas', 'replicas', all],
      ['availableReplicas', 'readyReplicas', 'readyReplicas'],
    ],
    countsCollisions: true,
  },
  'replicasets.apps': replicated,
  'replicationcontrollers.': replicated,
  'daemonsets.apps': {
    counts: [
      ...['currentNumberScheduled', 'numberMisscheduled', 'desiredNumberScheduled', 'numberReady'],
      ...['observedGeneration', 'updatedNumberScheduled', 'numberAvailable', 'numberUnavailable'],
      'collisionCount',
    ],
    countsCollisions: true,
  },
  'statefulsets.apps': {
    counts: [
      ...['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'],
      ...['observedGeneration', 'collisionCount'],
    ],
    atMost: [
      ['readyReplicas', 'replicas', all],
      ['currentReplicas', 'replicas', all],
      ['updatedReplicas', 'replicas', all],
      ['availableReplicas', 'replicas', all],
      ['availableReplicas', 'readyReplicas', 'status.readyReplicas'],
    ],
    countsCollisions: true,
  },
  'horizontalpodautoscalers.autoscaling': { counts: ['currentReplicas', 'desiredReplicas'] },
  'poddisruptionbudgets.policy': {
    counts: ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'],
  },
};

/** What is wrong with the numbers of a status somebody writes; `undefined` for kinds without rules. */
export function statusRule(
  kind: string,
): ((object: KubeObject, previous: KubeObject) => Cause[]) | undefined {
  const known = Object.hasOwn(rules, kind) ? rules[kind] : undefined;
  if (known === undefined) return undefined;
  return (object, previous) =>
    countProblems(digObject(object, 'status'), digObject(previous, 'status'), known);
}

function countProblems(status: JsonObject, before: JsonObject, known: CountRules): Cause[] {
  const { counts, atMost = [], countsCollisions = false } = known;
  const causes = counts.flatMap((key) => negative(`status.${key}`, status[key]));
  for (const [key, limit, shown] of atMost)
    if (count(status[key]) > count(status[limit]))
      causes.push(
        invalidShown(`status.${key}`, String(count(status[key])), `cannot be greater than ${shown}`),
      );
  const [now, was] = [status['collisionCount'], before['collisionCount']];
  const isLess = typeof was === 'number' && (typeof now !== 'number' || now < was);
  if (countsCollisions && isLess)
    causes.push(invalidShown('status.collisionCount', String(count(now)), 'cannot be decremented'));
  return causes;
}

function count(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}
