import { appDefaultStatusAnnotation } from '../../core/app-store-keys.js';
import { digArray, digString, type JsonObject } from '../../core/json.js';
import { annotation, type KubeObject } from '../../core/kube-object.js';

/** What OpenPitrix keeps of a repository beyond what 3.1 does, as annotations; members of requests by their names. */
const texts: Readonly<Record<string, string>> = {
  app_default_status: appDefaultStatusAnnotation,
  type: 'openpitrix.io/type',
  visibility: 'openpitrix.io/visibility',
};
const providersAnnotation = 'openpitrix.io/providers';

/** Annotations that keep what a request to OpenPitrix says of a repository. */
export function serviceAnnotations(body: JsonObject): Readonly<Record<string, string>> {
  const given = Object.entries(texts).filter(([member]) => digString(body, member) !== '');
  const providers = digArray(body, 'providers').filter((one) => typeof one === 'string');
  return {
    ...Object.fromEntries(given.map(([member, key]) => [key, digString(body, member)])),
    ...(providers.length > 0 && { [providersAnnotation]: providers.join(',') }),
  };
}

/** The same as members of an answer; empty ones are absent, but for the list. */
export function serviceMembers(repo: KubeObject): Readonly<Record<string, string>> & {
  readonly providers: readonly string[];
} {
  const kept = Object.entries(texts).map(([member, key]) => [member, annotation(repo, key) ?? ''] as const);
  const providers = annotation(repo, providersAnnotation) ?? '';
  return Object.assign(Object.fromEntries(kept), { providers: providers === '' ? [] : providers.split(',') });
}
