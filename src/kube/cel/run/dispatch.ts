import { knownFunctions, type KnownOverload } from '../library/all.js';
import type { CelType } from '../types/cel-type.js';
import { CelList, CelMap, typeNameOf, type CelValue } from '../values/value.js';

/** Types by the name of their values' type. */
const names: Readonly<Partial<Record<string, string>>> = {
  duration: 'google.protobuf.Duration',
  null: 'null_type',
  timestamp: 'google.protobuf.Timestamp',
};

/** Ways to call functions, by name, by whether they are called on something, and by how many values they take. */
const callable = new Map<string, readonly KnownOverload[]>();

function callableOf(name: string, isMember: boolean, count: number): readonly KnownOverload[] {
  const key = `${isMember ? '.' : ''}${name}/${String(count)}`;
  let found = callable.get(key);
  if (found === undefined) {
    const known = knownFunctions().get(name) ?? [];
    found = known.filter((one) => one.isMember === isMember && one.takes.length === count);
    if (found.length > 0) callable.set(key, found);
  }
  return found;
}

/** Which of the ways to call a function the values at hand are for; what looks at types itself is for any. */
export function chooseOverload(
  name: string,
  isMember: boolean,
  values: readonly CelValue[],
): KnownOverload | undefined {
  const found = callableOf(name, isMember, values.length);
  if (found[0]?.isDynamic === true) return found[0];
  return found.find((one) => one.takes.every((type, at) => isOf(values[at] ?? null, type)));
}

/** Whether a value is of a type; of lists and maps the first item is looked at. */
function isOf(value: CelValue, type: CelType): boolean {
  const { kind, name, of } = type;
  if (kind === 'dyn' || kind === 'param') return true;
  if (typeNameOf(value) !== (names[kind] ?? name)) return false;
  const [first, second] = of;
  if (value instanceof CelList && first !== undefined) return value.size === 0 || isOf(value.at(0), first);
  if (!(value instanceof CelMap) || first === undefined || second === undefined) return true;
  for (const key of value.keys()) return isOf(key, first) && isOf(value.find(key) ?? null, second);
  return true;
}
