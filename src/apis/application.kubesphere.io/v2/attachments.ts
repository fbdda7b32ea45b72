import { badRequest } from '../../../core/api-error.js';
import { storeId } from '../../../charts/names.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readMultipart } from '../../../registry/read-multipart.js';
import { empty, json } from '../../../registry/reply.js';
import { orInternal } from './failures.js';
import { dropPackages, keepPackage, keptPackage } from './packages.js';

/** Largest attachment taken, as there is no object store. */
const sizeLimit = 1024 * 1024;

/** `POST /attachments`: the first file of a form. */
export function createAttachment(context: RequestContext): Reply {
  const header = context.headers['content-type'];
  const contentType = typeof header === 'string' ? header : '';
  if (!contentType.toLowerCase().startsWith('multipart/form-data'))
    throw badRequest("request Content-Type isn't multipart/form-data");
  const parts = readMultipart(contentType, context.body ?? Buffer.alloc(0));
  const file = parts.find(({ filename }) => filename !== undefined);
  if (file === undefined) return json(null);
  const id = storeId(context.world.random, `${file.name}-att-`, 5);
  if (file.content.length > sizeLimit) {
    const why = `Too long: must have at most ${String(sizeLimit)} bytes`;
    throw badRequest(`ConfigMap "${id}" is invalid: []: ${why}`);
  }
  keepPackage(context, id, file.content);
  return json({ attachment_id: id });
}

/** `GET /attachments/{attachment}`. */
export function getAttachment(context: RequestContext): Reply {
  const id = context.params['attachment'] ?? '';
  const raw = keptPackage(context, id).toString('base64');
  return json({ attachment_content: { raw }, attachment_id: id });
}

/** `DELETE /attachments/{attachment}`: several at once, joined by commas; the answer is empty. */
export function deleteAttachments(context: RequestContext): Promise<Reply> {
  return orInternal(() => {
    dropPackages(context, (context.params['attachment'] ?? '').split(','));
    return empty();
  });
}
