import { ApiError } from '../core/api-error.js';

/** The refusal of an admission webhook, as kube-apiserver passes it on. */
export function deniedBy(webhook: string, text: string): ApiError {
  return new ApiError(403, 'Forbidden', `admission webhook "${webhook}" denied the request: ${text}`);
}
