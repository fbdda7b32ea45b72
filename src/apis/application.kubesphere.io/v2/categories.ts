import { badRequest, internalError } from '../../../core/api-error.js';
import { uncategorized } from '../../../core/app-store-keys.js';
import { dig, digObject, digString } from '../../../core/json.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readTypedBody } from '../../../registry/read-json-body.js';
import { success } from '../../../registry/reply.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { existing, storeKind } from '../../../controllers/app-store/store-kind.js';
import { assertFree, orInternal } from './failures.js';
import { storeList, storeReply } from './lists.js';
import {
  createOrUpdate,
  descriptionAnnotation,
  displayNameAnnotation,
} from '../../../controllers/app-store/write-apps.js';

const plural = 'categories';

/** `POST /categories` and `POST /categories/{category}`: the body's name tells which. */
export async function writeCategory(context: RequestContext): Promise<Reply> {
  const sent = await orInternal(() => readTypedBody(context, storeKind(context, plural)));
  const name = digString(sent, 'metadata', 'name');
  await assertFree(context, 'category', plural, name);
  return orInternal(() => {
    const given = digObject(sent, 'metadata', 'annotations');
    const written = createOrUpdate(context, plural, name, (before) => ({
      metadata: {
        annotations: {
          ...before?.metadata.annotations,
          [displayNameAnnotation]: digString(given, displayNameAnnotation),
          [descriptionAnnotation]: digString(given, descriptionAnnotation),
        },
      },
      spec: { icon: digString(sent, 'spec', 'icon') },
      ...(before === undefined && { status: { total: 0 } }),
    }));
    return storeReply(context, plural, written);
  });
}

/** `GET /categories`. */
export function listCategories(context: RequestContext): Reply {
  return storeList(context, plural, context.cluster.store.list(storeKind(context, plural)));
}

/** `GET /categories/{category}`. */
export function getCategory(context: RequestContext): Reply {
  return storeReply(context, plural, existing(context, plural, context.params['category'] ?? ''));
}

/** `DELETE /categories/{category}`: not the one for all others, and none that has apps. */
export function deleteCategory(context: RequestContext): Promise<Reply> {
  const name = context.params['category'] ?? '';
  if (name === uncategorized) throw badRequest(`${uncategorized} is default Category can't be delete`);
  return orInternal(() => {
    const total = dig(existing(context, plural, name), 'status', 'total');
    if (typeof total === 'number' && total > 0)
      throw internalError(`can not delete helm category: ${name} which owns applications`);
    deleteObject(context, storeKind(context, plural), { name });
    return success();
  });
}
