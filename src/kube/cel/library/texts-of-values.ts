import { durationText } from '../values/durations.js';
import { timestampText } from '../values/timestamps.js';
import {
  CelDuration,
  CelTimestamp,
  CelTypeName,
  CelUint,
  typeNameOf,
  type CelValue,
} from '../values/value.js';

/** A number as Go writes it with as few digits as tell it. */
export function plainDouble(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 6)
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  return String(value);
}

/** A value as `%s` writes it; `undefined` for what no text is made of. */
export function textOf(value: CelValue): string | undefined {
  if (typeof value === 'string' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  if (typeof value === 'number') return plainDouble(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (value instanceof CelTimestamp) return timestampText(value);
  if (value instanceof CelDuration) return durationText(value);
  if (value instanceof CelTypeName) return value.name;
  return value instanceof CelUint ? String(value.value) : undefined;
}

/** A value as Go prints it in messages. */
export function shown(value: CelValue): string {
  return textOf(value) ?? typeNameOf(value);
}
