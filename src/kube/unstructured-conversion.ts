import type { Json } from '../core/json.js';
import type { TypeMismatch } from '../registry/check-go-types.js';

/**
 * What Go says when a member of a map does not fit the field of a struct it is to be put into, as the outcome of a
 * strategic merge patch is.
 *
 * @see kubernetes/apimachinery pkg/runtime/converter.go fromUnstructured
 */
export function conversionError({ value, wanted, message }: TypeMismatch): string {
  const given = goKind(value);
  const type = / of type (\S+)$/.exec(message)?.[1] ?? '';
  switch (wanted) {
    case 'array':
      return `cannot restore slice from ${given}`;
    case 'object':
      return type.startsWith('map[')
        ? `cannot restore map from ${given}`
        : `cannot restore struct from: ${given}`;
    case 'base64':
    case 'quantity':
    case 'intOrString':
    case 'time':
    case 'microTime':
      return message;
    default:
      // Differs from Kubernetes, which cuts numbers that are too large down to the bits that fit.
      if (wanted === 'integer' && given === 'int64') return message;
      if (type === '[]uint8') return `cannot restore slice from ${given}`;
      return isConvertible(given, type) ? `cannot convert ${given} to ${type}` : `unrecognized type: ${type}`;
  }
}

/** Conversions Go has and JSON has not. */
function isConvertible(given: string, type: string): boolean {
  return (given === 'int64' && type === 'string') || (given === 'float64' && /^u?int\d+$/.test(type));
}

/** The kind of Go value JSON is read into. */
function goKind(value: Json): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  return Array.isArray(value) ? 'slice' : 'map';
}
