import { isJsonObject, type Json } from '../core/json.js';
import type { Report } from './repair-schema.js';
import type { Schema } from './spec-document.js';

const reference = '#/definitions/';
/** Keywords whose schemas are about the same value as the one they stand in. */
const inPlace = ['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else'];

/**
 * Cuts references that lead back to where they stand without a step into the value, as `A → B → A`: nothing can be checked
 * by them, and who follows them never ends. What is cut is taken for anything.
 */
export function cutLoops(
  definitions: Readonly<Record<string, Schema>>,
  report: Report,
): Readonly<Record<string, Schema>> {
  const cut = new Map<string, Set<string>>();
  const done = new Set<string>();
  for (const start of Object.keys(definitions)) {
    const path: string[] = [];
    const left: { readonly name: string; readonly targets: string[] }[] = [];
    const enter = (name: string): void => {
      path.push(name);
      left.push({ name, targets: targetsOf(definitions[name]) });
    };
    if (!done.has(start)) enter(start);
    for (let top = left.at(-1); top !== undefined; top = left.at(-1)) {
      const target = top.targets.shift();
      if (target === undefined) {
        done.add(top.name);
        path.pop();
        left.pop();
      } else if (path.includes(target)) {
        const known = cut.get(top.name);
        if (known === undefined) cut.set(top.name, new Set([target]));
        else known.add(target);
        const loop = [...path.slice(path.indexOf(target)), target].join(' → ');
        report(top.name, `a reference that leads back to itself (${loop})`, 'taken for anything');
      } else if (!done.has(target) && Object.hasOwn(definitions, target)) enter(target);
    }
  }
  if (cut.size === 0) return definitions;
  return Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => {
      const targets = cut.get(name);
      return [name, targets === undefined ? schema : without(schema, targets)];
    }),
  );
}

function targetsOf(schema: Json | undefined): string[] {
  if (Array.isArray(schema)) return schema.flatMap((part: Json) => targetsOf(part));
  if (!isJsonObject(schema)) return [];
  const target = schema['$ref'];
  if (typeof target === 'string') return [target.slice(reference.length)];
  return inPlace.flatMap((word) => targetsOf(schema[word]));
}

function without(schema: Json, targets: ReadonlySet<string>): Schema {
  if (!isJsonObject(schema)) return {};
  const target = schema['$ref'];
  if (typeof target === 'string') return targets.has(target.slice(reference.length)) ? {} : schema;
  const changed = inPlace.flatMap((word): [string, Json][] => {
    const part = schema[word];
    if (part === undefined) return [];
    return [
      [word, Array.isArray(part) ? part.map((one: Json) => without(one, targets)) : without(part, targets)],
    ];
  });
  return { ...schema, ...Object.fromEntries(changed) };
}
