import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json } from '../../core/json.js';
import { FieldSet, type PathStep } from './field-set.js';
import { membersOf, stepsOf } from './items.js';
import type { Shape } from './shape.js';

/** What two states of an object differ in. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** The shape of a value in a place: where the shape does not fit, the value is a leaf. */
export function fittingShape(shape: Shape, value: Json | undefined): Shape {
  if (shape.kind === 'map' && value !== null && value !== undefined && !isJsonObject(value)) return leaf;
  if (shape.kind === 'list' && value !== null && value !== undefined && !Array.isArray(value)) return leaf;
  return shape;
}

const leaf: Shape = { kind: 'leaf' };

/** Compares two states of an object. @see kubernetes-sigs/structured-merge-diff typed/compare.go */
export function compareStates(before: Json, after: Json, shape: Shape): Comparison {
  const found: Comparison = { added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() };
  compareInside(before, after, shape, found);
  return found;
}

function compareInside(
  before: Json | undefined,
  after: Json | undefined,
  shape: Shape,
  found: Comparison,
): void {
  if (shape.kind === 'map') {
    const [old, now] = [new Map(membersOf(before)), new Map(membersOf(after))];
    for (const key of new Set([...now.keys(), ...old.keys()])) {
      const inner = shape.field(key) ?? shape.rest ?? leaf;
      comparePlace(`f:${key}`, old.get(key), now.get(key), inner, found);
    }
  } else if (shape.kind === 'list') {
    const old = stepsOf(itemsOf(before), shape);
    const now = stepsOf(itemsOf(after), shape);
    for (const step of new Set([...now.keys(), ...old.keys()])) {
      comparePlace(step, old.get(step), now.get(step), shape.item, found);
    }
  }
}

function comparePlace(
  step: PathStep,
  before: Json | undefined,
  after: Json | undefined,
  shape: Shape,
  found: Comparison,
): void {
  if (before === after) return;
  if (before === undefined) found.added.members.add(step);
  else if (after === undefined) found.removed.members.add(step);
  const [old, now] = [fittingShape(shape, before), fittingShape(shape, after)];
  const isLeaf = old.kind === 'leaf' || now.kind === 'leaf' || (isEmpty(before) && isEmpty(after));
  if (isLeaf) {
    if (before !== undefined && after !== undefined && !isDeepStrictEqual(before, after))
      found.modified.members.add(step);
    return;
  }
  const below: Comparison = { added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() };
  compareInside(before, after, shape, below);
  for (const part of ['added', 'modified', 'removed'] as const)
    if (!below[part].empty) found[part].children.set(step, below[part]);
}

function itemsOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}
