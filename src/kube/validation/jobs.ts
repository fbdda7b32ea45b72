import { parseCron } from '../../core/cron-schedule.js';
import { readEvery } from '../../core/every-schedule.js';
import { dig, digObject, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { selects } from '../../core/object-selector.js';
import type { WriteContext } from '../../registry/contract.js';
import { nameProblems } from '../../registry/names.js';
import {
  choiceProblems,
  goMap,
  goSelector,
  immutableProblems,
  invalidShown,
  invalidValue,
  negative,
  required,
  unsupported,
  type Cause,
  shownPointer,
  tooLong,
} from './causes.js';
import { domainPathProblems } from './formats.js';
import { failurePolicyProblems, indexLimitProblems, successPolicyProblems } from './job-policies.js';
import { selectorProblems } from './labels.js';
import { podRules, type PodRules } from './pod-rules.js';
import { templateProblems } from './pod-spec.js';

const counts = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
];
const modes = ['NonIndexed', 'Indexed'];
/** Most pods of an indexed job at a time. */
const mostIndexed = 100_000;

/** What is wrong with a job's spec, in a Job or in a CronJob's template. @see pkg/apis/batch/validation/validation.go */
function jobSpecProblems(spec: JsonObject, path: string, rules: PodRules): Cause[] {
  const causes = counts.flatMap((key) => negative(`${path}.${key}`, spec[key]));
  if (typeof spec['maxFailedIndexes'] === 'number' && spec['backoffLimitPerIndex'] === undefined)
    causes.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  const { managedBy } = spec;
  if (typeof managedBy === 'string') causes.push(...managerProblems(managedBy, `${path}.managedBy`));
  const mode = spec['completionMode'];
  if (typeof mode === 'string' && !modes.includes(mode))
    causes.push(unsupported(`${path}.completionMode`, mode, modes));
  const { parallelism } = spec;
  if (mode === 'Indexed') {
    if (spec['completions'] === undefined)
      causes.push(required(`${path}.completions`, 'when completion mode is Indexed'));
    if (typeof parallelism === 'number' && parallelism > mostIndexed) {
      const why = `must be less than or equal to ${String(mostIndexed)} when completion mode is Indexed`;
      causes.push(invalidShown(`${path}.parallelism`, String(parallelism), why));
    }
  }
  const replacement = spec['podReplacementPolicy'];
  const replacements = ['Failed', 'TerminatingOrFailed'];
  const possible = isJsonObject(spec['podFailurePolicy']) ? ['Failed'] : replacements;
  causes.push(
    ...indexLimitProblems(spec, path),
    ...failurePolicyProblems(spec, path),
    ...successPolicyProblems(spec, path),
  );
  if (typeof replacement === 'string' && !possible.includes(replacement))
    causes.push(unsupported(`${path}.podReplacementPolicy`, replacement, possible));
  const template = digObject(spec, 'template');
  causes.push(...templateProblems(template, `${path}.template`, rules));
  const field = `${path}.template.spec.restartPolicy`;
  const policy = digString(template, 'spec', 'restartPolicy');
  if (policy === 'Always' || policy === '')
    causes.push(required(field, 'valid values: "OnFailure", "Never"'));
  else if (policy !== 'OnFailure' && policy !== 'Never')
    causes.push(unsupported(field, policy, ['OnFailure', 'Never']));
  else if (isJsonObject(spec['podFailurePolicy']) && policy !== 'Never')
    causes.push(invalidValue(field, policy, 'only "Never" is supported when podFailurePolicy is specified'));
  return causes;
}

const longestManager = 63;

/** What is wrong with the name of who runs a Job instead of Kubernetes. */
function managerProblems(name: string, field: string): Cause[] {
  if (name === '') return [required(field)];
  const causes = domainPathProblems(name).map(([shown, why]) => invalidValue(field, shown, why));
  return name.length > longestManager ? [...causes, tooLong(field, longestManager)] : causes;
}

