/** What keeps an expression from having a value, in Kubernetes' words. */
export class CelError extends Error {
  override readonly name = 'CelError';
}

/** An operation that there is not for the values at hand. @param call What was called, where that is told. */
export function noOverload(call?: string): CelError {
  return new CelError(call === undefined ? 'no such overload' : `no such overload: ${call}`);
}

/** A whole number without a sign. */
export class CelUint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

/** A span of time, in nanoseconds. */
export class CelDuration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A point in time, in nanoseconds since 1970. */
export class CelTimestamp {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A type as a value: `type(1)`. */
export class CelTypeName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A value that may be missing: `undefined` then. */
export class CelOptional {
  readonly value: CelValue | undefined;

  constructor(value?: CelValue) {
    this.value = value;
  }
}

/** A value only functions look into. */
export abstract class CelOpaque {
  /** Of its type, such as `net.IP`. */
  abstract readonly typeName: string;
  /** Whether another value of its type is the same. */
  abstract equals(other: CelOpaque): boolean;
}

/** A list. */
export abstract class CelList {
  abstract readonly size: number;
  /** The item at a place there is. */
  abstract at(place: number): CelValue;
  /** @throws CelError when the two cannot be compared */
  abstract equals(other: CelValue): boolean;
  abstract plus(other: CelList): CelList;

  *[Symbol.iterator](): Generator<CelValue, void> {
    for (let place = 0; place < this.size; place += 1) yield this.at(place);
  }
}

/** A map. */
export abstract class CelMap {
  abstract readonly size: number;
  /** The value of a key; `undefined` when there is none. @throws CelError for a key that is none, a value that is not sound */
  abstract find(key: CelValue): CelValue | undefined;
  abstract keys(): Iterable<CelValue>;
  /** @throws CelError when the two cannot be compared */
  abstract equals(other: CelValue): boolean;
}

/** What an expression works on. Whole numbers are bigints, others numbers. */
export type CelValue =
  | bigint
  | boolean
  | null
  | number
  | string
  | CelDuration
  | CelList
  | CelMap
  | CelOpaque
  | CelOptional
  | CelTimestamp
  | CelTypeName
  | CelUint
  | Uint8Array;

/** The name of a value's type as `type()` gives it and messages write it. */
export function typeNameOf(value: CelValue): string {
  switch (typeof value) {
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'boolean':
      return 'bool';
    case 'string':
      return 'string';
    default:
      return value === null ? 'null_type' : objectTypeName(value);
  }
}

function objectTypeName(value: object): string {
  if (value instanceof CelList) return 'list';
  if (value instanceof CelMap) return 'map';
  if (value instanceof CelTimestamp) return 'google.protobuf.Timestamp';
  if (value instanceof CelDuration) return 'google.protobuf.Duration';
  if (value instanceof CelUint) return 'uint';
  if (value instanceof CelTypeName) return 'type';
  if (value instanceof CelOptional) return 'optional_type';
  return value instanceof CelOpaque ? value.typeName : 'bytes';
}

/**
 * An operation that a value has not.
 *
 * Texts, times and durations answer for what they have not themselves, and do not say what was asked.
 */
export function noOverloadOf(value: CelValue, call: string): CelError {
  const answers = typeof value === 'string' || value instanceof CelTimestamp || value instanceof CelDuration;
  return answers ? noOverload() : noOverload(call);
}

/** How large a value is: characters, bytes, items or entries; 1 for what has no size. */
export function sizeOf(value: CelValue): number {
  return sized(value) ?? 1;
}

/** The size of a value that has one. */
export function sized(value: CelValue): number | undefined {
  if (typeof value === 'string') {
    let size = 0;
    for (const _ of value) size += 1;
    return size;
  }
  if (value instanceof Uint8Array) return value.length;
  return value instanceof CelList || value instanceof CelMap ? value.size : undefined;
}
