import { isJsonObject, type Json } from '../../core/json.js';
import { fittingShape } from './compare.js';
import { difference, FieldSet } from './field-set.js';
import { membersOf, stepsOf } from './items.js';
import type { Shape } from './shape.js';

/** Every path an object sets. @see kubernetes-sigs/structured-merge-diff typed/tofieldset.go */
export function fieldsOf(value: Json, shape: Shape): FieldSet {
  const set = new FieldSet();
  collect(value, shape, set);
  return set;
}

function collect(value: Json, shape: Shape, set: FieldSet): void {
  if (shape.kind === 'map') {
    for (const [key, member] of membersOf(value)) {
      const declared = shape.field(key);
      const step = `f:${key}`;
      const isEmpty = member === null || (isJsonObject(member) && Object.keys(member).length === 0);
      const inner = fittingShape(declared ?? shape.rest ?? leaf, member);
      if (isEmpty || declared === undefined || inner.kind === 'leaf') set.members.add(step);
      descend(step, member, inner, set);
    }
  } else if (shape.kind === 'list' && Array.isArray(value)) {
    for (const [step, item] of stepsOf(value as readonly Json[], shape)) {
      set.members.add(step);
      descend(step, item, fittingShape(shape.item, item), set);
    }
  }
}

const leaf: Shape = { kind: 'leaf' };

function descend(step: string, value: Json, shape: Shape, set: FieldSet): void {
  if (shape.kind === 'leaf') return;
  const below = new FieldSet();
  collect(value, shape, below);
  if (!below.empty) set.children.set(step, below);
}

/**
 * The set with the declared members on the way to its paths as members too: what a struct holds goes with it, what a map
 * holds does not.
 */
export function withNamedFields(set: FieldSet, shape: Shape): FieldSet {
  const result = new FieldSet();
  for (const step of set.members) result.members.add(step);
  for (const [step, child] of set.children) {
    const inner = shapeBelow(shape, step);
    if (step.startsWith('f:') && shape.kind === 'map' && shape.field(step.slice(2)) !== undefined)
      result.members.add(step);
    result.children.set(step, withNamedFields(child, inner));
  }
  return result;
}

function shapeBelow(shape: Shape, step: string): Shape {
  if (shape.kind === 'map') return shape.field(step.slice(2)) ?? shape.rest ?? leaf;
  return shape.kind === 'list' ? shape.item : leaf;
}

/** Paths nobody owns: what names an object, and what only the server sets. */
const unowned = ((): FieldSet => {
  const set = new FieldSet();
  for (const key of ['apiVersion', 'kind', 'metadata']) set.members.add(`f:${key}`);
  const metadata = set.below('f:metadata');
  for (const key of [
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ]) {
    metadata.members.add(`f:${key}`);
  }
  return set;
})();

/** The set without the paths nobody owns. */
export function withoutUnowned(set: FieldSet): FieldSet {
  return difference(set, unowned);
}
