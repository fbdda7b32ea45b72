import { isJsonObject, type Json, type JsonObject } from '../../core/json.js';

/** A value a member gets when it is absent, or how to find it; `undefined` leaves it absent. */
export type Default = Json | ((owner: JsonObject) => Json | undefined);

/** What is filled in where an author said nothing. */
export interface Defaults {
  /** Members that get a value. */
  readonly set?: Readonly<Record<string, Default>>;
  /** Members that count as absent when they are 0: Go's numbers that are no pointers. */
  readonly zeroIsAbsent?: boolean;
  /** Members that count as said when they are the empty text: Go's pointers to texts. */
  readonly pointers?: readonly string[];
  /** Completes the member even where it is missing altogether: Go's structs that are no pointers. */
  readonly always?: boolean;
  /** Tables of members that are objects, and of each item of members that are lists; only of those that are there. */
  readonly within?: Readonly<Record<string, Defaults>>;
}

/** Completes a value by a table; the same value when nothing is missing. */
export function complete(
  value: JsonObject,
  { set, within, pointers, zeroIsAbsent = false }: Defaults,
): JsonObject {
  let result = value;
  for (const [key, given] of Object.entries(set ?? {})) {
    if (!isAbsent(result[key], zeroIsAbsent)) continue;
    if (result[key] === '' && pointers?.includes(key) === true) continue;
    const found = typeof given === 'function' ? given(result) : given;
    if (found !== undefined) result = { ...result, [key]: found };
  }
  for (const [key, table] of Object.entries(within ?? {})) {
    const before = result[key];
    const after = completeMember(table.always === true ? (before ?? {}) : before, table);
    if (after !== before) result = { ...result, [key]: after };
  }
  return result;
}

function completeMember(value: Json | undefined, table: Defaults): Json | undefined {
  if (isJsonObject(value)) return complete(value, table);
  if (!Array.isArray(value)) return value;
  const items = value as readonly Json[];
  const completed = items.map((item) => (isJsonObject(item) ? complete(item, table) : item));
  return completed.every((item, at) => item === items[at]) ? items : completed;
}

function isAbsent(value: Json | undefined, zeroIsAbsent: boolean): boolean {
  return value === undefined || value === null || value === '' || (zeroIsAbsent && value === 0);
}
