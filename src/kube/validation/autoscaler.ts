import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { nameProblems } from '../../registry/names.js';
import { forbidden, inItems, invalidFor, invalidShown, required, unsupported, type Cause } from './causes.js';
import { goQuantity, quantityOf } from './quantities.js';

/** Types of metrics and the member each is described in. */
const members: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};

/** What is wrong with a HorizontalPodAutoscaler. @see kubernetes/kubernetes pkg/apis/autoscaling/validation/validation.go */
export function autoscalerProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const spec = digObject(object, 'spec');
  const [min, max] = [spec['minReplicas'] ?? 1, spec['maxReplicas'] ?? 0];
  const causes: Cause[] = [];
  // What scaled to none before, when that was switched on, may go on doing so.
  const least = dig(previous, 'spec', 'minReplicas') === 0 ? 0 : 1;
  if (typeof min === 'number' && min < least) {
    const why = `must be greater than or equal to ${String(least)}`;
    causes.push(invalidShown('spec.minReplicas', String(min), why));
  }
  const most = (why: string): Cause => invalidShown('spec.maxReplicas', JSON.stringify(max), why);
  if (typeof max === 'number' && max < 1) causes.push(most('must be greater than 0'));
  if (typeof max === 'number' && typeof min === 'number' && max < min)
    causes.push(most('must be greater than or equal to `minReplicas`'));
  causes.push(...targetProblems(spec['scaleTargetRef'], 'spec.scaleTargetRef'));
  causes.push(...inItems(spec, 'metrics', 'spec', metricProblems));
  const wakes = digArray(spec, 'metrics').some((one) =>
    ['Object', 'External'].includes(digString(one, 'type')),
  );
  if (min === 0 && !wakes) {
    const why = 'must specify at least one Object or External metric to support scaling to zero replicas';
    causes.push(forbidden('spec.metrics', why));
  }
  for (const key of ['scaleUp', 'scaleDown']) {
    const rules = dig(spec, 'behavior', key);
    if (isJsonObject(rules)) causes.push(...scalingProblems(rules, `spec.behavior.${key}`));
  }
  return causes;
}

function targetProblems(ref: Json | undefined, field: string): Cause[] {
  return ['kind', 'name'].flatMap((key) => {
    const value = digString(ref, key);
    return value === ''
      ? [required(`${field}.${key}`)]
      : invalidFor(`${field}.${key}`, value, nameProblems(value, 'path'));
  });
}

function metricProblems(metric: Json, field: string): Cause[] {
  const type = digString(metric, 'type');
  const causes: Cause[] = [];
  const types = Object.keys(members);
  if (type === '') causes.push(required(`${field}.type`, 'must specify a metric source type'));
  if (!types.includes(type)) causes.push(unsupported(`${field}.type`, type, types));
  const given = ['object', 'external', 'pods', 'resource', 'containerResource'].filter((key) =>
    isJsonObject(dig(metric, key)),
  );
  const [first] = given;
  if (first !== undefined)
    causes.push(...sourceProblems(first, digObject(metric, first), `${field}.${first}`));
  const expected = Object.hasOwn(members, type) ? members[type] : undefined;
  if (expected === undefined) causes.push(unsupported(`${field}.type`, type, types));
  else if (!given.includes(expected)) {
    const why = 'must populate information for the given metric source';
    causes.push(required(`${field}.${expected}`, why));
  }
  if (given.length !== 1)
    for (const other of given)
      if (other !== expected)
        causes.push(forbidden(`${field}.${other}`, 'must populate the given metric source only'));
  return causes;
}

