import { ApiError, badRequest } from '../../core/api-error.js';
import { goTypeName, goPlainValue } from '../../core/go-value.js';
import type { Json } from '../../core/json.js';

/** A directive that has not the form it must have. */
export function badFormat(directive: 'retainKeys' | 'setElementOrder list'): ApiError {
  return badRequest(`invalid patch format of ${directive}`);
}

/**
 * A patch that does not fit what it patches: kube-apiserver takes most such errors for its own.
 *
 * @see kubernetes/apiserver pkg/endpoints/handlers/patch.go interpretStrategicMergePatchError
 */
export function unfit(message: string): ApiError {
  return new ApiError(500, '', message);
}

/** A list in a list, which cannot be merged. */
export function listOfLists(): ApiError {
  return new ApiError(422, 'Invalid', 'lists of lists are not supported', { details: {} });
}

/** An item that does not say which one it is. */
export function noMergeKey(item: Json, mergeKey: string): ApiError {
  return unfit(`map: ${goPlainValue(item)} does not contain declared merge key: ${mergeKey}`);
}

/** A `$patch` of no known kind. */
export function unknownDirective(value: Json | undefined, map: Json): ApiError {
  return unfit(`unknown patch type: ${goPlainValue(value)} in map: ${goPlainValue(map)}`);
}

/** A value of a type other than the one wanted. */
export function badType(
  wanted: '[]interface {}' | 'map[string]interface {}',
  given: Json | undefined,
): ApiError {
  return unfit(`expected a ${wanted}, but received a ${goTypeName(given)}`);
}
