import { dig, digArray, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { nameProblems } from '../../registry/names.js';
import { invalidFor, invalidShown, invalidValue, type Cause } from './causes.js';

/** Most KiB of a GMSA credential spec. */
const mostSpec = 64;
const mostDomain = 256;
const mostUser = 104;

const netBios = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const dnsLabel = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const dnsName = new RegExp(`^${dnsLabel}(?:\\.${dnsLabel})*$`);

/**
 * What is wrong with what a container or pod asks of Windows.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go validateWindowsSecurityContextOptions
 */
export function windowsProblems(context: Json, path: string): Cause[] {
  const options = dig(context, 'windowsOptions');
  if (!isJsonObject(options)) return [];
  const field = `${path}.windowsOptions`;
  const causes: Cause[] = [];
  const name = options['gmsaCredentialSpecName'];
  if (typeof name === 'string')
    causes.push(...invalidFor(`${field}.gmsaCredentialSpecName`, name, nameProblems(name, 'subdomain')));
  const spec = options['gmsaCredentialSpec'];
  if (spec === '')
    causes.push(
      invalidValue(`${field}.gmsaCredentialSpec`, spec, 'gmsaCredentialSpec cannot be an empty string'),
    );
  else if (typeof spec === 'string' && Buffer.byteLength(spec) > mostSpec * 1024) {
    const why = `gmsaCredentialSpec size must be under ${String(mostSpec)} KiB`;
    causes.push(invalidValue(`${field}.gmsaCredentialSpec`, spec, why));
  }
  const user = options['runAsUserName'];
  return typeof user === 'string'
    ? [...causes, ...invalidFor(`${field}.runAsUserName`, user, userTexts(user))]
    : causes;
}

function userTexts(given: string): string[] {
  if (given === '') return ['runAsUserName cannot be an empty string'];
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(given)) return ['runAsUserName cannot contain control characters'];
  const parts = given.split('\\');
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash'];
  const [domain, user = ''] = parts.length === 2 ? parts : [undefined, given];
  const texts: string[] = [];
  if (domain !== undefined) {
    if (Buffer.byteLength(domain) >= mostDomain)
      texts.push(`runAsUserName's Domain length must be under ${String(mostDomain)} characters`);
    if (!netBios.test(domain) && !dnsName.test(domain))
      texts.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  }
  if (user === '') texts.push("runAsUserName's User cannot be empty");
  else if (Buffer.byteLength(user) > mostUser)
    texts.push(`runAsUserName's User length must not be longer than ${String(mostUser)} characters`);
  if (/^[. ]+$/.test(user)) texts.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user))
    texts.push('runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]');
  return texts;
}

/** What is wrong with containers that are processes of their Windows node: all are, or none. */
export function hostProcessProblems(spec: JsonObject, path: string): Cause[] {
  const ofPod = dig(spec, 'securityContext', 'windowsOptions', 'hostProcess');
  const causes: Cause[] = [];
  let [all, onHost] = [0, 0];
  for (const key of ['initContainers', 'containers', 'ephemeralContainers'])
    for (const [at, container] of digArray(spec, key).entries()) {
      all += 1;
      const own = dig(container, 'securityContext', 'windowsOptions', 'hostProcess');
      if (own ?? ofPod) onHost += 1;
      if (typeof ofPod !== 'boolean' || typeof own !== 'boolean' || ofPod === own) continue;
      const field = `${path}.${key}[${String(at)}].securityContext.windowsOptions.hostProcess`;
      const why = `pod hostProcess value must be identical if both are specified, was ${String(ofPod)}`;
      causes.push(invalidShown(field, String(own), why));
    }
  if (onHost === 0) return causes;
  if (onHost !== all) {
    const why =
      'If pod contains any hostProcess containers then all containers must be HostProcess containers';
    causes.push(invalidValue(path, '', why));
  }
  if (spec['hostNetwork'] !== true) {
    const why = 'hostNetwork must be true if pod contains any hostProcess containers';
    causes.push(invalidShown(`${path}.hostNetwork`, 'false', why));
  }
  return causes;
}
