/** The name of a value's type in rules; `undefined` for what none of them can be turned into a text. */
export function typeOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'undefined':
      return 'null_type';
    case 'object':
      return objectType(value);
    default:
      return undefined;
  }
}

/** The evaluator's own classes, by their names: it does not export them all. */
const classes: Readonly<Record<string, string>> = {
  UnsignedInt: 'uint',
  Duration: 'google.protobuf.Duration',
  Type: 'type',
};

function objectType(value: object | null): string | undefined {
  if (value === null) return 'null_type';
  if (value instanceof Date) return 'google.protobuf.Timestamp';
  if (value instanceof Uint8Array) return 'bytes';
  if (Array.isArray(value) || value instanceof Set) return 'list';
  if (value instanceof Map) return 'map';
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name: string } } | null;
  const name = prototype?.constructor?.name ?? 'Object';
  if (Object.hasOwn(classes, name)) return classes[name];
  return name === 'Object' ? 'map' : undefined;
}

/** A value as `string(value)` gives it. */
export function textOf(value: unknown): string {
  if (typeof value === 'number') return plainDouble(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (value instanceof Date) return value.toISOString().replace(/\.?0*Z$/, 'Z');
  switch (typeOf(value)) {
    case 'google.protobuf.Duration': {
      const { seconds, nanos } = value as { readonly seconds: bigint; readonly nanos: number };
      return `${String(Number(seconds) + nanos / 1e9)}s`;
    }
    case 'type':
      return (value as { readonly name: string }).name;
    case 'uint':
      return String((value as { readonly value: bigint }).value);
    default:
      return String(value);
  }
}

/** A number as Go writes it with as few digits as tell it. */
export function plainDouble(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 6)
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  return String(value);
}
