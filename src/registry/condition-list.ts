import type { GroupResource } from '../core/api-error.js';
import type { StoredObject } from '../state/object-store.js';
import { readConditions, type ConditionQuery } from './conditions.js';
import type { Reply, RequestContext } from './contract.js';
import { itemForm } from './entity-reply.js';
import { listBody, type ItemForm } from './list-body.js';
import { jsonType } from './reply.js';
import { selectByConditions } from './select-by-conditions.js';

/** How a list by conditions is to be made where it is not asked for in the words of `v1alpha2`. */
export interface ConditionListOptions {
  /** What is asked for; absent: what the query says. */
  readonly query?: ConditionQuery;
  /** Name of the member that counts; absent: `total_count`. */
  readonly total?: 'total_count' | 'totalItems';
  /** How items are printed; absent: as they are stored. */
  readonly form?: ItemForm;
}

/** Objects in an envelope, filtered, sorted and cut the way `v1alpha2` does. @throws ApiError 400, 500 */
export function listByConditions(
  context: RequestContext,
  resource: GroupResource,
  all: readonly StoredObject[],
  {
    query = readConditions(context.query),
    total: name = 'total_count',
    form = itemForm(context, resource),
  }: ConditionListOptions = {},
): Reply {
  const { items, total } = selectByConditions(context, resource, all, query);
  return {
    status: 200,
    contentType: jsonType,
    body: listBody(items, form, '', ` "${name}": ${String(total)}`),
  };
}
