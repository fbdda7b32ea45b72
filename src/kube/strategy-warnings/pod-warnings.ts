import { quote } from '../../core/api-error.js';
import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import { containersOf, containerWarnings, portWarnings } from './container-warnings.js';
import { overlappingPaths } from './overlapping-paths.js';
import {
  annotationWarnings,
  claimWarnings,
  deprecatedLabel,
  fractionWarning,
  nodeExpressionWarnings,
  sourceWarnings,
} from './words.js';

const annotations = [
  [
    'scheduler.alpha.kubernetes.io/critical-pod',
    'non-functional in v1.16+; use the "priorityClassName" field instead',
  ],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  [
    'security.alpha.kubernetes.io/unsafe-sysctls',
    'non-functional in v1.11+; use the "sysctls" field instead',
  ],
] as const;

const sources = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
] as const;

const lateSources = [
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
] as const;

const seccomp = [
  [
    'seccomp.security.alpha.kubernetes.io/pod',
    'non-functional in v1.27+; use the "seccompProfile" field instead',
  ],
] as const;

const nobody = 'a null labelSelector results in matching no pod';

/**
 * What kube-apiserver warns of in a pod or a template.
 *
 * @param prefix Of the fields of a template, such as `spec.template.`; empty for a pod.
 * @see kubernetes/kubernetes pkg/api/pod/warnings.go
 */
export function podWarnings(pod: Json | undefined, prefix = ''): string[] {
  if (pod === undefined) return [];
  const spec = digObject(pod, 'spec');
  const path = `${prefix}spec`;
  const volumes = digArray(spec, 'volumes');
  const containers = containersOf(spec, path);
  return [
    ...placementWarnings(spec, path),
    ...annotationWarnings(pod, prefix, annotations),
    ...volumes.flatMap((volume, at) => volumeWarnings(volume, `${path}.volumes[${String(at)}]`)),
    ...volumes.flatMap(overlappingPaths),
    ...repeated(spec, 'hostAliases', 'ip', path),
    ...repeated(spec, 'imagePullSecrets', 'name', path),
    ...digArray(spec, 'imagePullSecrets').flatMap((secret, at) =>
      digString(secret, 'name') === ''
        ? [`${path}.imagePullSecrets[${String(at)}].name: invalid empty name ""`]
        : [],
    ),
    ...['memory', 'ephemeral-storage'].flatMap((resource) =>
      fractionWarning(spec['overhead'], resource, `${path}.overhead`),
    ),
    ...(dig(spec, 'securityContext', 'seccompProfile') === undefined
      ? annotationWarnings(pod, prefix, seccomp)
      : []),
    ...containers.flatMap((one) => containerWarnings(one, pod, prefix)),
    ...portWarnings(containers),
    ...graceWarnings(spec['terminationGracePeriodSeconds'], path),
    ...affinityWarnings(spec, path),
  ];
}

function placementWarnings(spec: Json, path: string): string[] {
  const node = dig(spec, 'affinity', 'nodeAffinity');
  const at = `${path}.affinity.nodeAffinity`;
  const [required, preferred] = [
    'requiredDuringSchedulingIgnoredDuringExecution',
    'preferredDuringSchedulingIgnoredDuringExecution',
  ] as const;
  const terms = digArray(node, required, 'nodeSelectorTerms');
  return [
    ...Object.keys(digObject(spec, 'nodeSelector')).flatMap((key) => {
      const why = deprecatedLabel(key);
      return why === undefined ? [] : [`${path}.nodeSelector[${key}]: ${why}`];
    }),
    ...terms.flatMap((term, index) =>
      nodeExpressionWarnings(term, `${at}.${required}.nodeSelectorTerms[${String(index)}]`),
    ),
    ...digArray(node, preferred).flatMap((term, index) =>
      nodeExpressionWarnings(
        dig(term, 'preference') ?? {},
        `${at}.${preferred}[${String(index)}].preference`,
      ),
    ),
    ...digArray(spec, 'topologySpreadConstraints').flatMap((constraint, index) => {
      const field = `${path}.topologySpreadConstraints[${String(index)}]`;
      const key = digString(constraint, 'topologyKey');
      const why = deprecatedLabel(key);
      const isNull = dig(constraint, 'labelSelector') === undefined;
      return [
        ...(why === undefined ? [] : [`${field}.topologyKey: ${key} is ${why}`]),
        ...(isNull ? [`${field}.labelSelector: ${nobody}`] : []),
      ];
    }),
  ];
}

function volumeWarnings(volume: Json, path: string): string[] {
  return [
    ...sourceWarnings(volume, path, sources),
    ...claimWarnings(
      dig(volume, 'ephemeral', 'volumeClaimTemplate', 'spec'),
      `${path}.ephemeral.volumeClaimTemplate.spec`,
    ),
    ...sourceWarnings(volume, path, lateSources),
  ];
}

function repeated(spec: Json, list: string, key: string, path: string): string[] {
  const seen = new Set<string>();
  return digArray(spec, list).flatMap((item, at) => {
    const value = digString(item, key);
    if (seen.has(value)) return [`${path}.${list}[${String(at)}].${key}: duplicate ${key} ${quote(value)}`];
    seen.add(value);
    return [];
  });
}

function graceWarnings(seconds: Json | undefined, path: string): string[] {
  if (typeof seconds !== 'number' || seconds >= 0) return [];
  return [
    `${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
  ];
}

function affinityWarnings(spec: Json, path: string): string[] {
  return ['podAffinity', 'podAntiAffinity'].flatMap((kind) =>
    (
      [
        ['requiredDuringSchedulingIgnoredDuringExecution', []],
        ['preferredDuringSchedulingIgnoredDuringExecution', ['podAffinityTerm']],
      ] as const
    ).flatMap(([list, within]) =>
      digArray(spec, 'affinity', kind, list).flatMap((term, at) => {
        if (dig(term, ...within, 'labelSelector') !== undefined) return [];
        const field = [`${path}.affinity.${kind}.${list}[${String(at)}]`, ...within, 'labelSelector'];
        return [`${field.join('.')}: ${nobody}`];
      }),
    ),
  );
}
