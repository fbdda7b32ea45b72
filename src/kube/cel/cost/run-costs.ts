import { perCharacter, perPattern } from './calls.js';
import { CelList, CelMap, CelOpaque, sizeOf, type CelValue } from '../values/value.js';

/** What reading a value so many times costs. */
function reading(value: CelValue, times = 1): number {
  return Math.ceil(sizeOf(value) * times * perCharacter);
}

/**
 * What a call cost.
 *
 * @see google/cel-go interpreter/runtimecost.go; kubernetes/apiserver pkg/cel/library/cost.go CallCost
 */
export function callCost(name: string, id: string, values: readonly CelValue[], result: CelValue): number {
  const [first = null, second = null] = values;
  switch (name) {
    case 'isSorted':
    case 'sum':
    case 'max':
    case 'min':
    case 'indexOf':
    case 'lastIndexOf':
      return traversal(first);
    case 'url':
    case 'lowerAscii':
    case 'upperAscii':
    case 'substring':
    case 'trim':
    case 'cidr':
    case 'isIP':
    case 'isCIDR':
    case 'quantity':
    case 'isQuantity':
    case 'startsWith':
    case 'endsWith':
    case 'format':
    case 'strings.quote':
      return reading(first);
    case 'replace':
    case 'split':
    case 'ip.isCanonical':
      return reading(first, 2);
    case 'join':
      return reading(result, 2);
    case 'ip':
      return id === 'cidr_ip' ? 1 : reading(first);
    case 'find':
    case 'findAll':
    case 'matches':
      return Math.ceil((1 + sizeOf(first)) * perCharacter) * Math.ceil(sizeOf(second) * perPattern);
    case 'contains':
      return reading(first) * reading(second);
    case 'sets.contains':
    case 'sets.intersects':
      return 1 + sizeOf(first) * sizeOf(second);
    case 'sets.equivalent':
      return 1 + 2 * sizeOf(first) * sizeOf(second);
    case '@in':
      return second instanceof CelList ? sizeOf(second) : 1;
    case '_==_':
    case '_!=_':
      return first instanceof CelOpaque
        ? 1
        : Math.ceil(Math.min(sizeOf(first), sizeOf(second)) * perCharacter);
    default:
      return otherCost(name, id, first, second);
  }
}

function otherCost(name: string, id: string, first: CelValue, second: CelValue): number {
  if (typeof first !== 'string' && !(first instanceof Uint8Array)) return 1;
  if (/^_[<>]=?_$/.test(name)) return Math.ceil(Math.min(sizeOf(first), sizeOf(second)) * perCharacter);
  if (name === '_+_') return Math.ceil((sizeOf(first) + sizeOf(second)) * perCharacter);
  return id === 'string_to_bytes' || id === 'bytes_to_string' ? Math.ceil(sizeOf(first) * perCharacter) : 1;
}

/** What looking at all of a value costs. */
function traversal(value: CelValue): number {
  if (typeof value === 'string') return Math.floor(Buffer.byteLength(value) * perCharacter);
  if (value instanceof Uint8Array) return Math.floor(value.length * perCharacter);
  if (value instanceof CelList) return [...value].reduce<number>((sum, item) => sum + traversal(item), 0);
  if (!(value instanceof CelMap)) return 1;
  return [...value.keys()].reduce<number>(
    (sum, key) => sum + traversal(key) + traversal(value.find(key) ?? null),
    0,
  );
}
