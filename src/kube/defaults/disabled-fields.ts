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
import { minorOf } from '../../core/kubernetes-minor.js';

const containers = ['containers', 'initContainers', 'ephemeralContainers'];
const terms = [
  'requiredDuringSchedulingIgnoredDuringExecution',
  'preferredDuringSchedulingIgnoredDuringExecution',
];

/** Fields of a pod's spec that Kubernetes drops before a minor version, when nobody switches them on. */
const gated: readonly (readonly [path: readonly string[], since: number])[] = [
  [['hostUsers'], 33],
  [['resources'], 34],
  [['resourceClaims'], 34],
  [['schedulingGates'], 27],
  [['securityContext', 'supplementalGroupsPolicy'], 33],
  [['securityContext', 'seLinuxChangePolicy'], 33],
  [['volumes', 'projected', 'sources', 'clusterTrustBundle'], 36],
  [['initContainers', 'restartPolicy'], 29],
  [['topologySpreadConstraints', 'minDomains'], 27],
  [['topologySpreadConstraints', 'nodeAffinityPolicy'], 26],
  [['topologySpreadConstraints', 'nodeTaintsPolicy'], 26],
  [['topologySpreadConstraints', 'matchLabelKeys'], 27],
  ...['podAffinity', 'podAntiAffinity'].flatMap((side) =>
    ['matchLabelKeys', 'mismatchLabelKeys'].flatMap((key) => [
      [['affinity', side, terms[0] ?? '', key], 31] as const,
      [['affinity', side, terms[1] ?? '', 'podAffinityTerm', key], 31] as const,
    ]),
  ),
  ...containers.flatMap((key) => [
    [[key, 'resources', 'claims'], 34] as const,
    [[key, 'resizePolicy'], 33] as const,
    [[key, 'volumeMounts', 'recursiveReadOnly'], 31] as const,
  ]),
];
/** Fields that are not dropped but have this value before a minor version. */
const fixed: readonly (readonly [path: readonly string[], since: number, value: Json])[] = containers.map(
  (key) => [[key, 'securityContext', 'procMount'], 33, 'Default'] as const,
);

/** Volumes that are images of their own are dropped with their mounts. */
const imageVolumes: readonly [path: readonly string[], since: number] = [['volumes', 'image'], 35];

/** The same of StatefulSets themselves. */
const ofSets: readonly [path: readonly string[], since: number] = [
  ['spec', 'updateStrategy', 'rollingUpdate', 'maxUnavailable'],
  35,
];

const template = ['spec', 'template', 'spec'];
/** Where kinds keep the spec of pods, by `plural.group`. */
const specs: Readonly<Record<string, readonly string[]>> = {
  'pods.': ['spec'],
  'podtemplates.': ['template', 'spec'],
  'replicationcontrollers.': template,
  'deployments.apps': template,
  'replicasets.apps': template,
  'daemonsets.apps': template,
  'statefulsets.apps': template,
  'jobs.batch': template,
  'cronjobs.batch': ['spec', 'jobTemplate', ...template],
};

/** An object without the fields of pods its Kubernetes does not heed yet, unless it had them before. */
export type DropDisabled = (
  object: KubeObject,
  previous: KubeObject | undefined,
  kubernetesVersion: string,
) => KubeObject;

/**
 * Drops fields of pods that are switched off; `undefined` for kinds without a pod's spec.
 *
 * @see kubernetes/kubernetes pkg/api/pod/util.go dropDisabledFields
 */
export function disabledFields(kind: string): DropDisabled | undefined {
  const path = Object.hasOwn(specs, kind) ? specs[kind] : undefined;
  if (path === undefined) return undefined;
  return (given, previous, kubernetesVersion) => {
    const minor = minorOf(kubernetesVersion);
    const [field, since] = ofSets;
    const isOpen = kind !== 'statefulsets.apps' || minor >= since || isUsed(previous, field);
    const object = isOpen ? given : (changed(given, field, undefined) as KubeObject);
    const [spec, before] = [dig(object, ...path), dig(previous, ...path)];
    if (!isJsonObject(spec) || spec === before) return object;
    let next: Json = spec;
    for (const [field, since] of gated)
      if (minor < since && !isUsed(before, field)) next = changed(next, field, undefined);
    for (const [field, since, value] of fixed)
      if (minor < since && !isUsed(before, field)) next = changed(next, field, value);
    const [images, sinceImages] = imageVolumes;
    if (minor < sinceImages && isUsed(spec, images) && !isUsed(before, images))
      next = withoutImages(digObject(next));
    return next === spec ? object : (changed(object, path, next) as KubeObject);
  };
}

function withoutImages(spec: JsonObject): JsonObject {
  const isImage = (volume: Json): boolean => dig(volume, 'image') !== undefined;
  const volumes = digArray(spec, 'volumes');
  const names = new Set(volumes.filter(isImage).map((volume) => digString(volume, 'name')));
  const mounting = containers
    .filter((key) => spec[key] !== undefined)
    .map((key): [string, Json] => [
      key,
      digArray(spec, key).map((container) => {
        const mounts = digArray(container, 'volumeMounts');
        const kept = mounts.filter((mount) => !names.has(digString(mount, 'name')));
        return kept.length === mounts.length ? container : { ...digObject(container), volumeMounts: kept };
      }),
    ]);
  const kept = volumes.filter((volume) => !isImage(volume));
  return { ...spec, ...Object.fromEntries(mounting), volumes: kept };
}

/** Whether anything is at a path, in any item of the lists on it. */
function isUsed(value: Json | undefined, path: readonly string[]): boolean {
  if (value === undefined) return false;
  if (Array.isArray(value)) return (value as readonly Json[]).some((item) => isUsed(item, path));
  const [key, ...rest] = path;
  return key === undefined || (isJsonObject(value) && isUsed(value[key], rest));
}

/** The same with another value at a path where there is one, or without it, in every item of the lists on it. */
function changed(value: Json, path: readonly string[], wanted: Json | undefined): Json {
  const [key = '', ...rest] = path;
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    const next = items.map((item) => changed(item, path, wanted));
    return next.every((item, at) => item === items[at]) ? items : next;
  }
  if (!isJsonObject(value)) return value;
  const before = value[key];
  if (before === undefined) return value;
  if (rest.length > 0) {
    const after = changed(before, rest, wanted);
    return after === before ? value : { ...value, [key]: after };
  }
  if (wanted !== undefined) return wanted === before ? value : { ...value, [key]: wanted };
  const { [key]: _, ...others } = value;
  return others satisfies JsonObject;
}
