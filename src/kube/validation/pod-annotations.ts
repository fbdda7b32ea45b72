import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../core/json.js';
import { quote } from '../../core/api-error.js';
import { forbidden, invalidFor, invalidValue, type Cause } from './causes.js';
import { relativePathProblems } from './formats.js';
import { unreadableProblem } from './go-json.js';
import { tolerationProblems } from './scheduling.js';

const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';
const tolerations = 'scheduler.alpha.kubernetes.io/tolerations';
const seccompOfPod = 'seccomp.security.alpha.kubernetes.io/pod';
const seccompOfContainer = 'container.seccomp.security.alpha.kubernetes.io/';
/** Annotations that named the AppArmor profiles of containers. */
export const appArmorOfContainer = 'container.apparmor.security.beta.kubernetes.io/';
/** Says that a pod is the image of one a node runs by itself. */
export const mirror = 'kubernetes.io/config.mirror';
const mostCost = 2 ** 31;

/**
 * What is wrong with annotations that mean something for a pod.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidatePodSpecificAnnotations
 */
export function podAnnotationProblems(
  annotations: Json | undefined,
  spec: JsonObject,
  path: string,
): Cause[] {
  const given = digObject(annotations) as Readonly<Record<string, string>>;
  if (Object.keys(given).length === 0) return [];
  const causes: Cause[] = [];
  if (given[mirror] !== undefined && digString(spec, 'nodeName') === '') {
    const why = 'must set spec.nodeName if mirror pod annotation is set';
    causes.push(invalidValue(`${path}[${mirror}]`, given[mirror], why));
  }
  causes.push(...tolerationTexts(given[tolerations] ?? '', path));
  const cost = given[deletionCost];
  if (cost !== undefined && !isCost(cost))
    causes.push(invalidValue(`${path}[${deletionCost}]`, cost, 'must be a 32bit integer'));
  for (const [key, value] of Object.entries(given))
    if (key === seccompOfPod || key.startsWith(seccompOfContainer))
      causes.push(...invalidFor(`${path}.${key}`, value, seccompTexts(value)));
  const names = new Set(containersOf(spec).map(({ name }) => name));
  for (const [key, value] of Object.entries(given)) {
    if (!key.startsWith(appArmorOfContainer)) continue;
    const name = key.slice(appArmorOfContainer.length);
    if (!names.has(name)) causes.push(invalidValue(`${path}[${key}]`, name, 'container not found'));
    if (!/^$|^runtime\/default$|^unconfined$|^localhost\//.test(value))
      causes.push(invalidValue(`${path}[${key}]`, value, `invalid AppArmor profile name: ${quote(value)}`));
  }
  return causes;
}

function isCost(text: string): boolean {
  const value = Number(text);
  return /^(0|-[0-9]+|[1-9][0-9]*)$/.test(text) && value >= -mostCost && value < mostCost;
}

function tolerationTexts(text: string, path: string): Cause[] {
  if (text === '') return [];
  const why = unreadableProblem(text, '[]core.Toleration', 'array');
  if (why !== undefined) return [invalidValue(path, tolerations, why)];
  const list = JSON.parse(text) as readonly Json[] | null;
  return (list ?? []).flatMap((one, at) => tolerationProblems(one, `${path}.${tolerations}[${String(at)}]`));
}

function seccompTexts(profile: string): string[] {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return [];
  return profile.startsWith('localhost/')
    ? relativePathProblems(profile.slice('localhost/'.length))
    : ['must be a valid seccomp profile'];
}

interface NamedContainer {
  readonly name: string;
  readonly field: string;
  readonly container: Json;
}

/** All containers of a pod, in the order Kubernetes goes through them. */
function containersOf(spec: JsonObject, path = ''): NamedContainer[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((key) =>
    digArray(spec, key).map((container, at) => ({
      name: digString(container, 'name'),
      field: `${path}.${key}[${String(at)}].securityContext`,
      container,
    })),
  );
}

/** What is wrong where an annotation and a member name two seccomp profiles. @see validateSeccompAnnotationsAndFields there */
export function seccompMatchProblems(annotations: Json | undefined, spec: JsonObject, path: string): Cause[] {
  const field = `${path}.securityContext.seccompProfile`;
  const ofPod = dig(spec, 'securityContext', 'seccompProfile');
  const kind = 'seccomp';
  return [
    ...matchProblems(dig(annotations, seccompOfPod), ofPod, field, kind),
    ...containersOf(spec, path).flatMap(({ name, field: place, container }) => {
      const profile = dig(container, 'securityContext', 'seccompProfile');
      const annotation = dig(annotations, `${seccompOfContainer}${name}`);
      return matchProblems(annotation, profile, `${place}.seccompProfile`, kind);
    }),
  ];
}

/** What is wrong where an annotation and a member name two AppArmor profiles. */
export function appArmorMatchProblems(
  annotations: Json | undefined,
  spec: JsonObject,
  path: string,
): Cause[] {
  if (digString(spec, 'os', 'name') === 'windows') return [];
  const ofPod = dig(spec, 'securityContext', 'appArmorProfile');
  return containersOf(spec, path).flatMap(({ name, field, container }) => {
    const profile = dig(container, 'securityContext', 'appArmorProfile') ?? ofPod;
    const annotation = dig(annotations, `${appArmorOfContainer}${name}`);
    return matchProblems(annotation, profile, `${field}.appArmorProfile`, 'apparmor');
  });
}

const annotated: Readonly<Record<string, readonly string[]>> = {
  'seccomp/Unconfined': ['unconfined'],
  'seccomp/RuntimeDefault': ['runtime/default', 'docker/default'],
  'apparmor/Unconfined': ['unconfined'],
  'apparmor/RuntimeDefault': ['runtime/default'],
};

function matchProblems(
  annotation: Json | undefined,
  profile: Json | undefined,
  field: string,
  kind: 'seccomp' | 'apparmor',
): Cause[] {
  if (typeof annotation !== 'string' || !isJsonObject(profile)) return [];
  const type = digString(profile, 'type');
  const isLocal = type === 'Localhost';
  const wanted = annotated[`${kind}/${type}`];
  if (isLocal ? !annotation.startsWith('localhost/') : wanted?.includes(annotation) === false)
    return [forbidden(`${field}.type`, `${kind} type in annotation and field must match`)];
  if (!isLocal || annotation.slice('localhost/'.length) === profile['localhostProfile']) return [];
  return [forbidden(`${field}.localhostProfile`, `${kind} profile in annotation and field must match`)];
}
