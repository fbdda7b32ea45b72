import { internalError } from '../../../core/api-error.js';
import { labelMatcher } from '../../../registry/label-selector.js';
import { digString } from '../../../core/json.js';
import { type KubeObject, label, withoutManagedFields } from '../../../core/kube-object.js';
import { workspaceLabel } from '../../../core/well-known-keys.js';
import { readConditions } from '../../../registry/conditions.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { listReply, objectReply } from '../../../registry/entity-reply.js';
import type { StoredObject } from '../../../state/object-store.js';
import { storeKind } from '../../../controllers/app-store/store-kind.js';

/** Parameters that choose what is listed and are no filters. */
const consumed = ['conditions', 'global', 'create'];
const systemWorkspace = 'system-workspace';

/** One object as this group shows it. */
export function storeReply(context: RequestContext, plural: string, object: KubeObject): Reply {
  return objectReply(context, storeKind(context, plural), withoutManagedFields(object));
}

/** A list as this group shows it. */
export function storeList(context: RequestContext, plural: string, found: readonly StoredObject[]): Reply {
  return listReply(context, storeKind(context, plural), found, withoutManagedFields, {
    consumed,
    dialect: 'generic',
    form: 'withoutManagedFields',
  });
}

/** All objects of a kind that the query's selector selects. @throws ApiError 400 for a selector that cannot be read */
export function selected(context: RequestContext, plural: string): readonly StoredObject[] {
  const test = labelMatcher(context.query.get('labelSelector') ?? '');
  const all = context.cluster.store.list(storeKind(context, plural));
  return test === undefined ? all : all.filter(({ object }) => test(object));
}

/** A test for the states that `conditions=status=a|b` asks for. @throws ApiError 500 */
export function stateTest({ query }: RequestContext): (object: KubeObject) => boolean {
  let wanted: string;
  try {
    wanted = readConditions(query).exact.get('status') ?? '';
  } catch (error) {
    throw error instanceof Error ? internalError(error.message) : error;
  }
  const states = wanted.split('|');
  return (object) => wanted === '' || states.includes(digString(object, 'status', 'state'));
}

/** A test for what the workspace of the URL sees: its own and what belongs to everybody; without one everything. */
export function workspaceTest({ params }: RequestContext): (object: KubeObject) => boolean {
  const workspace = params['workspace'];
  if (workspace === undefined) return () => true;
  return (object) => [systemWorkspace, workspace].includes(label(object, workspaceLabel) ?? '');
}
