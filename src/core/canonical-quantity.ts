const form = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/;

/** What Go says about a text that is no quantity. */
const wrongForm =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const wrongSuffix = "unable to parse quantity's suffix";

const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;
const decimalSuffixes: ReadonlyMap<string, number> = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]);
const suffixOfPower: ReadonlyMap<number, string> = new Map(
  [...decimalSuffixes].map(([text, power]) => [power, text]),
);

/** The finest part of a quantity that is kept, as a power of ten; what is finer rounds away from zero. */
const finest = -9;
const largest = (2n ** 63n - 1n) * 10n ** 9n;
/** Digits and powers above these are larger than any quantity kept, and are not reckoned with. */
const mostDigits = 256;
const mostPower = 1000;

/** A quantity as it is written back, or what Go has against it. */
export type CanonicalQuantity = { readonly text: string } | { readonly problem: string };

const known = new Map<string, CanonicalQuantity>();
const mostKnown = 4096;

/**
 * Writes a quantity as Kubernetes does once it has read it: with the largest suffix of its kind that leaves a whole number
 * (`0.5Gi` is `512Mi`, `1000m` is `1`).
 *
 * @see kubernetes/apimachinery pkg/api/resource/quantity.go ParseQuantity, CanonicalizeBytes
 */
export function canonicalQuantity(text: string): CanonicalQuantity {
  const found = known.get(text);
  if (found !== undefined) return found;
  const result = read(text);
  if (known.size >= mostKnown) known.clear();
  if (text.length < mostDigits) known.set(text, result);
  return result;
}

/** `resource.Quantity.String()` of a value that is 2^exponent or 10^exponent times digits. */
function read(text: string): CanonicalQuantity {
  const match = form.exec(text);
  if (match === null) return { problem: wrongForm };
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match;
  if (text === '') return { problem: wrongForm };
  if (whole === '' && fraction === '') return { problem: wrongForm };
  const scale = scaleOf(suffix);
  if (scale === undefined) return { problem: wrongSuffix };
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return { text: '0' };
  const nano = toNano(digits, fraction.length, scale);
  const value = nano > largest ? largest : nano;
  const shown = show(value, scale.format);
  return { text: sign === '-' ? `-${shown}` : shown };
}

interface Scale {
  readonly format: 'binary' | 'decimal' | 'exponent';
  readonly power: number;
}

function scaleOf(suffix: string): Scale | undefined {
  const binary = binarySuffixes.indexOf(suffix as (typeof binarySuffixes)[number]);
  if (binary > 0) return { format: 'binary', power: binary };
  const decimal = decimalSuffixes.get(suffix);
  if (decimal !== undefined) return { format: 'decimal', power: decimal };
  const exponent = /^[eE]([+-]?\d+)$/.exec(suffix)?.[1];
  return exponent === undefined ? undefined : { format: 'exponent', power: Number(exponent) };
}

/** The value in billionths, rounded up. */
function toNano(digits: string, fractionDigits: number, { format, power }: Scale): bigint {
  const tens = (format === 'binary' ? 0 : power) - fractionDigits - finest;
  // Far outside of what is kept, on either side.
  if (digits.length + tens > mostPower) return largest;
  if (digits.length + tens < -mostPower) return 1n;
  const scaled = format === 'binary' ? BigInt(digits) * 1024n ** BigInt(power) : BigInt(digits);
  if (tens >= 0) return scaled * 10n ** BigInt(tens);
  const by = 10n ** BigInt(-tens);
  return (scaled + by - 1n) / by;
}

function show(nano: bigint, format: Scale['format']): string {
  const one = 10n ** BigInt(-finest);
  if (format === 'binary' && nano >= 1024n * one && nano % one === 0n) {
    let value = nano / one;
    let at = 0;
    for (; at < binarySuffixes.length - 1 && value % 1024n === 0n; at += 1) value /= 1024n;
    return `${String(value)}${binarySuffixes[at] ?? ''}`;
  }
  let value = nano;
  let power = finest;
  for (; power < 18 && value % 1000n === 0n; power += 3) value /= 1000n;
  if (format === 'exponent') return power === 0 ? String(value) : `${String(value)}e${String(power)}`;
  return `${String(value)}${suffixOfPower.get(power) ?? ''}`;
}
