import type { KnownOverload } from '../library/all.js';
import type { CelType } from '../types/cel-type.js';
import { CelList, CelMap, typeNameOf, type CelValue } from '../values/value.js';

/** Types by the name of their values' type. */
const names: Readonly<Partial<Record<string, string>>> = {
  duration: 'google.protobuf.Duration',
  null: 'null_type',
  timestamp: 'google.protobuf.Timestamp',
};

/** Which of the ways to call a function the values at hand are for. */
export function chooseOverload(
  known: readonly KnownOverload[],
  isMember: boolean,
  values: readonly CelValue[],
): KnownOverload | undefined {
  const callable = known.filter((one) => one.isMember === isMember && one.takes.length === values.length);
  const fitting = callable.find((one) => one.takes.every((type, at) => isOf(values[at] ?? null, type)));
  return fitting ?? callable.find((one) => one.isDynamic);
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
