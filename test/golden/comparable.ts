import {
  encodeCompact,
  encodeIndented,
  isJsonObject,
  type Json,
  type JsonArray,
} from '../../src/core/json.js';

/** How a JSON text is laid out; `other` for one that Go's encoder would not have written. */
type Layout = 'compact line' | 'compact' | 'one space' | 'two spaces' | 'other';

const encoders: readonly (readonly [Layout, (value: Json) => string])[] = [
  ['compact line', (value) => `${encodeCompact(value)}\n`],
  ['compact', encodeCompact],
  ['one space', (value) => encodeIndented(value, 1)],
  ['two spaces', (value) => encodeIndented(value, 2)],
];

/** What two answers are compared by: the layout and the masked content of JSON, the masked text of anything else. */
export function comparable(body: string, volatile: readonly string[]): unknown {
  const value = parse(body);
  if (value === undefined) return maskText(body, volatile);
  const layout = encoders.find(([, encode]) => encode(value) === body)?.[0] ?? 'other';
  const stripped = mask(value, volatile, []);
  // As text, so that the order of members counts.
  return { layout, text: maskText(JSON.stringify(stripped, null, 1), volatile) };
}

function maskText(text: string, volatile: readonly string[]): string {
  return volatile
    .filter((one) => one.startsWith('re:'))
    .reduce((masked, one) => masked.replace(new RegExp(one.slice(3), 'g'), 'MASKED'), text);
}

function parse(text: string): Json | undefined {
  if (!/^\s*[[{"]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function mask(value: Json, volatile: readonly string[], path: readonly string[]): Json {
  if (Array.isArray(value)) {
    const items = (value as JsonArray).map((item) => mask(item, volatile, path));
    if (!volatile.includes(`set:${path.join('.')}`)) return items;
    return items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(
    ([key]) => !volatile.includes(`key:${key}`) && !volatile.includes(`path:${[...path, key].join('.')}`),
  );
  return Object.fromEntries(
    kept.map(([key, member]) => [key, member === undefined ? null : mask(member, volatile, [...path, key])]),
  );
}
