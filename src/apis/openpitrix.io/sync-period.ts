import { badRequest } from '../../core/api-error.js';
import { parseGoDuration } from '../../core/go-duration.js';

/** Seconds. */
const shortest = 180;

/**
 * How often a repository is to be asked, in seconds; 0: never by itself.
 *
 * @throws ApiError 400 for what is no duration of Go
 * @see kubesphere/kubesphere pkg/kapis/openpitrix/v1/handler.go CreateRepo
 */
export function parsePeriod(text: string): number {
  if (text === '') return 0;
  const duration = parseGoDuration(text);
  if (duration === undefined) throw badRequest(`time: invalid duration "${text}"`);
  return duration > 0 ? Math.max(Math.floor(duration / 1000), shortest) : 0;
}
