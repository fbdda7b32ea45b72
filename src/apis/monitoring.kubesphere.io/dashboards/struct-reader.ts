import { badRequest, type ApiError } from '../../../core/api-error.js';
import { goJsonType } from '../../../core/go-json.js';
import { isJsonObject, type Json, type JsonObject } from '../../../core/json.js';

/**
 * Reads members of a JSON object as the fields of a Go struct: what is not there is zero, null is nothing.
 *
 * @see golang/go encoding/json/decode.go
 */
export class StructReader {
  readonly #object: JsonObject;
  readonly #struct: string;
  readonly #path: string;

  /**
   * @param struct Name of the Go struct
   * @param path Where it stands in what is decoded; empty at the top
   */
  constructor(object: JsonObject, struct: string, path = '') {
    this.#object = object;
    this.#struct = struct;
    this.#path = path;
  }

  /** A member as it is; `undefined` for null as well. */
  raw(name: string): Json | undefined {
    const value = Object.hasOwn(this.#object, name) ? this.#object[name] : undefined;
    return value === null ? undefined : value;
  }

  /** @throws ApiError 400 for another type */
  text(name: string): string {
    const value = this.raw(name) ?? '';
    if (typeof value !== 'string') throw this.#mismatch(name, value, 'string');
    return value;
  }

  /** @throws ApiError 400 for another type */
  flag(name: string): boolean {
    const value = this.raw(name) ?? false;
    if (typeof value !== 'boolean') throw this.#mismatch(name, value, 'bool');
    return value;
  }

  /** A whole number; `undefined` when there is none. @param type As Go names it @throws ApiError 400 for another type */
  whole(name: string, type = 'int'): number | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && (value >= 0 || type === 'int')) return value;
    throw this.#mismatch(name, value, type);
  }

  /** Texts of a list. @throws ApiError 400 for another type */
  texts(name: string): readonly string[] {
    return this.#list(name, '[]string').map((item) => {
      if (typeof item === 'string') return item;
      if (item === null) return '';
      throw this.#mismatch(name, item, 'string');
    });
  }

  /** A struct within. @throws ApiError 400 for another type */
  struct(name: string, struct: string): StructReader {
    const value = this.raw(name) ?? {};
    if (!isJsonObject(value)) throw this.#mismatch(name, value, `sdk.${struct}`);
    return new StructReader(value, struct, this.#at(name));
  }

  /** Structs of a list; null is one without members. @throws ApiError 400 for another type */
  structs(name: string, struct: string): readonly StructReader[] {
    return this.objects(name, struct).map((item) => new StructReader(item, struct, this.#at(name)));
  }

  /** Objects of a list, to be read by somebody else. @throws ApiError 400 for another type */
  objects(name: string, struct: string): readonly JsonObject[] {
    return this.#list(name, `[]sdk.${struct}`).map((item) => {
      if (isJsonObject(item)) return item;
      if (item === null) return {};
      throw this.#mismatch(name, item, `sdk.${struct}`);
    });
  }

  #list(name: string, type: string): readonly Json[] {
    const value = this.raw(name) ?? [];
    if (!Array.isArray(value)) throw this.#mismatch(name, value, type);
    return value as readonly Json[];
  }

  #at(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  #mismatch(name: string, value: Json, type: string): ApiError {
    const isFraction = typeof value === 'number' && /^u?int/.test(type);
    const got = isFraction ? `number ${String(value)}` : goJsonType(value);
    return badRequest(
      `json: cannot unmarshal ${got} into Go struct field ${this.#struct}.${this.#at(name)} of type ${type}`,
    );
  }
}

/** The members that `omitempty` leaves: neither empty nor zero. */
export function omitEmpty(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => {
      if (value === undefined || value === '' || value === 0 || value === false) return false;
      return !(Array.isArray(value) && value.length === 0);
    }),
  );
}
