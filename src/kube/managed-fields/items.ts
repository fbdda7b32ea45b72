import { isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { keyStep, type PathStep } from './field-set.js';
import type { ListShape } from './shape.js';

/**
 * The step to each item of a list. Items that cannot be told apart, which only happens in what a server holds already,
 * keep the first of them.
 */
export function stepsOf(items: readonly Json[], shape: ListShape): Map<PathStep, Json> {
  const steps = new Map<PathStep, Json>();
  for (const item of items) {
    const step = stepOf(item, shape);
    if (step !== undefined && !steps.has(step)) steps.set(step, item);
  }
  return steps;
}

/** The step to an item; `undefined` when its keys are missing. */
export function stepOf(item: Json, { keys, defaults }: ListShape): PathStep | undefined {
  if (keys.length === 0) return `v:${JSON.stringify(item)}`;
  if (!isJsonObject(item)) return undefined;
  const found = keys.map((key): [string, Json | undefined] => [key, keyOf(item, key) ?? defaults[key]]);
  const given = found.filter((pair): pair is [string, Json] => pair[1] !== undefined);
  return given.length === 0 ? undefined : keyStep(Object.fromEntries(given));
}

function keyOf(item: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(item, key) ? (item[key] ?? undefined) : undefined;
}

/** The members of an object, in its order. */
export function membersOf(value: Json | undefined): [string, Json][] {
  if (!isJsonObject(value)) return [];
  return Object.entries(value).filter((pair): pair is [string, Json] => pair[1] !== undefined);
}
