import { isIP } from 'node:net';
import { quote } from '../../core/api-error.js';
import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import {
  annotationWarnings,
  claimWarnings,
  deprecatedLabel,
  nodeExpressionWarnings,
  sourceWarnings,
} from './words.js';

const hints = 'service.kubernetes.io/topology-aware-hints';
const mode = 'service.kubernetes.io/topology-mode';

/** @see kubernetes/kubernetes pkg/api/service/warnings.go */
export function serviceWarnings(service: Json): string[] {
  const spec = digObject(service, 'spec');
  const isName = spec['type'] === 'ExternalName';
  const addresses = (key: string): string[] =>
    digArray(spec, key).flatMap((one, at) => addressWarnings(one, `spec.${key}[${String(at)}]`));
  const isSet = !['', 'None'].includes(digString(spec, 'clusterIP'));
  return [
    ...(Object.hasOwn(digObject(service, 'metadata', 'annotations'), hints)
      ? [`annotation ${hints} is deprecated, please use ${mode} instead`]
      : []),
    ...(isSet ? addresses('clusterIPs') : []),
    ...addresses('externalIPs'),
    ...(digString(spec, 'loadBalancerIP') === ''
      ? []
      : addressWarnings(spec['loadBalancerIP'] ?? '', 'spec.loadBalancerIP')),
    ...(isName && digArray(spec, 'externalIPs').length > 0
      ? ['spec.externalIPs is ignored when spec.type is "ExternalName"']
      : []),
    ...(!isName && digString(spec, 'externalName') !== ''
      ? ['spec.externalName is ignored when spec.type is not "ExternalName"']
      : []),
  ];
}

/** An address of IPv6 that is not written in its one form. @see RFC 5952 */
function addressWarnings(address: Json, path: string): string[] {
  if (typeof address !== 'string' || isIP(address) !== 6 || /[%.]/.test(address)) return [];
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  if (canonical === address) return [];
  return [
    `${path}: IPv6 address ${quote(address)} is not in RFC 5952 canonical format (${quote(canonical)}), which may cause controller apply-loops`,
  ];
}

const ingressClass = 'kubernetes.io/ingress.class';

/** Only of what is new. @see kubernetes/kubernetes pkg/registry/networking/ingress/strategy.go */
export function ingressWarnings(ingress: Json, previous: Json | undefined): string[] {
  const isGiven = Object.hasOwn(digObject(ingress, 'metadata', 'annotations'), ingressClass);
  if (previous !== undefined || !isGiven || dig(ingress, 'spec', 'ingressClassName') !== undefined) return [];
  return [`annotation ${quote(ingressClass)} is deprecated, please use 'spec.ingressClassName' instead`];
}

const betaClass = [
  'volume.beta.kubernetes.io/storage-class',
  'deprecated since v1.8; use "storageClassName" attribute instead',
] as const;

/** @see kubernetes/kubernetes pkg/api/persistentvolumeclaim/util.go */
export function volumeClaimWarnings(claim: Json): string[] {
  return [...annotationWarnings(claim, '', [betaClass]), ...claimWarnings(dig(claim, 'spec'), 'spec')];
}

const mountOptions = [
  'volume.beta.kubernetes.io/mount-options',
  'deprecated since v1.31; use "mountOptions" attribute instead',
] as const;

const volumeSources = [
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
] as const;

/** @see kubernetes/kubernetes pkg/api/persistentvolume/util.go */
export function volumeWarnings(volume: Json): string[] {
  const terms = digArray(volume, 'spec', 'nodeAffinity', 'required', 'nodeSelectorTerms');
  return [
    ...annotationWarnings(volume, '', [betaClass, mountOptions]),
    ...(dig(volume, 'spec', 'persistentVolumeReclaimPolicy') === 'Recycle'
      ? [
          'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
        ]
      : []),
    ...terms.flatMap((term, at) =>
      nodeExpressionWarnings(term, `spec.nodeAffinity.required.nodeSelectorTerms[${String(at)}]`),
    ),
    ...sourceWarnings(dig(volume, 'spec') ?? {}, 'spec', volumeSources),
  ];
}

/** @see kubernetes/kubernetes pkg/api/storage/util.go */
export function storageClassWarnings(storageClass: Json): string[] {
  return digArray(storageClass, 'allowedTopologies').flatMap((topology, at) =>
    digArray(topology, 'matchLabelExpressions').flatMap((expression, index) => {
      const why = deprecatedLabel(digString(expression, 'key'));
      const field = `allowedTopologies[${String(at)}].matchLabelExpressions[${String(index)}].key`;
      return why === undefined ? [] : [`${field}: ${why}`];
    }),
  );
}

/** @see kubernetes/kubernetes pkg/api/node/util.go GetWarningsForRuntimeClass */
export function runtimeClassWarnings(runtimeClass: Json): string[] {
  return Object.keys(digObject(runtimeClass, 'scheduling', 'nodeSelector')).flatMap((key) => {
    const why = deprecatedLabel(key);
    return why === undefined ? [] : [`scheduling.nodeSelector: ${why}`];
  });
}

/** @see kubernetes/kubernetes pkg/registry/core/node/strategy.go */
export function nodeWarnings(node: Json): string[] {
  return [
    ...(dig(node, 'spec', 'configSource') === undefined ? [] : ['spec.configSource: the feature is removed']),
    ...(digString(node, 'spec', 'externalID') === ''
      ? []
      : ['spec.externalID: this field is deprecated, and is unused by Kubernetes']),
  ];
}

/** Only of what is new. @see kubernetes/kubernetes pkg/registry/discovery/endpointslice/strategy.go */
export function sliceWarnings(slice: Json, previous: Json | undefined): string[] {
  if (previous !== undefined || dig(slice, 'addressType') !== 'FQDN') return [];
  return ['spec.addressType: FQDN endpoints are deprecated'];
}
