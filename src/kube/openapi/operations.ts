import type { JsonObject } from '../../core/json.js';
import type { Resource } from '../../registry/contract.js';
import { kindsMember } from './published-schemas.js';

/** An operation on a kind, as far as clients read documents about it. */
export interface KindOperation {
  readonly path: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Members both versions of OpenAPI write alike. */
  readonly common: JsonObject;
  /** Names of query parameters. */
  readonly query: readonly string[];
  /** Media types of its body; empty when it has none. */
  readonly consumes: readonly string[];
}

const writes = ['dryRun', 'fieldManager', 'fieldValidation'];
const selections = ['labelSelector', 'fieldSelector', 'limit', 'continue', 'resourceVersion', 'watch'];
const patches = ['apply-patch+yaml', 'json-patch+json', 'merge-patch+json'];

/** The operations on a kind, its subresources included. */
export function operationsOf(resource: Resource, version: string): KindOperation[] {
  const { group, kind, plural, namespaced, verbs, custom } = resource;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const collection = `${root}${namespaced ? '/namespaces/{namespace}' : ''}/${plural}`;
  const one = `${collection}/{name}`;
  const patchTypes = [...patches, ...(custom ? [] : ['strategic-merge-patch+json'])].map(
    (type) => `application/${type}`,
  );
  const found: KindOperation[] = [];
  const own = { group, kind, version };
  const add = (
    verb: string,
    path: string,
    method: KindOperation['method'],
    action: string,
    query: readonly string[],
    consumes: readonly string[] = [],
    about: JsonObject = own,
  ): void => {
    const common = { 'x-kubernetes-action': action, [kindsMember]: about };
    if (verb === '' || verbs.includes(verb)) found.push({ path, method, common, query, consumes });
  };
  if (namespaced) add('list', `${root}/${plural}`, 'get', 'list', selections);
  add('list', collection, 'get', 'list', selections);
  add('create', collection, 'post', 'post', writes, ['*/*']);
  add('deletecollection', collection, 'delete', 'deletecollection', [
    ...selections,
    'dryRun',
    'propagationPolicy',
  ]);
  add('get', one, 'get', 'get', []);
  add('update', one, 'put', 'put', writes, ['*/*']);
  add('delete', one, 'delete', 'delete', ['dryRun', 'gracePeriodSeconds', 'propagationPolicy']);
  add('patch', one, 'patch', 'patch', [...writes, 'force'], patchTypes);
  for (const part of resource.subresources ?? []) {
    const slash = part.apiVersion.indexOf('/');
    const about = {
      group: slash === -1 ? '' : part.apiVersion.slice(0, slash),
      kind: part.kind,
      version: part.apiVersion.slice(slash + 1),
    };
    const path = `${one}/${part.name}`;
    if (part.verbs.includes('get')) add('', path, 'get', 'get', [], [], about);
    if (part.verbs.includes('create')) add('', path, 'post', 'post', writes, ['*/*'], about);
    if (part.verbs.includes('update')) add('', path, 'put', 'put', writes, ['*/*'], about);
    if (part.verbs.includes('patch'))
      add('', path, 'patch', 'patch', [...writes, 'force'], patchTypes, about);
  }
  return found;
}
