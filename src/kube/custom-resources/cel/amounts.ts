import { parseQuantity } from '../../../core/quantity.js';
import type { CelFunction, CelLibrary } from './library.js';

/** A quantity in thousandths. */
class CelQuantity {
  readonly milli: bigint;

  constructor(milli: bigint) {
    this.milli = milli;
  }
}

/** A version; parts before a release say which comes first. */
class CelVersion {
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly early: readonly string[];

  constructor(numbers: readonly [bigint, bigint, bigint], early: readonly string[]) {
    this.numbers = numbers;
    this.early = early;
  }
}

function quantityOf(text: string): CelQuantity {
  const quantity = parseQuantity(text);
  if (quantity === undefined)
    throw new Error(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  return new CelQuantity(quantity.milli);
}

/** A quantity as a whole number of 64 bits; `undefined` when it is none. */
function wholeOf({ milli }: CelQuantity): bigint | undefined {
  const most = 1n << 63n;
  const whole = milli / 1000n;
  return milli % 1000n === 0n && whole < most && whole >= -most ? whole : undefined;
}

function asInteger(given: CelQuantity): bigint {
  const whole = wholeOf(given);
  if (whole === undefined) throw new Error('cannot convert value to integer');
  return whole;
}

function signOf(value: bigint): bigint {
  return value > 0n ? 1n : value < 0n ? -1n : 0n;
}

/** Three functions that compare two values of a type. */
function comparisons<T>(type: string, compare: (a: T, b: T) => bigint): readonly CelFunction[] {
  return [
    [`${type}.isLessThan(${type}): bool`, (a: T, b: T) => compare(a, b) < 0n],
    [`${type}.isGreaterThan(${type}): bool`, (a: T, b: T) => compare(a, b) > 0n],
    [`${type}.compareTo(${type}): int`, compare],
  ];
}

const quantity = 'kubernetes.Quantity';

/** Quantities in rules. @see kubernetes/apiserver pkg/cel/library/quantity.go */
export const quantities: CelLibrary = {
  types: { [quantity]: CelQuantity },
  functions: [
    [`quantity(string): ${quantity}`, quantityOf],
    ['isQuantity(string): bool', (text: string) => parseQuantity(text) !== undefined],
    [`${quantity}.sign(): int`, ({ milli }: CelQuantity) => signOf(milli)],
    [`${quantity}.isInteger(): bool`, (given: CelQuantity) => wholeOf(given) !== undefined],
    [`${quantity}.asInteger(): int`, asInteger],
    [`${quantity}.asApproximateFloat(): double`, ({ milli }: CelQuantity) => Number(milli) / 1000],
    [
      `${quantity}.add(${quantity}): ${quantity}`,
      (a: CelQuantity, b: CelQuantity) => new CelQuantity(a.milli + b.milli),
    ],
    [
      `${quantity}.add(int): ${quantity}`,
      ({ milli }: CelQuantity, more: bigint) => new CelQuantity(milli + more * 1000n),
    ],
    [
      `${quantity}.sub(${quantity}): ${quantity}`,
      (a: CelQuantity, b: CelQuantity) => new CelQuantity(a.milli - b.milli),
    ],
    [
      `${quantity}.sub(int): ${quantity}`,
      ({ milli }: CelQuantity, less: bigint) => new CelQuantity(milli - less * 1000n),
    ],
    ...comparisons<CelQuantity>(quantity, (a, b) => signOf(a.milli - b.milli)),
  ],
};

const strict =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;

/** Takes a `v` away, adds parts that are missing, and drops zeros in front. */
function normalized(text: string): string {
  const [, core = '', rest = ''] = /^v?([^-+]*)(.*)$/.exec(text) ?? [];
  const parts = core.split('.').map((part) => part.replace(/^0+(?=\d)/, ''));
  while (parts.length < 3) parts.push('0');
  return parts.join('.') + rest;
}

function parseVersion(text: string): CelVersion | undefined {
  const [, major, minor, patch, early] = strict.exec(text) ?? [];
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  return new CelVersion([BigInt(major), BigInt(minor), BigInt(patch)], early?.split('.') ?? []);
}

function versionOf(text: string): CelVersion {
  const version = parseVersion(text);
  if (version === undefined) throw new Error(`Semver parse error during conversion from string: ${text}`);
  return version;
}

/** @see https://semver.org §11 */
function compareVersions(a: CelVersion, b: CelVersion): bigint {
  for (const at of [0, 1, 2] as const) {
    const order = signOf(a.numbers[at] - b.numbers[at]);
    if (order !== 0n) return order;
  }
  if (a.early.length === 0 || b.early.length === 0)
    return signOf(BigInt(b.early.length === 0 ? 0 : 1) - BigInt(a.early.length === 0 ? 0 : 1));
  for (const [at, one] of a.early.entries()) {
    const other = b.early[at];
    if (other === undefined) return 1n;
    if (one === other) continue;
    const [isNumber, isOther] = [/^\d+$/.test(one), /^\d+$/.test(other)];
    if (isNumber && isOther) return signOf(BigInt(one) - BigInt(other));
    if (isNumber !== isOther) return isNumber ? -1n : 1n;
    return one < other ? -1n : 1n;
  }
  return a.early.length < b.early.length ? -1n : 0n;
}

const version = 'kubernetes.Semver';

/** Versions in rules. @see kubernetes/apiserver pkg/cel/library/semverlib.go */
export const versions: CelLibrary = {
  types: { [version]: CelVersion },
  functions: [
    [`semver(string): ${version}`, versionOf],
    [
      `semver(string, bool): ${version}`,
      (text: string, loose: boolean) => versionOf(loose ? normalized(text) : text),
    ],
    ['isSemver(string): bool', (text: string) => parseVersion(text) !== undefined],
    [
      'isSemver(string, bool): bool',
      (text: string, loose: boolean) => parseVersion(loose ? normalized(text) : text) !== undefined,
    ],
    [`${version}.major(): int`, ({ numbers }: CelVersion) => numbers[0]],
    [`${version}.minor(): int`, ({ numbers }: CelVersion) => numbers[1]],
    [`${version}.patch(): int`, ({ numbers }: CelVersion) => numbers[2]],
    ...comparisons<CelVersion>(version, compareVersions),
  ],
};
