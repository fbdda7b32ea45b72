import { isDeepStrictEqual } from 'node:util';
import { digArray, digObject, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { forbidden, inItems, invalidShown, type Cause } from './causes.js';
import { podSpecProblems } from './pod-spec.js';

const why =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/**
 * What is wrong with a pod, or with the change of one.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidatePodCreate, ValidatePodUpdate
 */
export function podProblems(pod: KubeObject, previous: KubeObject | undefined): Cause[] {
  const spec = digObject(pod, 'spec');
  if (previous === undefined) return [...podSpecProblems(spec, 'spec', true), ...newPodProblems(spec)];
  const before = digObject(previous, 'spec');
  if (spec === before || isDeepStrictEqual(spec, before)) return [];
  const causes = podSpecProblems(spec, 'spec', true);
  for (const key of ['containers', 'initContainers']) {
    if (digArray(spec, key).length === digArray(before, key).length) continue;
    return [...causes, forbidden(`spec.${key}`, 'pod updates may not add or remove containers')];
  }
  causes.push(
    ...deadlineChange(spec, before),
    ...tolerationChange(spec, before),
    ...gateChange(spec, before),
  );
  // Differs from Kubernetes: the real text goes on with a diff of the two Go structs.
  const now = endsAgain(spec, before) ? { ...spec, [grace]: before[grace] } : spec;
  return isDeepStrictEqual(fixed(now), fixed(before)) ? causes : [...causes, forbidden('spec', why)];
}

const grace = 'terminationGracePeriodSeconds';

/** What could never end may be given a second. */
function endsAgain(spec: JsonObject, before: JsonObject): boolean {
  const was = before[grace];
  return typeof was === 'number' && was < 0 && spec[grace] === 1;
}

function newPodProblems(spec: JsonObject): Cause[] {
  const causes: Cause[] = [];
  if (digArray(spec, 'ephemeralContainers').length > 0)
    causes.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  if (digString(spec, 'nodeName') !== '' && digArray(spec, 'schedulingGates').length > 0)
    causes.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  return causes;
}

function deadlineChange(spec: JsonObject, before: JsonObject): Cause[] {
  const field = 'spec.activeDeadlineSeconds';
  const [now, was] = [spec['activeDeadlineSeconds'], before['activeDeadlineSeconds']];
  if (typeof was !== 'number') return [];
  if (typeof now !== 'number')
    return [invalidShown(field, '"null"', 'must not update from a positive integer to nil value')];
  return now > was ? [invalidShown(field, String(now), 'must be less than or equal to previous value')] : [];
}

/** Tolerations may be added, and last longer or shorter. */
function tolerationChange(spec: JsonObject, before: JsonObject): Cause[] {
  const timeless = (one: Json): Json => {
    const { tolerationSeconds: _, ...rest } = digObject(one);
    return rest;
  };
  const now = digArray(spec, 'tolerations').map(timeless);
  const areKept = digArray(before, 'tolerations').every((one) =>
    now.some((other) => isDeepStrictEqual(timeless(one), other)),
  );
  if (areKept) return [];
  const text = 'existing toleration can not be modified except its tolerationSeconds';
  return [forbidden('spec.tolerations', text)];
}

function gateChange(spec: JsonObject, before: JsonObject): Cause[] {
  const old = new Set(digArray(before, 'schedulingGates').map((gate) => digString(gate, 'name')));
  return inItems(spec, 'schedulingGates', 'spec', (gate, field) => {
    const name = digString(gate, 'name');
    if (old.has(name)) return [];
    const text = `only deletion is allowed, but found new scheduling gate '${name}'`;
    return [forbidden(`${field}.name`, text)];
  });
}

/** A pod spec without what may change. */
function fixed(spec: JsonObject): JsonObject {
  const { tolerations: _, activeDeadlineSeconds: __, schedulingGates: ___, ...rest } = spec;
  return {
    ...rest,
    containers: digArray(spec, 'containers').map(withoutImage),
    initContainers: digArray(spec, 'initContainers').map(withoutImage),
  };
}

function withoutImage(container: Json): Json {
  return isJsonObject(container) ? { ...container, image: '' } : container;
}
