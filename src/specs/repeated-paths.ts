import { isJsonObject, type JsonObject } from '../core/json.js';

/** A document read from JSON in which no path is lost, and what had to be put together for that. */
export interface WholeDocument {
  readonly document: JsonObject;
  /** One line for each path that is there more than once. */
  readonly repairs: readonly string[];
}

/**
 * Puts together what a JSON text says about a path that it names more than once: reading JSON leaves the last one only. Of an
 * operation that is there twice the last one counts.
 *
 * @param document What the text says, read as JSON.
 */
export function withRepeatedPaths(document: JsonObject, text: string): WholeDocument {
  const { paths } = document;
  if (!isJsonObject(paths)) return { document, repairs: [] };
  const written = membersOf(text, startOf(text, 'paths'));
  if (written.length <= Object.keys(paths).length) return { document, repairs: [] };
  const whole = new Map<string, JsonObject[string]>();
  const repeated = new Set<string>();
  for (const [path, value] of written) {
    const item = JSON.parse(value) as JsonObject[string];
    const before = whole.get(path);
    if (whole.has(path)) repeated.add(path);
    whole.set(path, isJsonObject(before) && isJsonObject(item) ? { ...before, ...item } : item);
  }
  const repairs = [...repeated].map((path) => `${path}: a path given more than once; taken together`);
  return { document: { ...document, paths: Object.fromEntries(whole) }, repairs };
}

const key = /\s*,?\s*("(?:[^"\\]|\\.)*")\s*:\s*/y;
const token = /"(?:[^"\\]|\\.)*"|[{}[\]]|[^"{}[\],]+|,/y;

/** Where the mapping of a member of the outermost mapping starts; the last one of that name, as when reading. */
function startOf(text: string, name: string): number {
  let found = -1;
  for (const [written, , start] of membersOf(text, text.search(/\{/))) if (written === name) found = start;
  return found;
}

/** The members of the mapping that starts at a place of a valid text: name, value as it is written, and where that starts. */
function membersOf(text: string, start: number): [name: string, value: string, start: number][] {
  const members: [string, string, number][] = [];
  let at = start + 1;
  for (;;) {
    key.lastIndex = at;
    const name = key.exec(text)?.[1];
    if (name === undefined) return members;
    const from = key.lastIndex;
    at = endOfValue(text, from);
    members.push([JSON.parse(name) as string, text.slice(from, at), from]);
  }
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  token.lastIndex = start;
  for (;;) {
    const at = token.lastIndex;
    const found = token.exec(text)?.[0];
    if (found === undefined) return text.length;
    if (found === '{' || found === '[') depth += 1;
    else if (found === '}' || found === ']') depth -= 1;
    // A bare word ends where the mapping around it goes on or ends.
    if (depth < 0 || (depth === 0 && found === ',')) return at;
    if (depth === 0 && found.trim() !== '') return token.lastIndex;
  }
}