/** What is wrong with a Job; its pods are what they were made as. */
export function jobProblems(
  object: KubeObject,
  previous: KubeObject | undefined,
  context: WriteContext,
): Cause[] {
  const spec = digObject(object, 'spec');
  const rules = podRules(context);
  if (previous !== undefined)
    // Looked at twice, as by Kubernetes.
    return [
      ...specProblems(spec, rules),
      ...specProblems(spec, rules),
      ...jobChanges(spec, digObject(previous, 'spec')),
    ];
  const causes = [...generatedProblems(object, spec), ...specProblems(spec, rules)];
  const { completions } = spec;
  if (spec['completionMode'] !== 'Indexed' || typeof completions !== 'number' || completions < 1)
    return causes;
  const last = `${object.metadata.name}-${String(completions - 1)}`;
  if (nameProblems(last, 'label').length === 0) return causes;
  const why = `will not able to create pod with invalid DNS label: ${last}`;
  return [...causes, invalidValue('metadata.name', object.metadata.name, why)];
}

function specProblems(spec: JsonObject, rules: PodRules): Cause[] {
  const causes = jobSpecProblems(spec, 'spec', rules);
  const { selector } = spec;
  if (!isJsonObject(selector)) causes.push(required('spec.selector'));
  else causes.push(...selectorProblems(selector, 'spec.selector'));
  const labels = digObject(spec, 'template', 'metadata', 'labels');
  if (!isJsonObject(selector) || !selects(selector, labels as Record<string, string>)) {
    const why = '`selector` does not match template `labels`';
    causes.push(invalidShown('spec.template.metadata.labels', goMap(labels), why));
  }
  return causes;
}

const prefix = 'batch.kubernetes.io/';

/** A job whose selector is made for it must have the labels made for it. */
function generatedProblems({ metadata }: KubeObject, spec: JsonObject): Cause[] {
  if (spec['manualSelector'] === true) return [];
  const labels = digObject(spec, 'template', 'metadata', 'labels');
  const made: Record<string, string> = {
    'controller-uid': metadata.uid ?? '',
    'job-name': metadata.name,
    [`${prefix}controller-uid`]: metadata.uid ?? '',
    [`${prefix}job-name`]: metadata.name,
  };
  const causes = Object.entries(made).flatMap(([key, value]) => {
    const given = digString(labels, key);
    const field = `spec.template.metadata.labels[${key}]`;
    return given === value ? [] : [invalidShown(field, goMap(labels), `must be '${value}'`)];
  });
  const { selector } = spec;
  if (isJsonObject(selector) && !selects(selector, made))
    causes.push(invalidShown('spec.selector', goSelector(selector), '`selector` not auto-generated'));
  return causes;
}

function jobChanges(spec: JsonObject, before: JsonObject): Cause[] {
  const { selector } = spec;
  const shown: readonly (readonly [key: string, value: string])[] = [
    ['selector', isJsonObject(selector) ? goSelector(selector) : '"null"'],
    // Differs from Kubernetes: the real text shows all members of these Go structs.
    ['template', 'core.PodTemplateSpec{}'],
    ['completionMode', shownPointer(spec['completionMode'])],
    ['podFailurePolicy', spec['podFailurePolicy'] === undefined ? '"null"' : 'batch.PodFailurePolicy{}'],
    ['backoffLimitPerIndex', shownNumber(spec['backoffLimitPerIndex'])],
    ['managedBy', shownPointer(spec['managedBy'])],
    ['successPolicy', spec['successPolicy'] === undefined ? '"null"' : 'batch.SuccessPolicy{}'],
  ];
  // While a job waits for its first start, where its pods run may still change.
  const isOpen = before['suspend'] === true && dig(before, 'template') !== undefined;
  const kept = isOpen ? { ...before, template: reschedulable(before, spec) } : before;
  return [
    ...completionChange(spec, before),
    ...shown.flatMap(([key, value]) => immutableProblems(`spec.${key}`, spec[key], kept[key], value)),
  ];
}

/** Only indexed Jobs become larger or smaller, by as many pods as run at a time. @see validateCompletions there */
function completionChange(spec: JsonObject, before: JsonObject): Cause[] {
  const { completions, parallelism } = spec;
  const field = 'spec.completions';
  if (completions === before['completions']) return [];
  if (spec['completionMode'] !== 'Indexed')
    return immutableProblems(field, completions, before['completions'], shownNumber(completions));
  // That an indexed job has to say how many is told by the rules of its spec.
  if (completions === undefined) return [];
  return completions === parallelism
    ? []
    : [invalidShown(field, shownNumber(completions), 'can only be modified in tandem with spec.parallelism')];
}

function shownNumber(value: Json | undefined): string {
  return typeof value === 'number' ? String(value) : '"null"';
}

