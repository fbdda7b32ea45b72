import { isIP } from 'node:net';
import { parseCidr } from '../../core/ip-range.js';
import { nameProblems } from '../../registry/names.js';

/** How long a key of a ConfigMap or Secret may be. */
const keyLength = 253;

/** What is wrong with a key of a ConfigMap or Secret. @see kubernetes/apimachinery pkg/util/validation IsConfigMapKey */
export function configKeyProblems(key: string): string[] {
  const texts = key.length > keyLength ? [`must be no more than ${String(keyLength)} characters`] : [];
  if (!/^[-._a-zA-Z0-9]+$/.test(key))
    texts.push(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    );
  return [...texts, ...parentProblems(key)];
}

/** When an image is fetched, in the order messages list it. */
export const pullPolicies: readonly string[] = ['Always', 'IfNotPresent', 'Never'];

/** What is wrong with the name of an environment variable. */
export function variableNameProblems(name: string): string[] {
  const texts = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name)
    ? []
    : [
        "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')",
      ];
  return [...texts, ...parentProblems(name)];
}

/** What is wrong with the name of an environment variable where any printable one will do. */
export function relaxedVariableNameProblems(name: string): string[] {
  return /^[ -<>-~]+$/.test(name)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

/** What would lead out of the folder a name is a file in. */
function parentProblems(name: string): string[] {
  if (name === '.' || name === '..') return [`must not be '${name}'`];
  return name.startsWith('..') ? ["must not start with '..'"] : [];
}

/** What is wrong with the name of a port. */
export function portNameProblems(name: string): string[] {
  const texts: string[] = [];
  if (name.length > 15) texts.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(name))
    texts.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(name)) texts.push('must contain at least one letter (a-z)');
  if (name.includes('--')) texts.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) texts.push('must not begin or end with a hyphen');
  return texts;
}

/** What is wrong with an IP address. */
export function addressProblems(text: string): string[] {
  return isIP(text) === 0 ? ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'] : [];
}

/** What is wrong with a network such as `10.9.8.0/24`. */
export function networkProblems(text: string): string[] {
  const [address = '', prefix = '', ...more] = text.split('/');
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  const isNetwork = version !== 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= most && more.length === 0;
  return isNetwork ? [] : ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
}

/** Whether one network is a smaller part of another; `undefined` where that cannot be told, as within IPv6. */
export function isPartOf(inner: string, outer: string): boolean | undefined {
  if (inner.includes(':') !== outer.includes(':')) return false;
  const [one, other] = [parseCidr(inner), parseCidr(outer)];
  if (one === undefined || other === undefined) return undefined;
  return one.first >= other.first && one.last <= other.last && one.prefix > other.prefix;
}

/** What is wrong with a percentage. */
export function percentProblems(text: string): string[] {
  return /^[0-9]+%$/.test(text)
    ? []
    : [
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
      ];
}

/** What is wrong with the name of an HTTP header. */
export function headerProblems(name: string): string[] {
  return /^[-A-Za-z0-9]+$/.test(name)
    ? []
    : [
        "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
      ];
}

/** What is wrong with a host name that may start with `*.`. */
export function hostProblems(host: string): string[] {
  if (!host.includes('*')) return nameProblems(host, 'subdomain');
  return /^\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(host)
    ? []
    : [
        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ];
}

/** What is wrong with a domain to search names in, which may have underscores. */
export function searchDomainProblems(name: string): string[] {
  const text =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
  return [
    ...(name.length > 253 ? ['must be no more than 253 characters'] : []),
    ...(/^_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*$/.test(name) ? [] : [text]),
  ];
}

/** What is wrong with a path that must stay below where it starts. */
export function relativePathProblems(path: string): string[] {
  return [...(path.startsWith('/') ? ['must be a relative path'] : []), ...backstepProblems(path)];
}

/** What is wrong with a path that goes back. */
export function backstepProblems(path: string): string[] {
  return path.split('/').includes('..') ? ["must not contain '..'"] : [];
}

/** What is wrong with the path of a file in a volume. */
export function filePathProblems(path: string): string[] {
  const isHidden = path.startsWith('..') && !path.startsWith('../');
  return [...relativePathProblems(path), ...(isHidden ? ["must not start with '..'"] : [])];
}

/** What keeps an address from being one somebody else can be reached at. */
export function specialAddressProblems(text: string): string[] {
  const version = isIP(text);
  if (version === 0) return ['must be a valid IP address'];
  const first = version === 4 ? Number(text.split('.', 1)[0]) : 0;
  const lower = text.toLowerCase();
  const is = (pattern: RegExp): boolean => version === 6 && pattern.test(lower);
  const texts: string[] = [];
  if (text === '0.0.0.0' || is(/^[0:]+$/)) texts.push('may not be unspecified (0.0.0.0 or ::)');
  if (first === 127 || is(/^[0:]*:0*1$/))
    texts.push('may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if (text.startsWith('169.254.') || is(/^fe[89ab]/))
    texts.push('may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  if (text.startsWith('224.0.0.') || is(/^ff.2:/))
    texts.push('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
  return texts;
}

/** What is wrong with a path below a domain, such as `example.com/a`, as field errors: what is shown, and why. */
export function domainPathProblems(text: string): (readonly [shown: string, why: string])[] {
  const slash = text.indexOf('/');
  const [domain, path] = [text.slice(0, Math.max(slash, 0)), text.slice(slash + 1)];
  if (slash < 0 || domain === '' || path === '')
    return [[text, 'must be a domain-prefixed path (such as "acme.io/foo")']];
  const causes = nameProblems(domain, 'subdomain').map((why) => [domain, why] as const);
  const isPath = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(path);
  const why = "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')";
  return isPath ? causes : [...causes, [path, why]];
}
