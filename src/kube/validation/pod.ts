import { isDeepStrictEqual } from 'node:util';
import { digArray, digObject, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { forbidden, type Cause } from './causes.js';
import { podSpecProblems } from './pod-spec.js';

const why =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** What is wrong with a pod, or with the change of one. */
export function podProblems(pod: KubeObject, previous: KubeObject | undefined): Cause[] {
  const spec = digObject(pod, 'spec');
  if (previous === undefined) return podSpecProblems(spec, 'spec');
  const before = digObject(previous, 'spec');
  if (spec === before || isDeepStrictEqual(spec, before)) return [];
  const added = digArray(spec, 'tolerations');
  const keepsTolerations = digArray(before, 'tolerations').every((one) =>
    added.some((other) => isDeepStrictEqual(one, other)),
  );
  if (!keepsTolerations)
    return [
      forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'),
    ];
  // Differs from Kubernetes: the real text goes on with a diff of the two Go structs.
  return isDeepStrictEqual(fixed(spec), fixed(before)) ? [] : [forbidden('spec', why)];
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
