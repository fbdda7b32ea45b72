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
import { sameJson } from '../../core/same-json.js';
import type { WriteContext } from '../../registry/contract.js';
import { forbidden, inItems, type Cause } from './causes.js';
import { imageSpaceProblems } from './container.js';
import { appArmorMatchProblems, podAnnotationProblems, seccompMatchProblems } from './pod-annotations.js';
import {
  annotationChanges,
  containerChanges,
  deadlineChange,
  gateChange,
  tolerationChange,
} from './pod-changes.js';
import { placeChanges } from './pod-place.js';
import { podRules, type PodRules } from './pod-rules.js';
import { podSpecProblems } from './pod-spec.js';

const why =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/**
 * What is wrong with a pod, or with the change of one.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidatePodCreate, ValidatePodUpdate
 */
export function podProblems(
  pod: KubeObject,
  previous: KubeObject | undefined,
  context: WriteContext,
): Cause[] {
  const spec = digObject(pod, 'spec');
  const { annotations } = pod.metadata;
  const causes = ownProblems(pod, spec, podRules(context, pod.metadata.name));
  if (previous === undefined)
    return [
      ...causes,
      ...newPodProblems(spec),
      ...seccompMatchProblems(annotations, spec, 'spec'),
      ...appArmorMatchProblems(annotations, spec, 'spec'),
    ];
  causes.push(...annotationChanges(pod, previous, spec));
  const before = digObject(previous, 'spec');
  for (const key of ['containers', 'initContainers'] as const) {
    const stop = containerChanges(digArray(spec, key), digArray(before, key), `spec.${key}`);
    causes.push(...stop.causes);
    if (stop.isOver) return causes;
  }
  const deadline = deadlineChange(spec, before);
  causes.push(...deadline.causes);
  if (deadline.isOver) return causes;
  causes.push(...tolerationChange(spec, before), ...gateChange(spec, before));
  const gated = digArray(before, 'schedulingGates').length > 0;
  const { causes: moved, spec: now } = gated ? placeChanges(spec, before) : { causes: [], spec };
  causes.push(...moved);
  // Differs from Kubernetes: the real text goes on with a diff of the two Go structs.
  const ends = endsAgain(now, before) ? { ...now, [grace]: before[grace] } : now;
  return sameJson(fixed(ends), fixed(before)) ? causes : [...causes, forbidden('spec', why)];
}

/** What is wrong with new annotations of a pod that stays as it is. */
export function podMetaProblems(pod: KubeObject, previous: KubeObject): Cause[] {
  const spec = digObject(pod, 'spec');
  const own = podAnnotationProblems(pod.metadata.annotations, spec, 'metadata.annotations');
  return [...own, ...annotationChanges(pod, previous, spec)];
}

/** What is wrong with a pod as it is, whatever it was. */
function ownProblems(pod: KubeObject, spec: JsonObject, rules: PodRules): Cause[] {
  return [
    ...podAnnotationProblems(pod.metadata.annotations, spec, 'metadata.annotations'),
    ...podSpecProblems(spec, 'spec', rules),
    ...(digString(spec, 'serviceAccountName') === '' ? tokenProblems(spec) : []),
    ...['containers', 'initContainers'].flatMap((key) => inItems(spec, key, 'spec', imageSpaceProblems)),
  ];
}

/** Tokens are those of an account. */
function tokenProblems(spec: JsonObject): Cause[] {
  return inItems(spec, 'volumes', 'spec', (volume, field) =>
    inItems(dig(volume, 'projected'), 'sources', `${field}.projected`, (source, place) =>
      isJsonObject(dig(source, 'serviceAccountToken'))
        ? [
            forbidden(
              `${place}.serviceAccountToken`,
              'must not be specified when serviceAccountName is not set',
            ),
          ]
        : [],
    ),
  );
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
