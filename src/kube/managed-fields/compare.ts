import { isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { sameJson } from '../../core/same-json.js';
import { FieldSet, type PathStep } from './field-set.js';
import { stepsOf } from './items.js';
import type { MapShape, Shape } from './shape.js';

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
  const found: Found = {};
  compareInside(before, after, shape, found);
  return {
    added: found.added ?? new FieldSet(),
    modified: found.modified ?? new FieldSet(),
    removed: found.removed ?? new FieldSet(),
  };
}

/** A comparison being made: most places differ in nothing, or in one way only. */
type Found = { -readonly [Part in keyof Comparison]?: FieldSet };

const parts = ['added', 'modified', 'removed'] as const;

function compareInside(before: Json | undefined, after: Json | undefined, shape: Shape, found: Found): void {
  if (shape.kind === 'map') {
    const [old, now] = [isJsonObject(before) ? before : nothing, isJsonObject(after) ? after : nothing];
    for (const key of Object.keys(now)) {
      const was = Object.hasOwn(old, key) ? old[key] : undefined;
      comparePlace(`f:${key}`, was, now[key], innerShape(shape, key), found);
    }
    for (const key of Object.keys(old)) {
      if (!Object.hasOwn(now, key))
        comparePlace(`f:${key}`, old[key], undefined, innerShape(shape, key), found);
    }
  } else if (shape.kind === 'list') {
    const old = stepsOf(itemsOf(before), shape);
    const now = stepsOf(itemsOf(after), shape);
    for (const [step, item] of now) comparePlace(step, old.get(step), item, shape.item, found);
    for (const [step, item] of old)
      if (!now.has(step)) comparePlace(step, item, undefined, shape.item, found);
  }
}

const nothing: JsonObject = Object.freeze({});

function innerShape(shape: MapShape, key: string): Shape {
  return shape.field(key) ?? shape.rest ?? leaf;
}

function comparePlace(
  step: PathStep,
  before: Json | undefined,
  after: Json | undefined,
  shape: Shape,
  found: Found,
): void {
  if (before === after) return;
  if (before === undefined) (found.added ??= new FieldSet()).members.add(step);
  else if (after === undefined) (found.removed ??= new FieldSet()).members.add(step);
  const [old, now] = [fittingShape(shape, before), fittingShape(shape, after)];
  const isLeaf = old.kind === 'leaf' || now.kind === 'leaf' || (isEmpty(before) && isEmpty(after));
  if (isLeaf) {
    if (before !== undefined && after !== undefined && !sameJson(before, after))
      (found.modified ??= new FieldSet()).members.add(step);
    return;
  }
  const below: Found = {};
  compareInside(before, after, shape, below);
  for (const part of parts) {
    const set = below[part];
    if (set?.empty === false) (found[part] ??= new FieldSet()).children.set(step, set);
  }
}

function itemsOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}
