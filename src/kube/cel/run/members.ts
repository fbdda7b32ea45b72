import { plainDouble, shown } from '../library/texts-of-values.js';
import {
  CelError,
  CelList,
  CelMap,
  CelOptional,
  CelUint,
  typeNameOf,
  type CelValue,
} from '../values/value.js';

/** A member of a value; `undefined` when it has none of that name. @throws CelError for a list */
export function memberOf(value: CelValue, name: string): CelValue | undefined {
  if (value instanceof CelMap) return value.find(name);
  if (value instanceof CelList) throw new CelError("unsupported index type 'string' in list");
  return undefined;
}

/**
 * What a value holds at an index or key.
 *
 * @param isOptional Whether there may be nothing: `undefined` then.
 * @throws CelError when there is nothing
 * @see google/cel-go interpreter/attributes.go refQualify
 */
export function itemAt(value: CelValue, key: CelValue, isOptional: boolean): CelValue | undefined {
  if (value instanceof CelList) {
    const place = placeOf(key);
    if (place >= 0 && place < value.size) return value.at(place);
    if (isOptional) return undefined;
    throw new CelError(`index out of bounds: ${shown(key)}`);
  }
  const found = value instanceof CelMap ? value.find(key) : undefined;
  if (found === undefined && !isOptional) throw new CelError(`no such key: ${shown(key)}`);
  return found;
}

function placeOf(key: CelValue): number {
  if (typeof key === 'bigint') return Number(key);
  if (key instanceof CelUint) return Number(key.value);
  if (typeof key !== 'number') throw new CelError(`unsupported index type '${typeNameOf(key)}' in list`);
  if (!Number.isInteger(key)) throw new CelError(`unsupported index value ${plainDouble(key)} in list`);
  return key;
}

/** What a macro goes over: items of a list, keys of a map. @throws CelError for anything else */
export function itemsOf(value: CelValue): Iterable<CelValue> {
  if (value instanceof CelList) return value;
  if (value instanceof CelMap) return value.keys();
  throw new CelError(`got '${goType(value)}', expected iterable type`);
}

const goTypes: Readonly<Partial<Record<string, string>>> = {
  'google.protobuf.Duration': 'types.Duration',
  'google.protobuf.Timestamp': 'types.Timestamp',
  bool: 'types.Bool',
  bytes: 'types.Bytes',
  double: 'types.Double',
  int: 'types.Int',
  null_type: 'types.Null',
  string: 'types.String',
  type: '*types.Type',
  uint: 'types.Uint',
};

function goType(value: CelValue): string {
  return value instanceof CelOptional ? '*types.Optional' : (goTypes[typeNameOf(value)] ?? typeNameOf(value));
}