/** The template there was, with what says where its pods run, and its labels, as they are wanted now. */
function reschedulable(before: JsonObject, spec: JsonObject): JsonObject {
  const [old, now] = [digObject(before, 'template'), digObject(spec, 'template')];
  const moved = ['nodeSelector', 'tolerations', 'affinity', 'schedulingGates'];
  const rest = Object.entries(digObject(old, 'spec')).filter(([key]) => !moved.includes(key));
  const wanted = Object.entries(digObject(now, 'spec')).filter(([key]) => moved.includes(key));
  const { metadata: _, ...kept } = old;
  return {
    ...kept,
    ...(now['metadata'] !== undefined && { metadata: now['metadata'] }),
    spec: Object.fromEntries([...rest, ...wanted]),
  };
}

/** What is wrong with a CronJob. */
export function cronJobProblems(
  object: KubeObject,
  previous: KubeObject | undefined,
  context: WriteContext,
): Cause[] {
  const spec = digObject(object, 'spec');
  const causes: Cause[] = [];
  const schedule = digString(spec, 'schedule');
  const zone = spec['timeZone'];
  if (schedule === '') causes.push(required('spec.schedule'));
  else causes.push(...scheduleProblems(schedule, zone, digString(previous, 'spec', 'schedule')));
  causes.push(...negative('spec.startingDeadlineSeconds', spec['startingDeadlineSeconds']));
  if (previous === undefined || zone !== dig(previous, 'spec', 'timeZone'))
    causes.push(...zoneProblems(zone));
  causes.push(
    ...choiceProblems('spec.concurrencyPolicy', spec['concurrencyPolicy'], ['Allow', 'Forbid', 'Replace']),
  );
  const job = digObject(spec, 'jobTemplate', 'spec');
  causes.push(...jobSpecProblems(job, 'spec.jobTemplate.spec', podRules(context)));
  if (isJsonObject(job['selector'])) {
    const shown = goSelector(job['selector']);
    causes.push(invalidShown('spec.jobTemplate.spec.selector', shown, '`selector` will be auto-generated'));
  }
  if (job['manualSelector'] === true) {
    const field = 'spec.jobTemplate.spec.manualSelector';
    const message = 'Unsupported value: true: supported values: "nil", "false"';
    causes.push({ reason: 'FieldValueNotSupported', message, field });
  }
  for (const key of ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit'])
    causes.push(...negative(`spec.${key}`, spec[key]));
  const { name } = object.metadata;
  if (previous === undefined && name.length > 52)
    causes.push(invalidValue('metadata.name', name, 'must be no more than 52 characters'));
  return causes;
}

/** A zone within the schedule is only kept where there was one already. */
function scheduleProblems(schedule: string, zone: Json | undefined, before: string): Cause[] {
  const field = 'spec.schedule';
  const why = unreadableSchedule(schedule);
  const causes = why === undefined ? [] : [invalidValue(field, schedule, why)];
  const mayKeep = before.includes('TZ');
  if (!schedule.includes('TZ') || (mayKeep && zone === undefined)) return causes;
  const text = mayKeep
    ? 'cannot use both timeZone field and TZ or CRON_TZ in schedule'
    : 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
  return [...causes, invalidValue(field, schedule, text)];
}

function unreadableSchedule(schedule: string): string | undefined {
  const [whole = '', zone = ''] = /^(?:CRON_)?TZ=(\S*)\s+/.exec(schedule) ?? [];
  if (whole !== '' && zone !== '' && zone !== 'Local' && !isZone(zone))
    return `provided bad location ${zone}: unknown time zone ${zone}`;
  const text = schedule.slice(whole.length).trimEnd();
  const read = readEvery(text) ?? parseCron(text);
  return typeof read === 'string' ? read : undefined;
}

function zoneProblems(zone: Json | undefined): Cause[] {
  if (typeof zone !== 'string') return [];
  const field = 'spec.timeZone';
  if (zone === '') return [invalidValue(field, zone, 'timeZone must be nil or non-empty string')];
  const causes: Cause[] = [];
  if (zone.toLowerCase() === 'local') {
    const why = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    causes.push(invalidValue(field, zone, why));
  }
  if (zone !== 'Local' && !isZone(zone)) causes.push(invalidValue(field, zone, `unknown time zone ${zone}`));
  return causes;
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
