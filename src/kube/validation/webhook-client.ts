import { digObject, type Json, type JsonObject } from '../../core/json.js';
import { nameProblems } from '../../registry/names.js';
import { invalidShown, invalidValue, required, type Cause } from './causes.js';

const form = '; desired format: https://host[/path]';

/**
 * What is wrong with how a webhook is reached: by a URL or a service.
 *
 * @param field Where that is said.
 * @see kubernetes/apiserver pkg/util/webhook/validation.go
 */
export function webhookClientProblems(config: JsonObject, field: string): Cause[] {
  const { url, service } = config;
  if (isGiven(url) === isGiven(service))
    return [required(field, 'exactly one of url or service is required')];
  if (typeof url === 'string') return urlProblems(url, `${field}.url`);
  return serviceProblems(digObject(config, 'service'), `${field}.service`);
}

function isGiven(value: Json | undefined): boolean {
  return value !== undefined && value !== null;
}

function urlProblems(text: string, field: string): Cause[] {
  const [, scheme = '', authority = '', query, fragment] =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/s.exec(text) ?? [];
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const causes: Cause[] = [];
  if (scheme.toLowerCase() !== 'https')
    causes.push(invalidValue(field, scheme.toLowerCase(), `'https' is the only allowed URL scheme${form}`));
  if (host === '') causes.push(invalidValue(field, host, `host must be specified${form}`));
  if (at >= 0)
    causes.push(invalidValue(field, authority.slice(0, at), 'user information is not permitted in the URL'));
  if (fragment) causes.push(invalidValue(field, fragment, 'fragments are not permitted in the URL'));
  if (query) causes.push(invalidValue(field, query, 'query parameters are not permitted in the URL'));
  return causes;
}

function serviceProblems(service: JsonObject, field: string): Cause[] {
  const { name, namespace, port, path } = service;
  const causes: Cause[] = [];
  // Kubernetes takes the one for the other, and so tells what is missing by the wrong name.
  if (!namespace) causes.push(required(`${field}.name`, 'service name is required'));
  if (!name) causes.push(required(`${field}.namespace`, 'service namespace is required'));
  const number = typeof port === 'number' ? port : 443;
  if (number < 1 || number > 65_535)
    causes.push(
      invalidShown(
        `${field}.port`,
        String(number),
        'port is not valid: must be between 1 and 65535, inclusive',
      ),
    );
  return typeof path === 'string' ? [...causes, ...pathProblems(path, `${field}.path`)] : causes;
}

function pathProblems(path: string, field: string): Cause[] {
  if (path === '' || path === '/') return [];
  if (path === '//') return [invalidValue(field, path, 'segment[0] may not be empty')];
  const causes = path.startsWith('/') ? [] : [invalidValue(field, path, "must start with a '/'")];
  const steps = path.slice(1).replace(/\/$/, '').split('/');
  for (const [at, step] of steps.entries()) {
    const place = `segment[${String(at)}]`;
    const bad = step === '' ? [`${place} may not be empty`] : nameProblems(step, 'subdomain');
    for (const why of bad) causes.push(invalidValue(field, path, step === '' ? why : `${place}: ${why}`));
  }
  return causes;
}
