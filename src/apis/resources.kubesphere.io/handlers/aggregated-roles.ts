import { annotation } from '../../../core/kube-object.js';
import type { RequestContext } from '../../../registry/contract.js';
import type { StoredObject } from '../../../state/object-store.js';
import type { RegisteredKind } from '../registered-kinds.js';

const aggregationKey = 'iam.kubesphere.io/aggregation-roles';
const roleKinds = new Set(['globalroles', 'clusterroles', 'workspaceroles', 'roles']);

/**
 * The roles another role is put together from, where the query asks by `aggregateTo`; `undefined` where it does not.
 *
 * @see kubesphere/kubesphere pkg/models/resources/v1alpha3/role
 */
export function aggregatedRoles(
  context: RequestContext,
  kind: RegisteredKind,
  all: readonly StoredObject[],
): readonly StoredObject[] | undefined {
  const target = context.query.get('aggregateTo') ?? '';
  if (target === '' || !roleKinds.has(kind.plural)) return undefined;
  const role = all.find(({ object }) => object.metadata.name === target);
  const names = new Set(role === undefined ? [] : namesIn(annotation(role.object, aggregationKey) ?? ''));
  return all.filter(({ object }) => names.has(object.metadata.name));
}

function namesIn(text: string): unknown[] {
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) ? names : [];
  } catch {
    return [];
  }
}
