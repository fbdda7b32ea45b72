import { badRequest, internalError } from '../../core/api-error.js';
import { helmPackageNamespace } from '../../core/app-store-keys.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { dropFiles, keptFile } from '../../registry/kept-files.js';
import { readMultipart } from '../../registry/read-multipart.js';
import { empty, json, textType } from '../../registry/reply.js';
import { attach } from './attach.js';
import { isService, missing } from './failures.js';

/** `POST /attachments`: the first file of a form. */
export function createAttachment(context: RequestContext): Reply {
  const header = context.headers['content-type'];
  const contentType = typeof header === 'string' ? header : '';
  if (!contentType.toLowerCase().startsWith('multipart/form-data'))
    throw badRequest("request Content-Type isn't multipart/form-data");
  const parts = readMultipart(contentType, context.body ?? Buffer.alloc(0));
  const file = parts.find(({ filename }) => filename !== undefined);
  return json(file === undefined ? null : { attachment_id: attach(context, file.content) });
}

/** `GET /attachments/{attachment}`; with `filename` the bytes themselves, or nothing for another name than `raw`. */
export function getAttachment(context: RequestContext): Reply {
  const id = context.params['attachment'] ?? '';
  const content = contentOf(context, id);
  const wanted = context.query.get('filename') ?? '';
  if (wanted !== '') return { status: 200, contentType: textType, body: wanted === 'raw' ? content : '' };
  return json({ attachment_content: { raw: content.toString('base64') }, attachment_id: id });
}

function contentOf(context: RequestContext, id: string): Buffer {
  try {
    return keptFile(context, helmPackageNamespace, id);
  } catch {
    throw isService(context) ? missing(context, '', id) : internalError('download file failed');
  }
}

/** `DELETE /attachments/{attachment}`: several at once, joined by commas; the answer is empty. */
export function deleteAttachments(context: RequestContext): Reply {
  dropFiles(context, helmPackageNamespace, (context.params['attachment'] ?? '').split(','));
  return empty();
}
