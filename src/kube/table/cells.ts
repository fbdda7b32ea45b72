import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { column, wide, type Column } from './column.js';
import { age } from './human-duration.js';

/** What tables show for nothing. */
export const none = '<none>';

/** The NAME column every table begins with. */
export const nameColumn: Column = { name: 'Name', format: 'name', cell: ({ metadata }) => metadata.name };

/** The AGE column, counted from creation. */
export const ageColumn: Column = column('Age', ({ metadata }, now) => age(metadata.creationTimestamp, now));

/** CONTAINERS and IMAGES of a pod template, for `-o wide`. */
export function containerColumns(...path: string[]): Column[] {
  const join = (object: KubeObject, key: string): string =>
    digArray(object, ...path, 'containers')
      .map((container) => digString(container, key))
      .join(',');
  return [
    wide('Containers', (object) => join(object, 'name')),
    wide('Images', (object) => join(object, 'image')),
  ];
}

/** SELECTOR for `-o wide`. */
export function selectorColumn(...path: string[]): Column {
  return wide('Selector', (object) => selectorText(dig(object, ...path)));
}

/** A number at a path; 0 when absent. */
export function digNumber(object: Json | undefined, ...path: string[]): number {
  const found = dig(object, ...path);
  return typeof found === 'number' ? found : 0;
}

/** The text at a path, or a replacement when it is empty. */
export function textOr(object: Json | undefined, replacement: string, ...path: string[]): string {
  const found = digString(object, ...path);
  return found === '' ? replacement : found;
}

/** A scalar as Go's `%v` shows it. */
export function scalarText(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A map as `k=v,k2=v2`, sorted; `<none>` when empty. */
export function mapText(map: JsonObject): string {
  const pairs = Object.entries(map)
    .map(([key, value]) => `${key}=${scalarText(value)}`)
    .sort();
  return pairs.length === 0 ? none : pairs.join(',');
}

const operators: Readonly<Record<string, (key: string, values: string) => string>> = {
  In: (key, values) => `${key} in (${values})`,
  NotIn: (key, values) => `${key} notin (${values})`,
  Exists: (key) => key,
  DoesNotExist: (key) => `!${key}`,
};

/** A label selector, or a plain map, as text; `<none>` when it selects everything. */
export function selectorText(selector: Json | undefined): string {
  if (!isJsonObject(selector)) return none;
  const isPlain = selector['matchLabels'] === undefined && selector['matchExpressions'] === undefined;
  if (isPlain) return mapText(selector);
  const labels = mapText(digObject(selector, 'matchLabels'));
  const expressions = digArray(selector, 'matchExpressions').map((expression) => {
    const values = [...digArray(expression, 'values')].map(String).sort().join(',');
    return operators[digString(expression, 'operator')]?.(digString(expression, 'key'), values) ?? '';
  });
  const parts = [...(labels === none ? [] : [labels]), ...expressions];
  return parts.length === 0 ? none : parts.join(',');
}

/** At most `limit` entries joined by commas, the rest counted. */
export function shortened(entries: readonly string[], limit: number): string {
  const shown = entries.slice(0, limit).join(',');
  return entries.length > limit ? `${shown} + ${String(entries.length - limit)} more...` : shown;
}
