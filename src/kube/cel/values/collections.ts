import { isJsonObject, type Json } from '../../../core/json.js';
import { celEquals, numberOf } from './equality.js';
import { CelList, CelMap, type CelValue } from './value.js';

/** A list an expression made. */
export class ValueList extends CelList {
  readonly #items: readonly CelValue[];

  constructor(items: readonly CelValue[]) {
    super();
    this.#items = items;
  }

  get size(): number {
    return this.#items.length;
  }

  at(place: number): CelValue {
    return this.#items[place] ?? null;
  }

  equals(other: CelValue): boolean {
    if (!(other instanceof CelList) || other.size !== this.size) return false;
    return this.#items.every((item, place) => celEquals(item, other.at(place)));
  }

  plus(other: CelList): CelList {
    return new ValueList([...this.#items, ...other]);
  }
}

/** What tells keys of a map apart; numbers that are equal are one key. `undefined` for what can be none. */
function keyText(key: CelValue): string | undefined {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'boolean') return `b${String(key)}`;
  const number = numberOf(key);
  return number === undefined ? undefined : `n${String(number)}`;
}

/** A map an expression made. */
export class ValueMap extends CelMap {
  readonly #entries = new Map<string, readonly [key: CelValue, value: CelValue]>();

  constructor(entries: Iterable<readonly [key: CelValue, value: CelValue]>) {
    super();
    for (const [key, value] of entries) this.#entries.set(keyText(key) ?? '', [key, value]);
  }

  get size(): number {
    return this.#entries.size;
  }

  find(key: CelValue): CelValue | undefined {
    return this.#entries.get(keyText(key) ?? '')?.[1];
  }

  *keys(): Iterable<CelValue> {
    for (const [key] of this.#entries.values()) yield key;
  }

  equals(other: CelValue): boolean {
    if (!(other instanceof CelMap) || other.size !== this.size) return false;
    return [...this.#entries.values()].every(([key, value]) => {
      const found = other.find(key);
      return found !== undefined && celEquals(value, found);
    });
  }
}

/** A map whose values are read when they are asked for. */
export class LazyMap extends CelMap {
  readonly #keys: readonly string[];
  readonly #read: (key: string) => CelValue | undefined;

  constructor(keys: readonly string[], read: (key: string) => CelValue | undefined) {
    super();
    this.#keys = keys;
    this.#read = read;
  }

  get size(): number {
    return this.#keys.length;
  }

  find(key: CelValue): CelValue | undefined {
    return typeof key === 'string' && this.#keys.includes(key) ? this.#read(key) : undefined;
  }

  keys(): Iterable<CelValue> {
    return this.#keys;
  }

  equals(other: CelValue): boolean {
    if (!(other instanceof CelMap) || other.size !== this.size) return false;
    return this.#keys.every((key) => {
      const [mine, found] = [this.#read(key), other.find(key)];
      return mine !== undefined && found !== undefined && celEquals(mine, found);
    });
  }
}

/** A value no schema describes: whole numbers are integers. */
export function valueOfJson(value: Json | undefined): CelValue {
  if (value === undefined) return null;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return new ValueList((value as readonly Json[]).map(valueOfJson));
  if (!isJsonObject(value)) return value as string | boolean | null;
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  return new LazyMap(keys, (key) => valueOfJson(value[key]));
}
