import { ApiError } from '../../core/api-error.js';
import { parseGoJson } from '../../core/go-json.js';

/**
 * Why a text is no JSON of a Go type, in the words of Go's decoder; `undefined` when it is.
 *
 * @param type The Go type that is wanted, such as `map[string]interface {}`.
 * @param kind What it is in JSON.
 */
export function unreadableProblem(text: string, type: string, kind: 'array' | 'object'): string | undefined {
  try {
    const value = parseGoJson(text, 'unmarshal');
    if (value === null) return undefined;
    const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    return found === kind ? undefined : `json: cannot unmarshal ${found} into Go value of type ${type}`;
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}
