import { badRequest } from '../core/api-error.js';
import { goQuote } from '../core/go-format.js';
import { parseGoInteger } from '../core/go-integer.js';

/**
 * A switch of a query: anything but `false` and `0` is on, an empty value included.
 *
 * @see kubernetes/apimachinery pkg/runtime/conversion.go Convert_Slice_string_To_bool
 */
export function readFlag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value.toLowerCase() !== 'false' && value !== '0';
}

/**
 * A whole number of a query; `undefined` when it is not given. An empty one is none.
 *
 * @throws ApiError 400 in the words of Go's parser
 * @see kubernetes/apimachinery pkg/runtime/conversion.go Convert_Slice_string_To_Pointer_int64
 */
export function readInteger(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  const number = parseGoInteger(value);
  if (number !== undefined) return number;
  const why = /^[+-]?\d+$/.test(value) ? 'value out of range' : 'invalid syntax';
  throw badRequest(`strconv.ParseInt: parsing ${goQuote(value)}: ${why}`);
}
