import { isJsonObject, type Json } from './json.js';

/** JSON whose strings, numbers and words are as they were written. */
export type RawJson = string | readonly RawJson[] | ReadonlyMap<string, RawJson>;

const tokens = /"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+|[{}[\],:]/g;

/** Reads a text that is known to be JSON, leaving scalars as they are written. */
export function readRawJson(text: string): RawJson {
  const found = text.match(tokens) ?? [];
  let at = 0;
  const read = (): RawJson => {
    const token = found[at++] ?? '';
    if (token === '[') {
      const items: RawJson[] = [];
      while (found[at] !== ']') {
        if (found[at] === ',') at += 1;
        items.push(read());
      }
      at += 1;
      return items;
    }
    if (token !== '{') return token;
    const members = new Map<string, RawJson>();
    while (found[at] !== '}') {
      if (found[at] === ',') at += 1;
      const key = JSON.parse(found[at] ?? '""') as string;
      at += 2;
      members.set(key, read());
    }
    at += 1;
    return members;
  };
  return read();
}

/** A value as Go's encoder writes its scalars: with `<`, `>` and `&` escaped. */
export function toRawJson(value: Json): RawJson {
  if (Array.isArray(value)) return (value as readonly Json[]).map(toRawJson);
  if (isJsonObject(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return new Map(members.map(([key, member]) => [key, toRawJson(member as Json)]));
  }
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Whether two are written alike, whatever the order of members. */
export function sameRawJson(one: RawJson, other: RawJson): boolean {
  if (typeof one === 'string' || typeof other === 'string') return one === other;
  if (isList(one)) {
    return (
      isList(other) &&
      one.length === other.length &&
      one.every((item, at) => sameRawJson(item, other[at] ?? ''))
    );
  }
  if (isList(other) || one.size !== other.size) return false;
  return [...one].every(([key, member]) => sameRawJson(member, other.get(key) ?? ''));
}

function isList(value: RawJson): value is readonly RawJson[] {
  return Array.isArray(value);
}
