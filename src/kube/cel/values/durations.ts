import { CelDuration, CelError } from './value.js';

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const most = (1n << 63n) - 1n;

/** A duration of a number of nanoseconds. @throws CelError for one too long */
export function durationOf(nanos: bigint): CelDuration {
  if (nanos > most || nanos < -most - 1n) throw new CelError('duration overflow');
  return new CelDuration(nanos);
}

/** Reads Go's durations (`1h30m`, `1.5s`) to the nanosecond; `undefined` for what is none. @see golang/go time.ParseDuration */
export function parseDuration(text: string): CelDuration | undefined {
  const rest = text.replace(/^[+-]/, '');
  if (rest === '0') return new CelDuration(0n);
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return undefined;
  let nanos = 0n;
  for (const [, whole = '', part = '', unit = ''] of rest.matchAll(
    /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g,
  )) {
    const size = units[unit] ?? 0n;
    nanos += BigInt(whole === '' ? '0' : whole) * size;
    if (part !== '') nanos += (BigInt(part) * size) / 10n ** BigInt(part.length);
  }
  const signed = text.startsWith('-') ? -nanos : nanos;
  return signed > most || signed < -most - 1n ? undefined : new CelDuration(signed);
}

const spoken: readonly (readonly [names: readonly string[], prefix: string, nanos: bigint])[] = [
  [['ns'], 'nano', 1n],
  [['us', 'µs'], 'micro', 1_000n],
  [['ms'], 'milli', 1_000_000n],
  [['s'], 'sec', 1_000_000_000n],
  [['m'], 'min', 60_000_000_000n],
  [['h', 'hr'], 'hour', 3_600_000_000_000n],
  [['d'], 'day', 86_400_000_000_000n],
  [['w', 'wk'], 'week', 604_800_000_000_000n],
];

/** Reads a text of the format `duration`, which takes days and words, too. @see k8s.io/kube-openapi strfmt.ParseDuration */
export function parseSpokenDuration(text: string): CelDuration | undefined {
  const plain = parseDuration(text);
  if (plain !== undefined) return plain;
  let sum: bigint | undefined;
  for (const [, amount = '0', unit = ''] of text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)) {
    const name = unit.toLowerCase();
    const found = spoken.find(([names, prefix]) => names.includes(name) || name.startsWith(prefix));
    if (found !== undefined) sum = (sum ?? 0n) + BigInt(amount) * found[2];
  }
  return sum === undefined ? undefined : new CelDuration(BigInt.asIntN(64, sum));
}

/** A duration as `string()` gives it: seconds. */
export function durationText({ nanos }: CelDuration): string {
  const seconds = Number(nanos / 1_000_000_000n) + Number(nanos % 1_000_000_000n) / 1e9;
  return `${plainDigits(seconds)}s`;
}

/** A number without an exponent. */
function plainDigits(value: number): string {
  const text = String(value);
  const [digits = '', power] = text.split('e');
  if (power === undefined) return text;
  const places = Number(power);
  if (places > 0) return BigInt(value).toString();
  const [sign = '', whole = '', part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(digits)?.slice(1) ?? [];
  return `${sign}0.${'0'.repeat(-places - 1)}${whole}${part}`;
}
