import { decimalSuffixes, parseQuantity } from '../../../core/quantity.js';
import { CelError, CelOpaque } from '../values/value.js';
import type { CelFunction, CelLibrary } from './library.js';

/** A quantity in thousandths. */
class CelQuantity extends CelOpaque {
  readonly typeName = 'kubernetes.Quantity';
  readonly milli: bigint;
  /** Whether it was written as a whole number: `1500m` and `1.5Gi` are not, whatever they come to. */
  readonly isWhole: boolean;

  constructor(milli: bigint, isWhole: boolean) {
    super();
    this.milli = milli;
    this.isWhole = isWhole;
  }

  equals(other: CelOpaque): boolean {
    return other instanceof CelQuantity && other.milli === this.milli;
  }
}

function quantityOf(text: string): CelQuantity {
  const quantity = parseQuantity(text);
  if (quantity === undefined)
    throw new CelError(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  return new CelQuantity(quantity.milli, isWhole(text));
}

/** @see kubernetes/apimachinery pkg/api/resource/quantity.go ParseQuantity, AsInt64 */
function isWhole(text: string): boolean {
  const [, whole = '', part = '', suffix = ''] = /^[+-]?0*(\d*)\.?(\d*)(.*)$/.exec(text) ?? [];
  if (whole.length + part.length > 18) return false;
  if (/^[KMGTPE]i$/.test(suffix)) return part === '';
  const exponent = decimalSuffixes[suffix] ?? Number(suffix.slice(1));
  return exponent - part.length >= 0;
}

function sum(a: CelQuantity, milli: bigint, whole: boolean): CelQuantity {
  return new CelQuantity(a.milli + milli, a.isWhole && whole);
}

/** A quantity as a whole number of 64 bits; `undefined` when it is none. */
function wholeOf({ milli, isWhole: written }: CelQuantity): bigint | undefined {
  if (!written) return undefined;
  const most = 1n << 63n;
  const whole = milli / 1000n;
  return milli % 1000n === 0n && whole < most && whole >= -most ? whole : undefined;
}

function asInteger(given: CelQuantity): bigint {
  const whole = wholeOf(given);
  if (whole === undefined) throw new CelError('cannot convert value to integer');
  return whole;
}

function signOf(value: bigint): bigint {
  return value > 0n ? 1n : value < 0n ? -1n : 0n;
}

const quantity = 'kubernetes.Quantity';

/** A test of how two quantities compare. */
function comparison(id: string, name: string, holds: (order: bigint) => boolean): CelFunction {
  return [
    `quantity_${id} .${name}(${quantity}, ${quantity}): bool`,
    (a: CelQuantity, b: CelQuantity) => holds(a.milli - b.milli),
  ];
}

/** Quantities in rules. @see kubernetes/apiserver pkg/cel/library/quantity.go */
export const quantities: CelLibrary = {
  types: [quantity],
  functions: [
    [`string_to_quantity quantity(string): ${quantity}`, quantityOf],
    ['is_quantity_string isQuantity(string): bool', (text: string) => parseQuantity(text) !== undefined],
    // As in Kubernetes this is no function of a quantity: `sign(quantity('1'))`.
    [`quantity_sign sign(${quantity}): int`, ({ milli }: CelQuantity) => signOf(milli)],
    [
      `quantity_is_integer .isInteger(${quantity}): bool`,
      (given: CelQuantity) => wholeOf(given) !== undefined,
    ],
    [`quantity_get_int .asInteger(${quantity}): int`, asInteger],
    [
      `quantity_get_float .asApproximateFloat(${quantity}): double`,
      ({ milli }: CelQuantity) => Number(milli) / 1000,
    ],
    [
      `quantity_add .add(${quantity}, ${quantity}): ${quantity}`,
      (a: CelQuantity, b: CelQuantity) => sum(a, b.milli, b.isWhole),
    ],
    [
      `quantity_add_int .add(${quantity}, int): ${quantity}`,
      (a: CelQuantity, more: bigint) => sum(a, more * 1000n, true),
    ],
    [
      `quantity_sub .sub(${quantity}, ${quantity}): ${quantity}`,
      (a: CelQuantity, b: CelQuantity) => sum(a, -b.milli, b.isWhole),
    ],
    [
      `quantity_sub_int .sub(${quantity}, int): ${quantity}`,
      (a: CelQuantity, less: bigint) => sum(a, -less * 1000n, true),
    ],
    [
      `quantity_compare_to .compareTo(${quantity}, ${quantity}): int`,
      (a: CelQuantity, b: CelQuantity) => signOf(a.milli - b.milli),
    ],
    comparison('is_less_than', 'isLessThan', (order) => order < 0n),
    comparison('is_greater_than', 'isGreaterThan', (order) => order > 0n),
  ],
};
