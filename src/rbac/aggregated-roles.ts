import { annotation, type KubeObject } from '../core/kube-object.js';
import { aggregationRolesAnnotation } from '../core/well-known-keys.js';
import type { StoredObject } from '../state/object-store.js';

const roleKinds = new Set(['globalroles', 'clusterroles', 'workspaceroles', 'roles']);

/** The template roles a role of 3.x is made of; none where its annotation cannot be read, which the real server logs. */
export function aggregatedRoleNames(role: KubeObject): string[] {
  return readRoleNames(annotation(role, aggregationRolesAnnotation));
}

/** The names in the text of the annotation `aggregation-roles`; none where it is no JSON list. */
export function readRoleNames(text: string | undefined): string[] {
  if (text === undefined || text === '') return [];
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}

/**
 * The roles another role is put together from, where a list is asked for with `aggregateTo`; `undefined` where it is not.
 *
 * @see kubesphere/kubesphere pkg/models/resources/v1alpha3/role
 */
export function aggregatedRoles(
  query: URLSearchParams,
  plural: string,
  all: readonly StoredObject[],
): readonly StoredObject[] | undefined {
  const target = query.get('aggregateTo') ?? '';
  if (target === '' || !roleKinds.has(plural)) return undefined;
  const role = all.find(({ object }) => object.metadata.name === target);
  const names = new Set(role === undefined ? [] : aggregatedRoleNames(role.object));
  return all.filter(({ object }) => names.has(object.metadata.name));
}
