import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../core/json.js';
import { qualifiedNameProblems } from '../../registry/names.js';
import {
  inItems,
  invalidFor,
  invalidShown,
  invalidValue,
  negative,
  required,
  tooLong,
  tooMany,
  unsupported,
  type Cause,
} from './causes.js';

const most = { rules: 20, values: 255, patterns: 20, successes: 20, indexes: 64 * 1024 };
const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const operators = ['In', 'NotIn'];
const statuses = ['False', 'True', 'Unknown'];

/** A list the way Go's `%q` prints it. */
function among(values: readonly string[]): string {
  return `valid values: [${values.map((one) => JSON.stringify(one)).join(' ')}]`;
}

function choice(field: string, given: string, known: readonly string[]): Cause[] {
  if (given === '') return [required(field, among(known))];
  return known.includes(given) ? [] : [unsupported(field, given, known)];
}

/** An `Invalid value` that shows none. */
function invalidWithout(field: string, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${why}`, field };
}

/**
 * What is wrong with what a Job makes of pods that failed.
 *
 * @see kubernetes/kubernetes pkg/apis/batch/validation/validation.go validatePodFailurePolicy
 */
export function failurePolicyProblems(spec: JsonObject, path: string): Cause[] {
  const policy = spec['podFailurePolicy'];
  if (!isJsonObject(policy)) return [];
  const count = digArray(policy, 'rules').length;
  const names = ['containers', 'initContainers'].flatMap((key) =>
    digArray(spec, 'template', 'spec', key).map((one) => digString(one, 'name')),
  );
  const place = `${path}.podFailurePolicy`;
  return [
    ...(count > most.rules ? [tooMany(`${place}.rules`, count, most.rules)] : []),
    ...inItems(policy, 'rules', place, (rule, field) => ruleProblems(rule, spec, names, field)),
  ];
}

function ruleProblems(rule: Json, spec: JsonObject, names: readonly string[], path: string): Cause[] {
  const action = digString(rule, 'action');
  const causes =
    action === 'FailIndex' && spec['backoffLimitPerIndex'] === undefined
      ? [invalidValue(`${path}.action`, action, 'requires the backoffLimitPerIndex to be set')]
      : choice(`${path}.action`, action, actions);
  const codes = dig(rule, 'onExitCodes');
  const patterns = digArray(rule, 'onPodConditions');
  if (isJsonObject(codes)) causes.push(...exitCodeProblems(codes, names, `${path}.onExitCodes`));
  if (patterns.length > most.patterns)
    causes.push(tooMany(`${path}.onPodConditions`, patterns.length, most.patterns));
  causes.push(
    ...inItems(rule, 'onPodConditions', path, (pattern, field) => {
      const [type, status] = [digString(pattern, 'type'), digString(pattern, 'status')];
      return [
        ...invalidFor(`${field}.type`, type, qualifiedNameProblems(type)),
        ...choice(`${field}.status`, status, statuses),
      ];
    }),
  );
  if (isJsonObject(codes) && patterns.length > 0)
    causes.push(invalidWithout(path, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  if (!isJsonObject(codes) && patterns.length === 0)
    causes.push(invalidWithout(path, 'specifying one of OnExitCodes and OnPodConditions is required'));
  return causes;
}

function exitCodeProblems(codes: JsonObject, names: readonly string[], path: string): Cause[] {
  const operator = digString(codes, 'operator');
  const container = codes['containerName'];
  const values = digArray(codes, 'values').filter((one): one is number => typeof one === 'number');
  const causes = choice(`${path}.operator`, operator, operators);
  if (typeof container === 'string' && !names.includes(container)) {
    const why = 'must be one of the container or initContainer names in the pod template';
    causes.push(invalidValue(`${path}.containerName`, container, why));
  }
  const field = `${path}.values`;
  const shown = values.length === 0 ? '[]int32(nil)' : `[]int32{${values.join(', ')}}`;
  if (values.length === 0) causes.push(invalidShown(field, shown, 'at least one value is required'));
  else if (values.length > most.values) causes.push(tooMany(field, values.length, most.values));
  for (const [at, value] of values.entries()) {
    const place = `${field}[${String(at)}]`;
    if (operator === 'In' && value === 0)
      causes.push(invalidShown(place, '0', 'must not be 0 for the In operator'));
    if (values.indexOf(value) < at)
      causes.push({
        reason: 'FieldValueDuplicate',
        message: `Duplicate value: ${String(value)}`,
        field: place,
      });
  }
  const isOrdered = values.every((value, at) => at === 0 || (values[at - 1] ?? value) <= value);
  return isOrdered ? causes : [...causes, invalidShown(field, shown, 'must be ordered')];
}

/** What is wrong with when an indexed Job counts as done. */
export function successPolicyProblems(spec: JsonObject, path: string): Cause[] {
  const policy = spec['successPolicy'];
  if (!isJsonObject(policy)) return [];
  const place = `${path}.successPolicy`;
  // Differs from Kubernetes: the real text shows the members of this Go struct.
  if (spec['completionMode'] !== 'Indexed')
    return [invalidShown(place, 'batch.SuccessPolicy{}', 'requires indexed completion mode')];
  const count = digArray(policy, 'rules').length;
  const none = 'at least one rules must be specified when the successPolicy is specified';
  const completions = typeof spec['completions'] === 'number' ? spec['completions'] : 0;
  return [
    ...(count === 0 ? [required(`${place}.rules`, none)] : []),
    ...(count > most.successes ? [tooMany(`${place}.rules`, count, most.successes)] : []),
    ...inItems(policy, 'rules', place, (rule, field) => successRuleProblems(rule, completions, field)),
  ];
}

function successRuleProblems(rule: Json, completions: number, path: string): Cause[] {
  const { succeededCount: count, succeededIndexes: indexes } = digObject(rule);
  const causes: Cause[] = [];
  if (count === undefined && indexes === undefined)
    causes.push(required(path, 'at least one of succeededCount or succeededIndexes must be specified'));
  let total = 0;
  if (typeof indexes === 'string') {
    const field = `${path}.succeededIndexes`;
    if (indexes.length > most.indexes) causes.push(tooLong(field, most.indexes));
    const read = readIndexes(indexes, completions);
    if (typeof read === 'number') total = read;
    else causes.push(invalidValue(field, indexes, `error parsing succeededIndexes: ${read}`));
  }
  if (typeof count !== 'number') return causes;
  const field = `${path}.succeededCount`;
  const bad = (limit: number, what: string): Cause =>
    invalidShown(
      field,
      String(count),
      `must be less than or equal to ${String(limit)} (the number of ${what})`,
    );
  causes.push(...negative(field, count));
  if (count > completions) causes.push(bad(completions, 'specified completions'));
  if (typeof indexes === 'string' && count > total)
    causes.push(bad(total, 'indexes in the specified succeededIndexes field'));
  return causes;
}

/** How many indexes `0-2,5` names; a text says why it names none. */
export function readIndexes(text: string, completions: number): number | string {
  if (text === '') return 0;
  let [last, total] = [-1, 0];
  for (const interval of text.split(',')) {
    const parts = interval.split('-');
    if (parts.length > 2)
      return `the fragment ${JSON.stringify(interval)} violates the requirement that an index interval can have at most two parts separated by '-'`;
    const [first = ''] = parts;
    for (const [at, part] of parts.entries()) {
      if (!/^[+-]?\d+$/.test(part))
        return `cannot convert string to integer for index: ${JSON.stringify(part)}`;
      const index = Number(part);
      if (index >= completions) return `too large index: ${JSON.stringify(part)}`;
      if (last >= index) return `non-increasing order, previous: ${String(last)}, current: ${String(index)}`;
      total += at === 0 ? 1 : index - Number(first);
      last = index;
    }
  }
  return total;
}

const limits = { completions: 100_000, parallelism: 10_000, failed: 10_000, failedIndexes: 100_000 };

/** What is wrong with how often the pods of one index may fail. */
export function indexLimitProblems(spec: JsonObject, path: string): Cause[] {
  const { backoffLimitPerIndex: backoff, maxFailedIndexes: failed, completions, parallelism } = spec;
  const numbers: readonly (readonly [string, Json | undefined])[] = [
    ['backoffLimitPerIndex', backoff],
    ['maxFailedIndexes', failed],
  ];
  if (spec['completionMode'] !== 'Indexed')
    return numbers.flatMap(([key, value]) =>
      typeof value === 'number'
        ? [invalidShown(`${path}.${key}`, String(value), 'requires indexed completion mode')]
        : [],
    );
  const causes: Cause[] = [];
  const above = (limit: number, more = ''): string => `must be less than or equal to ${String(limit)}${more}`;
  const most = (value: number, why: string): Cause =>
    invalidShown(`${path}.maxFailedIndexes`, String(value), why);
  if (typeof failed === 'number') {
    if (typeof completions === 'number' && failed > completions)
      causes.push(most(failed, 'must be less than or equal to completions'));
    if (failed > limits.failedIndexes) causes.push(most(failed, above(limits.failedIndexes)));
  }
  if (typeof completions !== 'number' || completions <= limits.completions || backoff === undefined)
    return causes;
  const soft = String(limits.completions);
  const more = ` when completions are above ${soft} and used with backoff limit per index`;
  if (failed === undefined)
    causes.push(required(`${path}.maxFailedIndexes`, `must be specified when completions is above ${soft}`));
  if (typeof parallelism === 'number' && parallelism > limits.parallelism)
    causes.push(invalidShown(`${path}.parallelism`, String(parallelism), above(limits.parallelism, more)));
  if (typeof failed === 'number' && failed > limits.failed)
    causes.push(most(failed, above(limits.failed, more)));
  return causes;
}
