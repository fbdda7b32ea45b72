import { isDeepStrictEqual } from 'node:util';
import { parseCron } from '../../core/cron-schedule.js';
import { dig, digArray, digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { selects } from '../../core/object-selector.js';
import {
  forbidden,
  goMap,
  goSelector,
  invalidShown,
  invalidValue,
  negative,
  required,
  unsupported,
  type Cause,
} from './causes.js';
import { podSpecProblems } from './pod-spec.js';

/** What is wrong with a workload whose pods run until they are stopped. @see pkg/apis/apps/validation/validation.go */
export function runningWorkloadProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const spec = digObject(object, 'spec');
  const causes = negative('spec.replicas', spec['replicas']);
  const { selector } = spec;
  const template = digObject(spec, 'template');
  const labels = digObject(template, 'metadata', 'labels');
  if (!isJsonObject(selector)) causes.push(required('spec.selector'));
  else if (isEmpty(selector)) {
    const text = `empty selector is invalid for ${object.kind === 'ReplicaSet' ? 'deployment' : object.kind.toLowerCase()}`;
    causes.push(invalidShown('spec.selector', goSelector(selector), text));
  }
  if (
    !isJsonObject(selector) ||
    (!isEmpty(selector) && !selects(selector, labels as Record<string, string>))
  ) {
    const text = '`selector` does not match template `labels`';
    causes.push(invalidShown('spec.template.metadata.labels', goMap(labels), text));
  }
  const pod = digObject(template, 'spec');
  // Volumes of a StatefulSet's pods come from its claim templates, so what they are is only checked with the pods.
  if (object.kind !== 'StatefulSet') causes.push(...podSpecProblems(pod, 'spec.template.spec'));
  const policy = digString(pod, 'restartPolicy');
  if (['OnFailure', 'Never'].includes(policy))
    causes.push(unsupported('spec.template.spec.restartPolicy', policy, ['Always']));
  if (previous !== undefined && !isDeepStrictEqual(selector, dig(previous, 'spec', 'selector')))
    causes.push(...selectorChange(object, previous, isJsonObject(selector) ? selector : {}));
  return causes;
}

function isEmpty(selector: JsonObject): boolean {
  const { matchLabels } = selector;
  return (
    Object.keys(isJsonObject(matchLabels) ? matchLabels : {}).length === 0 &&
    digArray(selector, 'matchExpressions').length === 0
  );
}

function selectorChange({ kind }: KubeObject, _previous: KubeObject, selector: JsonObject): Cause[] {
  if (kind === 'StatefulSet') return [];
  return [invalidShown('spec.selector', goSelector(selector), 'field is immutable')];
}

const mutable = new Set([
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]);

/** What is wrong with a StatefulSet, of which little may change. */
export function statefulSetProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const causes = runningWorkloadProblems(object, previous);
  if (previous === undefined) return causes;
  const [now, before] = [digObject(object, 'spec'), digObject(previous, 'spec')];
  const keys = new Set([...Object.keys(now), ...Object.keys(before)]);
  const isChanged = [...keys].some((key) => !mutable.has(key) && !isDeepStrictEqual(now[key], before[key]));
  const why =
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
  return isChanged ? [...causes, forbidden('spec', why)] : causes;
}

/** What is wrong with a job's spec, in a Job or in a CronJob's template. */
export function jobSpecProblems(spec: JsonObject, path: string): Cause[] {
  const causes: Cause[] = [];
  for (const key of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
  ])
    causes.push(...negative(`${path}.${key}`, spec[key]));
  const pod = digObject(spec, 'template', 'spec');
  causes.push(...podSpecProblems(pod, `${path}.template.spec`));
  if (digString(pod, 'restartPolicy') === 'Always')
    causes.push(required(`${path}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"'));
  return causes;
}

/** What is wrong with a Job; its pods are what they were made as. */
export function jobProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const spec = digObject(object, 'spec');
  const causes = jobSpecProblems(spec, 'spec');
  if (previous === undefined) return causes;
  const before = digObject(previous, 'spec');
  const fixed = [
    ['selector', goSelector(digObject(spec, 'selector'))],
    ['template', 'core.PodTemplateSpec{}'],
    ['completionMode', JSON.stringify(spec['completionMode'])],
    ['completions', JSON.stringify(spec['completions'])],
  ] as const;
  for (const [key, shown] of fixed) {
    if (!isDeepStrictEqual(spec[key], before[key]))
      causes.push(invalidShown(`spec.${key}`, shown, 'field is immutable'));
  }
  return causes;
}

/** What is wrong with a CronJob. */
export function cronJobProblems(object: KubeObject): Cause[] {
  const causes: Cause[] = [];
  const schedule = digString(object, 'spec', 'schedule');
  const parsed = parseCron(schedule);
  if (schedule === '') causes.push(required('spec.schedule'));
  else if (typeof parsed === 'string') causes.push(invalidValue('spec.schedule', schedule, parsed));
  const policy = digString(object, 'spec', 'concurrencyPolicy');
  const policies = ['Allow', 'Forbid', 'Replace'];
  if (policy !== '' && !policies.includes(policy))
    causes.push(unsupported('spec.concurrencyPolicy', policy, policies));
  if (object.metadata.name.length > 52)
    causes.push(invalidValue('metadata.name', object.metadata.name, 'must be no more than 52 characters'));
  return [
    ...causes,
    ...jobSpecProblems(digObject(object, 'spec', 'jobTemplate', 'spec'), 'spec.jobTemplate.spec'),
  ];
}
