import { dig, digArray, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { World } from '../../state/world.js';
import { hasJobFeature } from './job-features.js';
import { rangesIn } from './job-indexes.js';

/** What a Job makes of a failed pod. */
export interface PodVerdict {
  /** Whether it counts as a failure. */
  readonly counts: boolean;
  /** Absent: no rule is about it. */
  readonly action?: string;
  /** Why the whole Job fails with it. */
  readonly message?: string;
}

/**
 * What the `podFailurePolicy` of a Job says of a failed pod: the first rule that is about it.
 *
 * @see kubernetes/kubernetes pkg/controller/job/pod_failure_policy.go matchPodFailurePolicy
 */
export function verdictOf(world: World, job: KubeObject, pod: KubeObject): PodVerdict {
  if (!hasJobFeature(world, 'podFailurePolicy')) return { counts: true };
  const isPerIndex = limitPerIndex(world, job) !== undefined;
  const { namespace = '', name } = pod.metadata;
  for (const [at, rule] of digArray(job, 'spec', 'podFailurePolicy', 'rules').entries()) {
    const action = digString(rule, 'action');
    const what = wrongWith(rule, pod);
    if (what === undefined) continue;
    if (action === 'Ignore') return { counts: false, action };
    if (action === 'Count' || (action === 'FailIndex' && isPerIndex)) return { counts: true, action };
    if (action !== 'FailJob') continue;
    const of = what.container === undefined ? 'Pod' : `Container ${what.container} for pod`;
    const message = `${of} ${namespace}/${name} ${what.text} matching FailJob rule at index ${String(at)}`;
    return { counts: true, action, message };
  }
  return { counts: true };
}

function wrongWith(
  rule: Json,
  pod: KubeObject,
): { readonly text: string; readonly container?: string } | undefined {
  const codes = dig(rule, 'onExitCodes');
  if (codes !== undefined) {
    const values = digArray(codes, 'values');
    const wanted = digString(codes, 'containerName');
    const statuses = [
      ...digArray(pod, 'status', 'containerStatuses'),
      ...digArray(pod, 'status', 'initContainerStatuses'),
    ];
    for (const status of statuses) {
      const code = dig(status, 'state', 'terminated', 'exitCode');
      const container = digString(status, 'name');
      if (typeof code !== 'number' || code === 0 || (wanted !== '' && wanted !== container)) continue;
      if (values.includes(code) === (digString(codes, 'operator') === 'In'))
        return { text: `failed with exit code ${String(code)}`, container };
    }
    return undefined;
  }
  for (const pattern of digArray(rule, 'onPodConditions')) {
    const type = digString(pattern, 'type');
    const has = digArray(pod, 'status', 'conditions').some(
      (one) => digString(one, 'type') === type && digString(one, 'status') === digString(pattern, 'status'),
    );
    if (has) return { text: `has condition ${type}` };
  }
  return undefined;
}

/** How often each index of a Job may fail; `undefined` where they are not counted one by one. */
export function limitPerIndex(world: World, job: KubeObject): number | undefined {
  if (!hasJobFeature(world, 'backoffLimitPerIndex')) return undefined;
  const limit = dig(job, 'spec', 'backoffLimitPerIndex');
  return typeof limit === 'number' && isIndexed(job) ? limit : undefined;
}

/** Tells whether each pod of a Job has a number of its own to do. */
export function isIndexed(job: KubeObject): boolean {
  return digString(job, 'spec', 'completionMode') === 'Indexed';
}

/** Whether pods of a Job are replaced only when they have ended, not when they begin to. */
export function waitsForEnd(world: World, job: KubeObject): boolean {
  if (dig(job, 'spec', 'podFailurePolicy') !== undefined && hasJobFeature(world, 'podFailurePolicy'))
    return true;
  return (
    hasJobFeature(world, 'podReplacementPolicy') &&
    digString(job, 'spec', 'podReplacementPolicy') === 'Failed'
  );
}

/**
 * Which rule of the `successPolicy` of a Job is met, in the words of its condition; `undefined`: none.
 *
 * @see kubernetes/kubernetes pkg/controller/job/success_policy.go matchSuccessPolicy
 */
export function successOf(world: World, job: KubeObject, succeeded: ReadonlySet<number>): string | undefined {
  if (!hasJobFeature(world, 'successPolicy') || succeeded.size === 0) return undefined;
  const at = digArray(job, 'spec', 'successPolicy', 'rules').findIndex((rule) => {
    const count = dig(rule, 'succeededCount');
    const indexes = dig(rule, 'succeededIndexes');
    if (typeof indexes !== 'string') return typeof count === 'number' && succeeded.size >= count;
    const ranges = rangesIn(indexes);
    const done = [...succeeded].filter((one) => ranges.some(([from, to]) => one >= from && one <= to)).length;
    const all = ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
    return done >= (typeof count === 'number' ? count : all);
  });
  return at === -1 ? undefined : `Matched rules at index ${String(at)}`;
}
