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
/** Digits a number may have to be kept as 64 bits. */
const fastDigits = 18;
/** Digits and powers above these are larger than any quantity kept, and are not reckoned with. */
const mostDigits = 256;
const mostPower = 1000;

/** A quantity as it is written back, or what Go has against it. */
export type CanonicalQuantity = { readonly text: string } | { readonly problem: string };

const known = new Map<string, CanonicalQuantity>();
const mostKnown = 4096;

/**
 * Writes a quantity as Kubernetes does once it has read it: with the largest suffix of its kind that leaves a whole number
 * (`0.5Gi` is `512Mi`, `1000m` is `1`). Only those with binary suffixes end at 2^63-1.
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

/** `resource.Quantity.String()` of a text. */
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
  if ((fraction === '' || /[1-9]/.test(whole)) && isSettled(digits, fraction.length, scale)) return { text };
  const shown = shownAmount(digits, fraction.length, scale);
  return { text: sign === '-' ? `-${shown}` : shown };
}

/** Whether a number is kept as it was written: one that fits into 64 bits, of which no suffix can take anything over. */
function isSettled(digits: string, fractionDigits: number, { format, power }: Scale): boolean {
  if (format === 'binary') {
    const room = 14 - digits.length - 3 * power;
    return room >= 0 && fractionDigits === 0 && BigInt(digits) % 1024n !== 0n;
  }
  const exact = power - fractionDigits;
  const isExact = digits.length <= fastDigits && exact >= finest;
  return isExact && exact % 3 === 0 && !digits.endsWith('000');
}

function shownAmount(digits: string, fractionDigits: number, scale: Scale): string {
  const { format, power } = scale;
  if (format === 'binary') {
    const nano = toNano(digits, fractionDigits, scale);
    return show(nano > largest ? largest : nano, format);
  }
  const exact = power - fractionDigits;
  return exact >= finest && digits.length <= mostDigits
    ? showDecimal(BigInt(digits), exact, format)
    : show(toNano(digits, fractionDigits, scale), format);
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
  if (exponent === undefined || Math.abs(Number(exponent)) >= 2 ** 31) return undefined;
  return { format: 'exponent', power: Number(exponent) };
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
  return showDecimal(nano, finest, format);
}

/** What no suffix is large enough for has none at all. */
function showDecimal(whole: bigint, exponent: number, format: Scale['format']): string {
  let [value, power] = [whole, exponent];
  while (value % 10n === 0n) [value, power] = [value / 10n, power + 1];
  while (power % 3 !== 0) [value, power] = [value * 10n, power - 1];
  if (format === 'exponent') return power === 0 ? String(value) : `${String(value)}e${String(power)}`;
  return `${String(value)}${suffixOfPower.get(power) ?? ''}`;
}
