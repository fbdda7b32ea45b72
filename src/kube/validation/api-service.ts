import { digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { nameProblems } from '../../registry/names.js';
import { invalidFor, invalidShown, invalidValue, required, type Cause } from './causes.js';

/** What is wrong with an APIService. @see kubernetes/kube-aggregator pkg/apis/apiregistration/validation/validation.go */
export function apiServiceProblems(object: KubeObject): Cause[] {
  const spec = digObject(object, 'spec');
  const [group, version] = [digString(spec, 'group'), digString(spec, 'version')];
  const { name } = object.metadata;
  const wanted = `${version}.${group}`;
  const causes: Cause[] = [];
  if (name !== wanted && nameProblems(name, 'path').length === 0)
    causes.push(
      invalidValue(
        'metadata.name',
        name,
        `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`,
      ),
    );
  if (group !== '') causes.push(...invalidFor('spec.group', group, nameProblems(group, 'subdomain')));
  else if (version !== 'v1')
    causes.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
  causes.push(...invalidFor('spec.version', version, nameProblems(version, 'dns1035')));
  for (const [key, most] of [
    ['groupPriorityMinimum', 20_000],
    ['versionPriority', 1000],
  ] as const) {
    const given = typeof spec[key] === 'number' ? spec[key] : 0;
    const why = `must be positive and less than ${String(most)}`;
    if (given <= 0 || given > most) causes.push(invalidShown(`spec.${key}`, String(given), why));
  }
  return [...causes, ...backendProblems(spec)];
}

function backendProblems({ service, caBundle, insecureSkipTLSVerify }: JsonObject): Cause[] {
  const bytes = typeof caBundle === 'string' ? Buffer.byteLength(caBundle, 'base64') : 0;
  const isInsecure = insecureSkipTLSVerify === true;
  const insecure = (why: string): Cause[] =>
    isInsecure ? [invalidShown('spec.insecureSkipTLSVerify', 'true', why)] : [];
  if (isJsonObject(service))
    return [
      ...['namespace', 'name']
        .filter((key) => digString(service, key) === '')
        .map((key) => required(`spec.service.${key}`)),
      ...(bytes > 0 ? insecure('may not be true if caBundle is present') : []),
    ];
  const bundle = 'local APIServices may not have a caBundle';
  return [
    ...(bytes > 0 ? [invalidValue('spec.caBundle', `${String(bytes)} bytes`, bundle)] : []),
    ...insecure('local APIServices may not have insecureSkipTLSVerify'),
  ];
}
