import { digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import { sameJson } from '../../core/same-json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { forbidden, inItems, invalidShown, required, type Cause } from './causes.js';
import { imageSpaceProblems } from './container.js';
import { appArmorOfContainer, mirror, podAnnotationProblems } from './pod-annotations.js';
import { tolerationProblems } from './scheduling.js';

/** What is wrong, and whether nothing more is looked at. */
export interface Stop {
  readonly causes: readonly Cause[];
  readonly isOver: boolean;
}

/**
 * What is wrong with changing annotations a node goes by, and with those there are then.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidatePodSpecificAnnotationUpdates
 */
export function annotationChanges(pod: KubeObject, previous: KubeObject, spec: JsonObject): Cause[] {
  const [now, before] = [digObject(pod.metadata.annotations), digObject(previous.metadata.annotations)];
  const refused = (key: string, verb: string): Cause[] => {
    const field = `metadata.annotations[${key}]`;
    if (key.startsWith(appArmorOfContainer))
      return [forbidden(field, `may not ${verb} AppArmor annotations`)];
    return key === mirror ? [forbidden(field, `may not ${verb} mirror pod annotation`)] : [];
  };
  return [
    ...Object.keys(before)
      .filter((key) => now[key] !== before[key])
      .flatMap((key) => refused(key, 'remove or update')),
    ...Object.keys(now)
      .filter((key) => !Object.hasOwn(before, key))
      .flatMap((key) => refused(key, 'add')),
    ...podAnnotationProblems(now, spec, 'metadata.annotations'),
  ];
}

/** What is wrong with the images a pod's containers get, if they are as many as before. @see ValidateContainerUpdates there */
export function containerChanges(now: readonly Json[], before: readonly Json[], path: string): Stop {
  if (now.length !== before.length)
    return { causes: [forbidden(path, 'pod updates may not add or remove containers')], isOver: true };
  const causes = now.flatMap((container, at) => {
    const field = `${path}[${String(at)}]`;
    return digString(container, 'image') === ''
      ? [required(`${field}.image`)]
      : imageSpaceProblems(container, field);
  });
  return { causes, isOver: false };
}

const mostSeconds = 2_147_483_647;

/** What is wrong with how long a pod may run: it can only become less. */
export function deadlineChange(spec: JsonObject, before: JsonObject): Stop {
  const field = 'spec.activeDeadlineSeconds';
  const [now, was] = [spec['activeDeadlineSeconds'], before['activeDeadlineSeconds']];
  const bad = (shown: string, why: string): Cause[] => [invalidShown(field, shown, why)];
  if (typeof now !== 'number') {
    const why = 'must not update from a positive integer to nil value';
    return { causes: typeof was === 'number' ? bad('"null"', why) : [], isOver: false };
  }
  if (now < 0 || now > mostSeconds) {
    const why = `must be between 0 and ${String(mostSeconds)}, inclusive`;
    return { causes: bad(String(now), why), isOver: true };
  }
  return typeof was === 'number' && now > was
    ? { causes: bad(String(now), 'must be less than or equal to previous value'), isOver: true }
    : { causes: [], isOver: false };
}

/** Tolerations may be added, and last longer or shorter. */
export function tolerationChange(spec: JsonObject, before: JsonObject): Cause[] {
  const timeless = (one: Json): Json => {
    const { tolerationSeconds: _, ...rest } = digObject(one);
    return rest;
  };
  const now = digArray(spec, 'tolerations').map(timeless);
  const areKept = digArray(before, 'tolerations').every((one) =>
    now.some((other) => sameJson(timeless(one), other)),
  );
  if (areKept) return inItems(spec, 'tolerations', 'spec', tolerationProblems);
  const text = 'existing toleration can not be modified except its tolerationSeconds';
  return [forbidden('spec.tolerations', text)];
}

/** Gates may be taken away only. */
export function gateChange(spec: JsonObject, before: JsonObject): Cause[] {
  const old = new Set(digArray(before, 'schedulingGates').map((gate) => digString(gate, 'name')));
  return inItems(spec, 'schedulingGates', 'spec', (gate, field) => {
    const name = digString(gate, 'name');
    if (old.has(name)) return [];
    const text = `only deletion is allowed, but found new scheduling gate '${name}'`;
    return [forbidden(`${field}.name`, text)];
  });
}
