import { dig, digArray, digObject, digString, type JsonObject } from '../../core/json.js';

/** What an autoscaler has found and done so far; moments are milliseconds since 1970. */
export interface AutoscalerPast {
  /** What would have been enough, and when. */
  readonly found: readonly { readonly at: number; readonly replicas: number }[];
  /** How many were added or, below zero, taken away. */
  readonly changes: readonly { readonly at: number; readonly by: number }[];
}

/** Where things stand when a number is to be chosen. */
export interface Situation {
  readonly current: number;
  readonly least: number;
  readonly most: number;
  /** What metrics call for. */
  readonly wanted: number;
  /** `spec.behavior` with its defaults; `undefined` when there is none. */
  readonly behavior: JsonObject | undefined;
  readonly past: AutoscalerPast;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A number and why it is not another. */
export interface Choice {
  readonly replicas: number;
  readonly reason: string;
  readonly message: string;
}

/** Seconds a lower number must have been enough before it is taken, unless `behavior` says otherwise. */
const usualWindow = 300;
/** Without `behavior` a target grows by this factor at most, or to this size. */
const growth = 2;
const growthFloor = 4;

/**
 * What is taken for wanted once what was found lately is looked at.
 *
 * @returns `wanted` when there is nothing to wait for
 * @see kubernetes/kubernetes pkg/controller/podautoscaler/horizontal.go stabilizeRecommendationWithBehaviors
 */
export function steadied({ current, wanted, behavior, past, now }: Situation): Choice {
  const windowOf = (way: string, usual: number): number => {
    const seconds = dig(behavior, way, 'stabilizationWindowSeconds');
    return (typeof seconds === 'number' ? seconds : usual) * 1000;
  };
  const within = (window: number): number[] =>
    past.found.filter(({ at }) => at > now - window).map(({ replicas }) => replicas);
  const up = Math.min(wanted, ...within(windowOf('scaleUp', 0)));
  const down = Math.max(wanted, ...within(windowOf('scaleDown', usualWindow)));
  const replicas = behavior === undefined ? down : Math.min(Math.max(current, up), down);
  if (replicas === wanted)
    return { replicas, reason: 'ReadyForNewScale', message: 'recommended size matches current size' };
  const [way, how, which] = replicas > wanted ? ['Down', 'higher', 'highest'] : ['Up', 'lower', 'lowest'];
  const message = `recent recommendations were ${how} than current one, applying the ${which} recent recommendation`;
  return { replicas, reason: `Scale${way}Stabilized`, message };
}

/**
 * A number within the bounds, and no further from the current one than may be gone at once.
 *
 * @see kubernetes/kubernetes pkg/controller/podautoscaler/horizontal.go convertDesiredReplicasWithBehaviorRate
 */
export function limited(situation: Situation): Choice {
  const { current, least, most, wanted } = situation;
  if (wanted > current) {
    const limit = Math.max(current, upLimit(situation));
    const isRate = most > limit;
    if (wanted > Math.min(most, limit))
      return isRate
        ? tooFast(limit, 'Up', 'increasing')
        : bound(most, 'TooManyReplicas', 'more than the maximum');
  } else if (wanted < current) {
    const limit = Math.min(current, downLimit(situation));
    const isRate = least < limit;
    if (wanted < Math.max(least, limit))
      return isRate
        ? tooFast(limit, 'Down', 'decreasing')
        : bound(least, 'TooFewReplicas', 'less than the minimum');
  }
  const message = 'the desired count is within the acceptable range';
  return { replicas: wanted, reason: 'DesiredWithinRange', message };
}

function tooFast(replicas: number, way: string, how: string): Choice {
  const message = `the desired replica count is ${how} faster than the maximum scale rate`;
  return { replicas, reason: `Scale${way}Limit`, message };
}

function bound(replicas: number, reason: string, how: string): Choice {
  return { replicas, reason, message: `the desired replica count is ${how} replica count` };
}

function upLimit({ current, behavior, past, now }: Situation): number {
  if (behavior === undefined) return Math.max(growth * current, growthFloor);
  const rules = digObject(behavior, 'scaleUp');
  return chosen(rules, current, Math.max, Math.min, (policy) => {
    const start = startOf(policy, current, past, now);
    const value = Number(dig(policy, 'value') ?? 0);
    return digString(policy, 'type') === 'Percent' ? Math.ceil(start * (1 + value / 100)) : start + value;
  });
}

function downLimit({ current, behavior, past, now }: Situation): number {
  if (behavior === undefined) return 0;
  const rules = digObject(behavior, 'scaleDown');
  return chosen(rules, current, Math.min, Math.max, (policy) => {
    const start = startOf(policy, current, past, now);
    const value = Number(dig(policy, 'value') ?? 0);
    return digString(policy, 'type') === 'Percent' ? Math.trunc(start * (1 - value / 100)) : start - value;
  });
}

type Pick = (...values: number[]) => number;

/** The limit of the policy that goes furthest, or least far, as the rules want it. */
function chosen(
  rules: JsonObject,
  current: number,
  furthest: Pick,
  nearest: Pick,
  limitOf: (policy: JsonObject) => number,
): number {
  const select = digString(rules, 'selectPolicy');
  if (select === 'Disabled') return current;
  const limits = digArray(rules, 'policies').map((policy) => limitOf(digObject(policy)));
  return (select === 'Min' ? nearest : furthest)(...limits);
}

/** How many there were when the policy's period began. */
function startOf(policy: JsonObject, current: number, past: AutoscalerPast, now: number): number {
  const period = Number(policy['periodSeconds'] ?? 0) * 1000;
  return past.changes.filter(({ at }) => at > now - period).reduce((count, { by }) => count - by, current);
}
