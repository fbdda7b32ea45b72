const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Reads Go's duration notation (`2h`, `10m0s`, `1.5s`) as milliseconds; `undefined` when it is not one. */
export function parseGoDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const sign = text.startsWith('-') ? -1 : 1;
  const rest = text.replace(/^[+-]/, '');
  if (!/^(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(rest)) return undefined;
  let total = 0;
  for (const [, amount, unit] of rest.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(amount) * (units[unit ?? ''] ?? 0);
  }
  return sign * total;
}

/**
 * Writes a duration as Go's `Duration.String` does: `1h0m0.5s`, `10m0s`, `1.5s`, `250ms`, `0s`.
 *
 * @param nanoseconds Whole nanoseconds.
 */
export function formatGoDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  const sign = nanoseconds < 0n ? '-' : '';
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size < 1_000n) return `${sign}${String(size)}ns`;
  if (size < 1_000_000n) return `${sign}${fraction(size, 3)}µs`;
  if (size < 1_000_000_000n) return `${sign}${fraction(size, 6)}ms`;
  const minutes = size / 60_000_000_000n;
  const seconds = fraction(size % 60_000_000_000n, 9);
  if (minutes === 0n) return `${sign}${seconds}s`;
  const hours = minutes / 60n;
  return hours === 0n
    ? `${sign}${String(minutes)}m${seconds}s`
    : `${sign}${String(hours)}h${String(minutes % 60n)}m${seconds}s`;
}

/** A number of 10^-digits units as a decimal without trailing zeros. */
function fraction(value: bigint, digits: number): string {
  const text = value.toString().padStart(digits + 1, '0');
  const whole = text.slice(0, -digits);
  const rest = text.slice(-digits).replace(/0+$/, '');
  return rest === '' ? whole : `${whole}.${rest}`;
}
