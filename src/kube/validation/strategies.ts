import { dig, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { quote } from '../../core/api-error.js';
import {
  forbidden,
  invalidFor,
  invalidShown,
  negative,
  required,
  unsupported,
  type Cause,
} from './causes.js';
import { percentProblems } from './formats.js';

/** A number or text the way Go prints an `IntOrString`. */
function goIntOrString(value: Json | undefined): string {
  return typeof value === 'string'
    ? `intstr.IntOrString{Type:1, IntVal:0, StrVal:${quote(value)}}`
    : `intstr.IntOrString{Type:0, IntVal:${JSON.stringify(value ?? 0)}, StrVal:""}`;
}

/** What is wrong with a count or a percentage. @see pkg/apis/apps/validation/validation.go ValidatePositiveIntOrPercent */
export function shareProblems(field: string, value: Json | undefined): Cause[] {
  if (typeof value !== 'string') return negative(field, value);
  return percentProblems(value).map((why) => invalidShown(field, goIntOrString(value), why));
}

/** What is wrong with more than everything. */
export function allAtMostProblems(field: string, value: Json | undefined): Cause[] {
  return typeof value === 'string' && percentProblems(value).length === 0 && Number.parseInt(value, 10) > 100
    ? [invalidShown(field, goIntOrString(value), 'must not be greater than 100%')]
    : [];
}

function amountOf(value: Json | undefined): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? Number.parseInt(value, 10) || 0 : 0;
}

/** What is wrong with how a Deployment replaces its pods. */
export function deploymentStrategyProblems(strategy: JsonObject, path: string): Cause[] {
  const type = digString(strategy, 'type');
  const rolling = strategy['rollingUpdate'];
  const field = `${path}.rollingUpdate`;
  if (type === 'Recreate')
    return isJsonObject(rolling)
      ? [forbidden(field, "may not be specified when strategy `type` is 'Recreate'")]
      : [];
  if (type !== 'RollingUpdate')
    return [
      goUnsupported(path, 'apps.DeploymentStrategy', 'apps.RollingUpdateDeployment', strategy, [
        'Recreate',
        'RollingUpdate',
      ]),
    ];
  const [unavailable, surge] = [dig(rolling, 'maxUnavailable'), dig(rolling, 'maxSurge')];
  const causes = [
    ...shareProblems(`${field}.maxUnavailable`, unavailable),
    ...shareProblems(`${field}.maxSurge`, surge),
  ];
  if (amountOf(unavailable) === 0 && amountOf(surge) === 0) {
    const why = 'may not be 0 when `maxSurge` is 0';
    causes.push(invalidShown(`${field}.maxUnavailable`, goIntOrString(unavailable), why));
  }
  return [...causes, ...allAtMostProblems(`${field}.maxUnavailable`, unavailable)];
}

/** What is wrong with how a DaemonSet replaces its pods. */
export function daemonStrategyProblems(strategy: JsonObject, path: string): Cause[] {
  const type = digString(strategy, 'type');
  if (type === 'OnDelete') return [];
  if (type !== 'RollingUpdate')
    return [
      goUnsupported(path, 'apps.DaemonSetUpdateStrategy', 'apps.RollingUpdateDaemonSet', strategy, [
        'RollingUpdate',
        'OnDelete',
      ]),
    ];
  const field = `${path}.rollingUpdate`;
  const [unavailable, surge] = ['maxUnavailable', 'maxSurge'].map((key) =>
    dig(strategy, 'rollingUpdate', key),
  );
  const causes = [
    ...shareProblems(`${field}.maxUnavailable`, unavailable),
    ...shareProblems(`${field}.maxSurge`, surge),
    ...allAtMostProblems(`${field}.maxUnavailable`, unavailable),
    ...allAtMostProblems(`${field}.maxSurge`, surge),
  ];
  const [hasUnavailable, hasSurge] = [amountOf(unavailable) !== 0, amountOf(surge) !== 0];
  if (hasUnavailable && hasSurge) {
    const why = 'may not be set when maxUnavailable is non-zero';
    causes.push(invalidShown(`${field}.maxSurge`, goIntOrString(surge), why));
  } else if (!hasUnavailable && !hasSurge)
    causes.push(required(`${field}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  return causes;
}

/** What is wrong with how a StatefulSet replaces its pods. */
export function statefulStrategyProblems(strategy: JsonObject, path: string): Cause[] {
  const type = digString(strategy, 'type');
  const rolling = strategy['rollingUpdate'];
  const field = `${path}.rollingUpdate`;
  if (type === 'OnDelete') {
    if (!isJsonObject(rolling)) return [];
    const shown = `apps.RollingUpdateStatefulSetStrategy{Partition:${String(amountOf(rolling['partition']))}, MaxUnavailable:(*intstr.IntOrString)(nil)}`;
    return [invalidShown(field, shown, "only allowed for updateStrategy 'RollingUpdate'")];
  }
  if (type !== 'RollingUpdate') {
    const shown = `apps.StatefulSetUpdateStrategy{Type:${quote(type)}, RollingUpdate:(*apps.RollingUpdateStatefulSetStrategy)(nil)}`;
    return [invalidShown(path, shown, "must be 'RollingUpdate' or 'OnDelete'")];
  }
  const unavailable = dig(rolling, 'maxUnavailable');
  const causes = negative(`${field}.partition`, dig(rolling, 'partition'));
  if (unavailable === undefined) return causes;
  causes.push(...shareProblems(`${field}.maxUnavailable`, unavailable));
  if (amountOf(unavailable) === 0)
    causes.push(invalidShown(`${field}.maxUnavailable`, goIntOrString(unavailable), 'cannot be 0'));
  return [...causes, ...allAtMostProblems(`${field}.maxUnavailable`, unavailable)];
}

/** `Unsupported value` of a whole strategy, as Go prints it. */
function goUnsupported(
  field: string,
  type: string,
  rolling: string,
  strategy: JsonObject,
  supported: readonly string[],
): Cause {
  const shown = `${type}{Type:${quote(digString(strategy, 'type'))}, RollingUpdate:(*${rolling})(nil)}`;
  const { reason, message } = unsupported(field, '', supported);
  return { reason, message: message.replace('""', () => shown), field };
}

/** What is wrong with a text that must be one of two, in the words StatefulSets have for it. */
export function oneOfTwoProblems(
  field: string,
  value: Json | undefined,
  [one, other]: readonly [string, string],
): Cause[] {
  if (typeof value !== 'string' || value === '') return [required(field)];
  return value === one || value === other ? [] : invalidFor(field, value, [`must be '${one}' or '${other}'`]);
}
