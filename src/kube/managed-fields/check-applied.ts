import { isJsonObject, type Json } from '../../core/json.js';
import { goJsonType } from '../../core/go-json.js';
import { printPath, type PathStep } from './field-set.js';
import { membersOf, stepOf } from './items.js';
import type { ListShape, Shape } from './shape.js';

const leaf: Shape = { kind: 'leaf' };
const goContainers: Readonly<Record<string, string>> = { map: 'map', list: 'list' };

/**
 * What is wrong with an applied configuration: members its kind does not have, items that cannot be told apart.
 *
 * @see kubernetes-sigs/structured-merge-diff typed/validate.go
 */
export function appliedProblems(value: Json, shape: Shape): readonly string[] {
  const found: string[] = [];
  check(value, shape, [], found);
  return found;
}

function check(value: Json, shape: Shape, path: readonly PathStep[], found: string[]): void {
  if (value === null || shape.kind === 'leaf') return;
  const note = (text: string): void => {
    found.push(path.length === 0 ? text : `${printPath(path)}: ${text}`);
  };
  if (shape.kind === 'map') {
    if (!isJsonObject(value)) {
      if (shape.untyped === true) return;
      note(`expected ${goContainers[shape.kind] ?? ''}, got ${goJsonType(value)}`);
      return;
    }
    for (const [key, member] of membersOf(value)) {
      const step = [...path, `f:${key}`];
      const inner = shape.field(key) ?? shape.rest;
      if (inner === undefined) found.push(`${printPath(step)}: field not declared in schema`);
      else check(member, inner, step, found);
    }
    return;
  }
  if (!Array.isArray(value)) {
    note(`expected ${goContainers[shape.kind] ?? ''}, got ${goJsonType(value)}`);
    return;
  }
  checkItems(value as readonly Json[], shape, path, note, found);
}

function checkItems(
  items: readonly Json[],
  shape: ListShape,
  path: readonly PathStep[],
  note: (text: string) => void,
  found: string[],
): void {
  const seen = new Set<PathStep>();
  for (const [at, item] of items.entries()) {
    const step = stepOf(item, shape);
    const missing = shape.keys.find(
      (key) => !isJsonObject(item) || (item[key] === undefined && shape.defaults[key] === undefined),
    );
    if (step === undefined || missing !== undefined) {
      note(
        `element ${String(at)}: associative list with keys has an element that omits key field ${JSON.stringify(missing ?? '')} (and doesn't have default value)`,
      );
      continue;
    }
    if (seen.has(step)) note(`duplicate entries for key ${printPath([step])}`);
    seen.add(step);
    check(item, shape.keys.length === 0 ? leaf : shape.item, [...path, step], found);
  }
}
