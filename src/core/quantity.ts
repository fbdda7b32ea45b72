/** A quantity in thousandths, and how it was written. */
export interface Quantity {
  readonly milli: bigint;
  readonly format: 'decimal' | 'binary';
}

const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;
/** Powers of ten that suffixes stand for. */
export const decimalSuffixes: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const decimalOrder = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

/** Zero, written as `0`. */
export const zeroQuantity: Quantity = { milli: 0n, format: 'decimal' };

/** Reads a Kubernetes quantity (`100m`, `64Mi`, `2`, `1e3`); `undefined` when it is not one. Parts below 1/1000 round up. */
export function parseQuantity(text: string): Quantity | undefined {
  const match = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d{1,2})?$/.exec(
    text,
  );
  if (match === null) return undefined;
  const [, sign = '', whole = '0', fraction = '', suffix = ''] = match;
  const digits = BigInt(whole + fraction);
  const binary = binarySuffixes.indexOf(suffix as (typeof binarySuffixes)[number]);
  const isBinary = binary > 0;
  const exponent = isBinary ? 0 : (decimalSuffixes[suffix] ?? Number(suffix.slice(1)));
  const power = exponent - fraction.length + 3;
  const scaled = isBinary ? digits * 1024n ** BigInt(binary) : digits;
  const milli = power >= 0 ? scaled * 10n ** BigInt(power) : divideUp(scaled, 10n ** BigInt(-power));
  return { milli: sign === '-' ? -milli : milli, format: isBinary ? 'binary' : 'decimal' };
}

function divideUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}

/** The sum of two quantities, in the format of the first one that is not zero. */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  return { milli: a.milli + b.milli, format: a.milli === 0n ? b.format : a.format };
}

/** Writes a quantity in its canonical form: the largest suffix that leaves a whole number. */
export function formatQuantity({ milli, format }: Quantity): string {
  if (milli % 1000n !== 0n) return `${String(milli)}m`;
  let value = milli / 1000n;
  if (value === 0n) return '0';
  const base = format === 'binary' ? 1024n : 1000n;
  const suffixes: readonly string[] = format === 'binary' ? binarySuffixes : decimalOrder;
  let at = 0;
  while (at < suffixes.length - 1 && value % base === 0n) {
    value /= base;
    at += 1;
  }
  return `${String(value)}${suffixes[at] ?? ''}`;
}
