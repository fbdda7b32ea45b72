import type { Resource } from './contract.js';

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const dns1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

const labelText =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const subdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const dns1035Text =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

/** What a name must look like: a rule of Kubernetes' own. */
export type NameRule = 'subdomain' | 'label' | 'dns1035' | 'path';

const rules: ReadonlyMap<string, NameRule> = new Map([
  ['namespaces.', 'label'],
  ['services.', 'dns1035'],
  ['statefulsets.apps', 'label'],
  ['roles.rbac.authorization.k8s.io', 'path'],
  ['rolebindings.rbac.authorization.k8s.io', 'path'],
  ['clusterroles.rbac.authorization.k8s.io', 'path'],
  ['clusterrolebindings.rbac.authorization.k8s.io', 'path'],
  ['certificatesigningrequests.certificates.k8s.io', 'path'],
  ['clustertrustbundles.certificates.k8s.io', 'path'],
  ['apiservices.apiregistration.k8s.io', 'path'],
  ['ipaddresses.networking.k8s.io', 'path'],
]);

/** The rule for names of a kind. */
export function nameRule({ group, plural }: Pick<Resource, 'group' | 'plural'>): NameRule {
  return rules.get(`${plural}.${group}`) ?? 'subdomain';
}

/**
 * What is wrong with a name, in kube-apiserver's words; empty when nothing is.
 *
 * @see kubernetes/apimachinery pkg/util/validation/validation.go, pkg/api/validation/path/name.go
 */
export function nameProblems(name: string, rule: NameRule): string[] {
  switch (rule) {
    case 'subdomain':
      return [...(name.length > 253 ? [tooLong(253)] : []), ...(subdomain.test(name) ? [] : [subdomainText])];
    case 'label':
      return [...(name.length > 63 ? [tooLong(63)] : []), ...labelProblems(name)];
    case 'dns1035':
      return [...(name.length > 63 ? [tooLong(63)] : []), ...(dns1035.test(name) ? [] : [dns1035Text])];
    case 'path':
      if (name === '.' || name === '..') return [`may not be '${name}'`];
      return ['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`);
  }
}

/** A name that only dots keep from being a label is told of them alone. */
function labelProblems(name: string): string[] {
  if (label.test(name)) return [];
  return [subdomain.test(name) ? 'must not contain dots' : labelText];
}

function tooLong(limit: number): string {
  return `must be no more than ${String(limit)} characters`;
}

const qualifiedName = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const qualifiedText =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const labelValueText =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** What is wrong with the key of a label or annotation, or with a finalizer. */
export function qualifiedNameProblems(value: string): string[] {
  const parts = value.split('/');
  const [prefix, name] = parts.length === 2 ? parts : [undefined, parts[0]];
  if (parts.length > 2 || name === undefined) {
    return [
      "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
    ];
  }
  const problems: string[] = [];
  if (prefix === '') problems.push('prefix part must be non-empty');
  else if (prefix !== undefined)
    problems.push(...nameProblems(prefix, 'subdomain').map((text) => `prefix part ${text}`));
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push(`name part ${tooLong(63)}`);
  if (!qualifiedName.test(name)) problems.push(qualifiedText);
  return problems;
}

/** What is wrong with the value of a label. */
export function labelValueProblems(value: string): string[] {
  return [...(value.length > 63 ? [tooLong(63)] : []), ...(labelValue.test(value) ? [] : [labelValueText])];
}
