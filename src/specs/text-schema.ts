import type { Json, JsonObject } from '../core/json.js';
import type { Schema } from './spec-document.js';
import { Unsatisfiable } from './unsatisfiable.js';

/** Longest text made up. */
const longest = 100_000;
/** Names of members that hold a time where documents only say they are text: times are printed as RFC 3339. */
const times =
  /^(?:Micro)?Time$|(?:^|[a-z])(?:Timestamp|Time|Date)$|[a-z](?:ed|ion)At$|(?:^|_)(?:timestamp|time|date|at)$/;
const known = new Set([
  'date',
  'date-time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'json-pointer',
  'time',
  'uri',
  'uri-reference',
  'uuid',
]);
/** Formats that are others by another name. */
const sameAs: Readonly<Record<string, string>> = {
  'idn-email': 'email',
  'idn-hostname': 'hostname',
  iri: 'uri',
  'iri-reference': 'uri-reference',
  url: 'uri',
};

/**
 * A schema for a text as another one wants it; one that may be anything looks like a name, or a time.
 *
 * @param name Of the member or definition
 * @throws Unsatisfiable when it would be too long
 */
export function textSchema(schema: Schema, name: string): JsonObject {
  const { pattern, format } = schema;
  const least = lengthOf(schema['minLength']);
  const most = lengthOf(schema['maxLength']);
  if ((least ?? 0) > longest) throw new Unsatisfiable(`minLength ${String(least)} is more than is made up`);
  const lengths = {
    ...(least !== undefined && { minLength: least }),
    ...(most !== undefined && { maxLength: most }),
  };
  if (typeof pattern === 'string') return { type: 'string', pattern: plainPattern(pattern), ...lengths };
  if (format === 'byte') return { enum: ['ZmFrZQ==', 'ZmFr', 'ZmE='] };
  if (typeof format === 'string') {
    const meant = Object.hasOwn(sameAs, format) ? (sameAs[format] ?? format) : format;
    if (known.has(meant)) return { type: 'string', format: meant, ...lengths };
  }
  if (least === undefined && most === undefined && format === undefined && times.test(name))
    return { type: 'string', format: 'date-time' };
  const from = least ?? Math.min(5, most ?? 5);
  const to = Math.min(most ?? Infinity, Math.max(9, from));
  return { type: 'string', pattern: `^[a-z]{${String(from)},${String(to)}}$` };
}

/** A pattern in words every generator knows. */
function plainPattern(pattern: string): string {
  return pattern
    .replace(/\\p\{(?:L|Letter|Ll|Lowercase_Letter|Alphabetic)\}/g, 'a')
    .replace(/\\p\{(?:Lu|Uppercase_Letter)\}/g, 'A')
    .replace(/\\p\{(?:N|Nd|Number)\}/g, '1');
}

function lengthOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