function sourceProblems(kind: string, source: JsonObject, field: string): Cause[] {
  const causes: Cause[] = [];
  const ofResource = kind === 'resource' || kind === 'containerResource';
  if (ofResource) {
    if (digString(source, 'name') === '')
      causes.push(required(`${field}.name`, 'must specify a resource name'));
    if (kind === 'containerResource' && digString(source, 'container') === '')
      causes.push(required(`${field}.container`, 'must specify a container'));
  } else {
    if (kind === 'object')
      causes.push(...targetProblems(source['describedObject'], `${field}.describedObject`));
    const name = digString(source, 'metric', 'name');
    const place = `${field}.metric.name`;
    if (name === '') causes.push(required(place, 'must specify a metric name'));
    else causes.push(...invalidFor(place, name, nameProblems(name, 'path')));
  }
  const target = digObject(source, 'target');
  const place = `${field}.target`;
  causes.push(...metricTargetProblems(target, place));
  const [value, average, share] = ['value', 'averageValue', 'averageUtilization'].map((key) => target[key]);
  if (ofResource) {
    if (share === undefined && average === undefined) {
      const why = 'must set either a target raw value or a target utilization';
      causes.push(required(`${place}.averageUtilization`, why));
    }
    if (share !== undefined && average !== undefined) {
      const why = 'may not set both a target raw value and a target utilization';
      causes.push(forbidden(`${place}.averageValue`, why));
    }
  } else if (kind === 'pods') {
    if (average === undefined)
      causes.push(required(`${place}.averageValue`, 'must specify a positive target averageValue'));
  } else if (value === undefined && average === undefined) {
    const why =
      kind === 'object'
        ? 'must set either a target value or averageValue'
        : 'must set either a target value for metric or a per-pod target';
    causes.push(required(`${place}.averageValue`, why));
  } else if (kind === 'external' && value !== undefined && average !== undefined) {
    const why = 'may not set both a target value for metric and a per-pod target';
    causes.push(forbidden(`${place}.value`, why));
  }
  return causes;
}

function metricTargetProblems(target: JsonObject, field: string): Cause[] {
  const type = digString(target, 'type');
  const types = ['Utilization', 'Value', 'AverageValue'];
  const causes: Cause[] = [];
  if (type === '') causes.push(required(`${field}.type`, 'must specify a metric target type'));
  if (!types.includes(type)) {
    const why = 'must be either Utilization, Value, or AverageValue';
    causes.push(invalidShown(`${field}.type`, JSON.stringify(type), why));
  }
  for (const key of ['value', 'averageValue']) {
    const quantity = quantityOf(target[key]);
    if (quantity !== undefined && quantity.milli <= 0n)
      causes.push(invalidShown(`${field}.${key}`, goQuantity(quantity), 'must be positive'));
  }
  const share = target['averageUtilization'];
  if (typeof share === 'number' && share < 1)
    causes.push(invalidShown(`${field}.averageUtilization`, String(share), 'must be greater than 0'));
  return causes;
}

const mostWindow = 3600;
const mostPeriod = 1800;

function scalingProblems(rules: JsonObject, field: string): Cause[] {
  const causes: Cause[] = [];
  const window = rules['stabilizationWindowSeconds'];
  const bad = (why: string): Cause =>
    invalidShown(`${field}.stabilizationWindowSeconds`, JSON.stringify(window), why);
  if (typeof window === 'number' && window < 0) causes.push(bad('must be greater than or equal to zero'));
  if (typeof window === 'number' && window > mostWindow)
    causes.push(bad(`must be less than or equal to ${String(mostWindow)}`));
  const select = rules['selectPolicy'];
  const selections = ['Disabled', 'Max', 'Min'];
  if (typeof select === 'string' && !selections.includes(select))
    causes.push(unsupported(`${field}.selectPolicy`, select, selections));
  if (digArray(rules, 'policies').length === 0)
    causes.push(required(`${field}.policies`, 'must specify at least one Policy'));
  return [...causes, ...inItems(rules, 'policies', field, policyProblems)];
}

function policyProblems(policy: Json, field: string): Cause[] {
  const causes: Cause[] = [];
  const type = digString(policy, 'type');
  if (type !== 'Pods' && type !== 'Percent')
    causes.push(unsupported(`${field}.type`, type, ['Percent', 'Pods']));
  for (const key of ['value', 'periodSeconds']) {
    const value = dig(policy, key) ?? 0;
    const bad = (why: string): Cause => invalidShown(`${field}.${key}`, JSON.stringify(value), why);
    if (typeof value !== 'number') continue;
    if (value <= 0) causes.push(bad('must be greater than zero'));
    if (key === 'periodSeconds' && value > mostPeriod)
      causes.push(bad(`must be less than or equal to ${String(mostPeriod)}`));
  }
  return causes;
}
