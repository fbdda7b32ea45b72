import { notImplemented } from '../../../core/api-error.js';
import type { Reply } from '../../../registry/contract.js';

/** `GET …/images`. @throws ApiError 501 */
export function searchImages(): Reply {
  throw notImplemented('searching image registries (GET images)');
}
