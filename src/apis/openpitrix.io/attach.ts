import { storeId } from '../../charts/names.js';
import type { RequestContext } from '../../registry/contract.js';
import { assertFits, keepContent } from './package-request.js';

/** Keeps an attachment, an icon or a picture of an app. @returns its id @throws ApiError 500 above 1 MiB */
export function attach(context: RequestContext, content: Buffer): string {
  assertFits(content, 'upload attachment failed');
  const id = storeId(context.world.random, 'att-');
  keepContent(context, id, content);
  return id;
}
