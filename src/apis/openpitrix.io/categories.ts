import { internalError } from '../../core/api-error.js';
import { dig, digObject, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { inRange, type ReleaseName } from '../../core/release.js';
import { storeId } from '../../charts/names.js';
import { readConditions } from '../../registry/conditions.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json, success } from '../../registry/reply.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { dateTime, present } from './answers/members.js';
import { isService, missing, orInternal, refused } from './failures.js';
import { byCreation, pageReply, sorted } from './lists.js';
import { optionalText, readRequest } from './read-request.js';
import { allOf, find, got, kindOf, put } from './store.js';

function nameOf(category: KubeObject): string {
  return digString(category, 'spec', 'name');
}

/** `openpitrix.Category`. @see kubesphere/kubesphere pkg/models/openpitrix/utils.go convertCategory */
function showCategory(category: KubeObject, release: ReleaseName): JsonObject {
  const total = dig(category, 'status', 'total');
  return present({
    category_id: category.metadata.name,
    create_time: dateTime(category.metadata.creationTimestamp),
    description: digString(category, 'spec', 'description'),
    locale: digString(category, 'spec', 'locale') || '{}',
    name: nameOf(category),
    app_total: inRange(release, { since: 'v3.1' }) ? (typeof total === 'number' ? total : 0) : undefined,
  });
}

/** `POST /categories`. */
export function createCategory(context: RequestContext): Promise<Reply> {
  const body = readRequest(context, 'CreateCategoryRequest');
  return orInternal(() => {
    const name = digString(body, 'name');
    if (allOf(context, 'category').some((one) => nameOf(one) === name))
      throw refused(context, 'AlreadyExists', `category ${name} exists`);
    const [description, locale] = [digString(body, 'description'), digString(body, 'locale')];
    const id = storeId(context.world.random, 'ctg-');
    createObject(context, kindOf(context, 'category'), {
      metadata: { name: id },
      spec: {
        name,
        ...(description !== '' && { description }),
        // KubeSphere itself leaves translations to who edits the object.
        ...(locale !== '' && isService(context) && { locale }),
      },
    });
    return json({ category_id: id });
  });
}

/** `GET /categories`: the newest first, of OpenPitrix as asked. */
export function listCategories(context: RequestContext): Reply {
  const query = readConditions(context.query);
  const { name } = context.release;
  const keyword = isService(context) ? (query.exact.get('keyword') ?? '') : '';
  const found = allOf(context, 'category').filter((category) => nameOf(category).includes(keyword));
  const order = byCreation(nameOf);
  const inOrder = isService(context)
    ? sorted(found, order, query)
    : [...found].sort((a, b) => {
        const isSame = a.metadata.creationTimestamp === b.metadata.creationTimestamp;
        return isSame ? order(a, b) : order(b, a);
      });
  return pageReply(inOrder, query, (category) => showCategory(category, name));
}

/** `GET /categories/{category}`. */
export function getCategory(context: RequestContext): Reply {
  return json(showCategory(got(context, 'category', context.params['category'] ?? ''), context.release.name));
}

/** `PATCH /categories/{category}`: name and description. */
export function changeCategory(context: RequestContext): Promise<Reply> {
  const body = readRequest(context, 'ModifyCategoryRequest');
  const id = context.params['category'] ?? '';
  return orInternal(() => {
    const category = find(context, 'category', id);
    if (category === undefined)
      throw isService(context) ? missing(context, '', id) : internalError(`category ${id} not found`);
    const [name, description] = [optionalText(body, 'name'), optionalText(body, 'description')];
    const locale = isService(context) ? optionalText(body, 'locale') : undefined;
    const spec = {
      ...digObject(category, 'spec'),
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
      ...(locale !== undefined && { locale }),
    };
    put(context, 'category', { ...category, spec });
    return success();
  });
}

/** `DELETE /categories/{category}`: none that has apps. */
export function deleteCategory(context: RequestContext): Promise<Reply> {
  const id = context.params['category'] ?? '';
  return orInternal(() => {
    const category = find(context, 'category', id);
    if (category === undefined) {
      if (isService(context)) throw missing(context, '', id);
      return success();
    }
    const total = dig(category, 'status', 'total');
    if (typeof total === 'number' && total > 0)
      throw internalError(`category ${nameOf(category)} owns application`);
    deleteObject(context, kindOf(context, 'category'), { name: id });
    return success();
  });
}
