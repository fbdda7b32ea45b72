import { dig, digObject, digString, isJsonObject, type Json } from '../../core/json.js';
import { nameProblems, qualifiedNameProblems } from '../../registry/names.js';
import { inItems, invalidFor, invalidValue, required, unsupported, type Cause } from './causes.js';
import { configKeyProblems, relaxedVariableNameProblems, variableNameProblems } from './formats.js';
import type { PodRules } from './pod-rules.js';
import { shownQuantity } from './quantities.js';

const resources = [
  ...['limits.cpu', 'limits.ephemeral-storage', 'limits.memory'],
  ...['requests.cpu', 'requests.ephemeral-storage', 'requests.memory'],
];
const variableFields = [
  ...['metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName'],
  ...['status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs'],
];
/** Fields a file of the downward API may show. */
export const fileFields: readonly string[] = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];
/** What fields of a pod can be told to its containers at all. */
const podFields = new Set([
  ...variableFields,
  ...fileFields,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]);

/**
 * What is wrong with the variables of a container.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidateEnv, ValidateEnvFrom
 */
export function environmentProblems(container: Json, path: string, rules: PodRules): Cause[] {
  const named = rules.has('relaxedVariableNames') ? relaxedVariableNameProblems : variableNameProblems;
  return [
    ...inItems(container, 'env', path, (variable, field) => variableProblems(variable, field, named)),
    ...inItems(container, 'envFrom', path, (source, field) =>
      sourceProblems(source, field, `${path}.envFrom`, named),
    ),
  ];
}

type NameProblems = (name: string) => string[];

function variableProblems(variable: Json, field: string, named: NameProblems): Cause[] {
  const name = digString(variable, 'name');
  const causes = name === '' ? [required(`${field}.name`)] : invalidFor(`${field}.name`, name, named(name));
  const from = dig(variable, 'valueFrom');
  if (!isJsonObject(from)) return causes;
  const place = `${field}.valueFrom`;
  const given = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef'].filter((key) =>
    isJsonObject(from[key]),
  );
  for (const key of given) {
    const ref = digObject(from, key);
    if (key === 'fieldRef') causes.push(...fieldProblems(ref, `${place}.${key}`, variableFields));
    else if (key === 'resourceFieldRef') causes.push(...resourceProblems(ref, `${place}.${key}`, false));
    else causes.push(...keyProblems(ref, `${place}.${key}`));
  }
  if (given.length === 0)
    causes.push(
      invalidValue(
        place,
        '',
        'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
      ),
    );
  else if (digString(variable, 'value') !== '')
    causes.push(invalidValue(place, '', 'may not be specified when `value` is not empty'));
  else if (given.length > 1)
    causes.push(invalidValue(place, '', 'may not have more than one field specified at a time'));
  return causes;
}

/** What is wrong with naming a field of the pod. */
export function fieldProblems(ref: Json, field: string, supported: readonly string[]): Cause[] {
  const [version, path] = [digString(ref, 'apiVersion'), digString(ref, 'fieldPath')];
  if (version === '') return [required(`${field}.apiVersion`)];
  if (path === '') return [required(`${field}.fieldPath`)];
  const [, parent = '', key] = /^(.*?)\['(.*)'\]$/.exec(path) ?? [];
  const failed = (why: string): Cause[] => [
    invalidValue(`${field}.fieldPath`, path, `error converting fieldPath: ${why}`),
  ];
  if (version !== 'v1') return failed(`unsupported pod version: ${version}`);
  if (key !== undefined) {
    if (parent === 'metadata.annotations')
      return invalidFor(field, key, qualifiedNameProblems(key.toLowerCase()));
    if (parent === 'metadata.labels') return invalidFor(field, key, qualifiedNameProblems(key));
    return failed(`field label does not support subscript: ${path}`);
  }
  if (!podFields.has(path)) return failed(`field label not supported: ${path}`);
  return supported.includes(path) ? [] : [unsupported(`${field}.fieldPath`, path, supported)];
}

/** What is wrong with naming a resource of a container. */
export function resourceProblems(ref: Json, field: string, isFile: boolean): Cause[] {
  const causes: Cause[] = [];
  const name = digString(ref, 'resource');
  if (isFile && digString(ref, 'containerName') === '') causes.push(required(`${field}.containerName`));
  else if (name === '') causes.push(required(`${field}.resource`));
  else if (!resources.includes(name) && !/^(requests|limits)\.hugepages-/.test(name))
    causes.push(unsupported(`${field}.resource`, name, resources));
  return [...causes, ...divisorProblems(name, dig(ref, 'divisor'), `${field}.divisor`)];
}

const units = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];
const measured: Readonly<Record<string, string>> = {
  memory: 'memory resource',
  'ephemeral-storage': 'local ephemeral storage resource',
};

function divisorProblems(resource: string, given: Json | undefined, field: string): Cause[] {
  const divisor = shownQuantity(given);
  if (divisor === '' || divisor === '0') return [];
  const kind = resource.replace(/^(limits|requests)\./, '');
  if (kind === 'cpu')
    return divisor === '1' || divisor === '1m'
      ? []
      : [invalidValue(field, resource, "only divisor's values 1m and 1 are supported with the cpu resource")];
  const what = kind.startsWith('hugepages-') ? 'hugepages resource' : measured[kind];
  if (what === undefined || units.includes(divisor)) return [];
  const why = `only divisor's values ${units.join(', ')} are supported with the ${what}`;
  return [invalidValue(field, resource, why)];
}

function keyProblems(ref: Json, field: string): Cause[] {
  const [name, key] = [digString(ref, 'name'), digString(ref, 'key')];
  return [
    ...invalidFor(`${field}.name`, name, nameProblems(name, 'subdomain')),
    ...(key === '' ? [required(`${field}.key`)] : invalidFor(`${field}.key`, key, configKeyProblems(key))),
  ];
}

/** Two of the messages name the list, as the real ones do. */
function sourceProblems(source: Json, field: string, list: string, named: NameProblems): Cause[] {
  const prefix = digString(source, 'prefix');
  const causes = prefix === '' ? [] : invalidFor(`${field}.prefix`, prefix, named(prefix));
  const given = ['configMapRef', 'secretRef'].filter((key) => isJsonObject(dig(source, key)));
  for (const key of given) {
    const name = digString(source, key, 'name');
    const place = `${field}.${key}.name`;
    causes.push(
      ...(name === '' ? [required(place)] : invalidFor(place, name, nameProblems(name, 'subdomain'))),
    );
  }
  if (given.length === 0)
    causes.push(invalidValue(list, '', 'must specify one of: `configMapRef` or `secretRef`'));
  else if (given.length > 1)
    causes.push(invalidValue(list, '', 'may not have more than one field specified at a time'));
  return causes;
}
