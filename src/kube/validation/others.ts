import { isDeepStrictEqual } from 'node:util';
import { dig, digArray, digObject, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { forbidden, invalidShown, invalidValue, required, unsupported, type Cause } from './causes.js';

const keyRule = /^[-._a-zA-Z0-9]+$/;
const keyText =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/** Keys of a ConfigMap or Secret that could not be file names. */
export function dataKeyProblems(object: KubeObject): Cause[] {
  return ['data', 'binaryData'].flatMap((member) =>
    Object.keys(digObject(object, member))
      .filter((key) => !keyRule.test(key))
      .map((key) => invalidValue(`${member}[${key}]`, key, keyText)),
  );
}

const secretKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

/** What a Secret of a type must have. */
export function secretProblems(secret: KubeObject): Cause[] {
  const type = digString(secret, 'type');
  const keys = Object.hasOwn(secretKeys, type) ? (secretKeys[type] ?? []) : [];
  const data = digObject(secret, 'data');
  const absent = keys.filter((key) => !Object.hasOwn(data, key)).map((key) => required(`data[${key}]`));
  return [...dataKeyProblems(secret), ...absent];
}

/** What is wrong with a claim, of which only the size may change once it is bound. */
export function claimProblems(claim: KubeObject, previous: KubeObject | undefined): Cause[] {
  const causes: Cause[] = [];
  if (digArray(claim, 'spec', 'accessModes').length === 0)
    causes.push(required('spec.accessModes', 'at least 1 access mode is required'));
  if (dig(claim, 'spec', 'resources', 'requests', 'storage') === undefined)
    causes.push(required('spec.resources[storage]'));
  if (previous === undefined) return causes;
  const fixed = (object: KubeObject): unknown => {
    const { resources: _, volumeAttributesClassName: __, volumeName, ...rest } = digObject(object, 'spec');
    // A claim may be given its volume, once.
    return digString(previous, 'spec', 'volumeName') === '' ? rest : { ...rest, volumeName };
  };
  const why =
    'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
  return isDeepStrictEqual(fixed(claim), fixed(previous)) ? causes : [...causes, forbidden('spec', why)];
}

/** What is wrong with a StorageClass. */
export function storageClassProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const causes = digString(object, 'provisioner') === '' ? [required('provisioner')] : [];
  if (previous === undefined) return causes;
  for (const key of ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode']) {
    if (!isDeepStrictEqual(object[key], previous[key]))
      causes.push(forbidden(key, 'updates to ' + key + ' are forbidden.'));
  }
  return causes;
}

/** What is wrong with a HorizontalPodAutoscaler. */
export function autoscalerProblems(object: KubeObject): Cause[] {
  const causes: Cause[] = [];
  for (const key of ['kind', 'name'])
    if (digString(object, 'spec', 'scaleTargetRef', key) === '')
      causes.push(required(`spec.scaleTargetRef.${key}`));
  const [min, max] = [dig(object, 'spec', 'minReplicas') ?? 1, dig(object, 'spec', 'maxReplicas') ?? 0];
  if (typeof max === 'number' && max < 1)
    causes.push(invalidShown('spec.maxReplicas', String(max), 'must be greater than 0'));
  else if (typeof max === 'number' && typeof min === 'number' && max < min)
    causes.push(
      invalidShown('spec.maxReplicas', String(max), 'must be greater than or equal to `minReplicas`'),
    );
  return causes;
}

/** What is wrong with an Ingress. */
export function ingressProblems(object: KubeObject): Cause[] {
  const rules = digArray(object, 'spec', 'rules');
  if (rules.length === 0 && dig(object, 'spec', 'defaultBackend') === undefined) {
    const why = 'either `defaultBackend` or `rules` must be specified';
    return [invalidShown('spec', '[]networking.IngressRule(nil)', why)];
  }
  const kinds = ['Exact', 'ImplementationSpecific', 'Prefix'];
  return rules.flatMap((rule, at) =>
    digArray(rule, 'http', 'paths').flatMap((path, index) => {
      const field = `spec.rules[${String(at)}].http.paths[${String(index)}].pathType`;
      const kind = digString(path, 'pathType');
      if (kind === '') return [required(field, 'pathType must be specified')];
      return kinds.includes(kind) ? [] : [unsupported(field, kind, kinds)];
    }),
  );
}

/** What is wrong with a binding of roles. */
export function bindingProblems(object: KubeObject): Cause[] {
  const kinds = object.kind === 'RoleBinding' ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  const kind = digString(object, 'roleRef', 'kind');
  const causes = kinds.includes(kind) ? [] : [unsupported('roleRef.kind', kind, kinds)];
  return digString(object, 'roleRef', 'name') === '' ? [...causes, required('roleRef.name')] : causes;
}
