import { dig, digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { minorOf } from '../../core/kubernetes-minor.js';
import { sameJson } from '../../core/same-json.js';
import type { WriteContext } from '../../registry/contract.js';
import { duplicate, inItems, invalidShown, invalidValue, negative, required, type Cause } from './causes.js';
import { readIndexes } from './job-policies.js';

const counts = ['active', 'succeeded', 'failed', 'ready', 'terminating'];
/** The first Kubernetes that lets others run Jobs, and so looks closely at what they say. */
const firstStrictMinor = 32;

/**
 * What is wrong with the status of a Job somebody writes.
 *
 * @see kubernetes/kubernetes pkg/apis/batch/validation/validation.go ValidateJobStatusUpdate
 */
export function jobStatusProblems(job: KubeObject, previous: KubeObject, context: WriteContext): Cause[] {
  const status = digObject(job, 'status');
  const isStrict = minorOf(context.world.settings.kubernetesVersion) >= firstStrictMinor;
  const [now, before] = [stateOf(job), stateOf(previous)];
  return [
    ...counts.flatMap((key) => negative(`status.${key}`, status[key])),
    ...uncountedProblems(status),
    ...(isStrict ? strictProblems(now, before) : []),
    ...criteriaProblems(now),
    ...(isStrict ? lastingProblems(now, before) : []),
    ...(before.isMet && !now.isMet ? [bad('cannot disable the SuccessCriteriaMet=True condition')] : []),
    ...(before.isComplete && !before.isMet && now.isMet
      ? [bad('cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions')]
      : []),
  ];
}

interface JobState {
  readonly spec: JsonObject;
  readonly status: JsonObject;
  readonly isComplete: boolean;
  readonly isFailed: boolean;
  readonly isDone: boolean;
  readonly isFailing: boolean;
  readonly isMet: boolean;
  readonly uncounted: number;
}

function stateOf(job: KubeObject): JobState {
  const status = digObject(job, 'status');
  const has = (type: string): boolean =>
    digArray(status, 'conditions').some(
      (one) => digString(one, 'type') === type && digString(one, 'status') === 'True',
    );
  const [isComplete, isFailed] = [has('Complete'), has('Failed')];
  const uncounted = digObject(status, 'uncountedTerminatedPods');
  return {
    spec: digObject(job, 'spec'),
    status,
    isComplete,
    isFailed,
    isDone: isComplete || isFailed,
    isFailing: has('FailureTarget'),
    isMet: has('SuccessCriteriaMet'),
    uncounted: digArray(uncounted, 'succeeded').length + digArray(uncounted, 'failed').length,
  };
}

function bad(why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${why}`, field: 'status.conditions' };
}

function uncountedProblems(status: JsonObject): Cause[] {
  const seen = new Set<Json>();
  return ['succeeded', 'failed'].flatMap((key) =>
    inItems(status['uncountedTerminatedPods'], key, 'status.uncountedTerminatedPods', (uid, field) => {
      const text = typeof uid === 'string' ? uid : '';
      if (text === '') return [invalidValue(field, text, 'must not be empty')];
      if (seen.has(text)) return [duplicate(field, text)];
      seen.add(text);
      return [];
    }),
  );
}

function number(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}

/** A moment the way Go prints it. */
function shownTime(value: Json | undefined): string {
  return typeof value === 'string'
    ? `${new Date(value).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`
    : '"null"';
}

/** What is looked at where it has changed only, so that what was wrong before stands in nobody's way. */
function strictProblems(now: JobState, before: JobState): Cause[] {
  const { spec, status } = now;
  const isNew = (...keys: readonly (keyof JobState)[]): boolean =>
    keys.some((key) => now[key] !== before[key]);
  const changes = (...keys: readonly string[]): boolean =>
    keys.some((key) => !sameJson(status[key], before.status[key]));
  const end = 'status.completionTime';
  const [start, done] = [status['startTime'], status['completionTime']];
  const causes: Cause[] = [];
  const check = (isLookedAt: boolean, isWrong: boolean, cause: () => Cause): void => {
    if (isLookedAt && isWrong) causes.push(cause());
  };
  const isFinishing = isNew('isDone');
  const ends = isNew('isComplete') || changes('completionTime');
  check(isNew('isComplete', 'isFailed'), now.isComplete && now.isFailed, () =>
    bad('cannot set Complete=True and Failed=true conditions'),
  );
  check(isNew('isComplete', 'isFailing'), now.isComplete && now.isFailing, () =>
    bad('cannot set Complete=True and FailureTarget=true conditions'),
  );
  check(ends, done !== undefined && !now.isComplete, () =>
    invalidShown(end, shownTime(done), 'cannot set completionTime when there is no Complete=True condition'),
  );
  check(ends, done === undefined && now.isComplete, () =>
    required(end, 'completionTime is required for Complete jobs'),
  );
  check(changes('startTime', 'completionTime'), isBefore(done, start), () =>
    invalidShown(end, shownTime(done), 'completionTime cannot be set before startTime'),
  );
  check(isNew('isFailed') || changes('failedIndexes'), now.isFailed && !now.isFailing, () =>
    bad('cannot set Failed=True condition without the FailureTarget=true condition'),
  );
  check(isNew('isComplete', 'isMet'), now.isComplete && !now.isMet, () =>
    bad('cannot set Complete=True condition without the SuccessCriteriaMet=true condition'),
  );
  check(isFinishing || changes('active'), number(status['active']) > 0 && now.isDone, () =>
    invalidShown('status.active', String(number(status['active'])), 'active>0 is invalid for finished job'),
  );
  check(isFinishing || changes('startTime'), start === undefined && now.isDone, () =>
    required('status.startTime', 'startTime is required for finished job'),
  );
  check(isFinishing || changes('uncountedTerminatedPods'), now.isDone && now.uncounted > 0, () =>
    // Differs from Kubernetes: the real text shows the members of this Go struct.
    invalidShown(
      'status.uncountedTerminatedPods',
      'batch.UncountedTerminatedPods{}',
      'uncountedTerminatedPods needs to be empty for finished job',
    ),
  );
  causes.push(...indexProblems(spec, status, changes));
  check(isFinishing || changes('terminating'), number(status['terminating']) > 0 && now.isDone, () =>
    invalidShown(
      'status.terminating',
      String(number(status['terminating'])),
      'terminating>0 is invalid for finished job',
    ),
  );
  const isReady = status['ready'] !== undefined;
  check(changes('ready', 'active'), isReady && number(status['ready']) > number(status['active']), () =>
    invalidShown('status.ready', String(number(status['ready'])), 'cannot set more ready pods than active'),
  );
  return causes;
}

function isBefore(a: Json | undefined, b: Json | undefined): boolean {
  return typeof a === 'string' && typeof b === 'string' && Date.parse(a) < Date.parse(b);
}

function indexProblems(
  spec: JsonObject,
  status: JsonObject,
  changes: (...keys: readonly string[]) => boolean,
): Cause[] {
  const causes: Cause[] = [];
  const { completions } = spec;
  const completed = digString(status, 'completedIndexes');
  const failed = dig(status, 'failedIndexes');
  const wrong = (key: string, text: string, why: string): void => {
    causes.push(invalidValue(`status.${key}`, text, why));
  };
  const readable = (key: string, text: string): void => {
    const read = text === '' ? 0 : readIndexes(text, number(completions));
    if (typeof read === 'string') wrong(key, text, `error parsing ${key}: ${read}`);
  };
  if (changes('completedIndexes') && completions !== undefined) readable('completedIndexes', completed);
  const hasLimit = spec['backoffLimitPerIndex'] !== undefined;
  if (changes('failedIndexes') && completions !== undefined && hasLimit && typeof failed === 'string')
    readable('failedIndexes', failed);
  if (changes('completedIndexes') && completed !== '' && spec['completionMode'] !== 'Indexed')
    wrong(
      'completedIndexes',
      completed,
      'cannot set non-empty completedIndexes when non-indexed completion mode',
    );
  if (changes('failedIndexes') && typeof failed === 'string' && !hasLimit)
    wrong('failedIndexes', failed, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null');
  if (changes('failedIndexes', 'completedIndexes') && typeof failed === 'string') {
    const shared = firstShared(completed, failed);
    if (shared !== undefined)
      wrong(
        'failedIndexes',
        failed,
        `failedIndexes and completedIndexes overlap at index: ${String(shared)}`,
      );
  }
  return causes;
}

/** Ranges of a text such as `0-2,5`; what is none is passed over. */
function rangesIn(text: string): readonly (readonly [number, number])[] {
  return [...text.matchAll(/(?:^|,)(\d+)(?:-(\d+))?(?=,|$)/g)].map(([, from, to]) => [
    Number(from),
    Number(to ?? from),
  ]);
}

function firstShared(completed: string, failed: string): number | undefined {
  const shared = rangesIn(completed).flatMap(([from, to]) =>
    rangesIn(failed)
      .filter(([start, end]) => from <= end && start <= to)
      .map(([start]) => Math.max(from, start)),
  );
  return shared.length > 0 ? Math.min(...shared) : undefined;
}

function criteriaProblems({ spec, isMet, isFailed, isFailing, isComplete }: JobState): Cause[] {
  const causes: Cause[] = [];
  if (isMet && isFailed) causes.push(bad('cannot set SuccessCriteriaMet=True and Failed=true conditions'));
  if (isMet && isFailing)
    causes.push(bad('cannot set SuccessCriteriaMet=True and FailureTarget=true conditions'));
  if (spec['successPolicy'] !== undefined && !isMet && isComplete)
    causes.push(bad('cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True'));
  return causes;
}

/** What a Job has come to stays. */
function lastingProblems(now: JobState, before: JobState): Cause[] {
  const { spec, status } = now;
  const causes: Cause[] = [];
  for (const [key, type] of [
    ['isFailed', 'Failed'],
    ['isComplete', 'Complete'],
    ['isFailing', 'FailureTarget'],
  ] as const)
    if (before[key] && !now[key]) causes.push(bad(`cannot disable the terminal ${type}=True condition`));
  const isElastic = spec['completionMode'] === 'Indexed' && spec['completions'] === spec['parallelism'];
  for (const key of isElastic ? ['failed'] : ['failed', 'succeeded']) {
    const count = number(status[key]);
    if (count < number(before.status[key]))
      causes.push(invalidShown(`status.${key}`, String(count), `cannot decrease the ${key} counter`));
  }
  const [end, oldEnd] = [status['completionTime'], before.status['completionTime']];
  if (end !== undefined && oldEnd !== undefined && end !== oldEnd)
    causes.push(invalidShown('status.completionTime', shownTime(end), 'completionTime cannot be mutated'));
  const oldStart = before.status['startTime'];
  if (oldStart !== undefined && oldStart !== status['startTime'] && spec['suspend'] !== true)
    causes.push(required('status.startTime', 'startTime cannot be removed for unsuspended job'));
  return causes;
}
