import { isJsonObject, type Json } from '../../core/json.js';
import { fittingShape } from './compare.js';
import type { FieldSet, PathStep } from './field-set.js';
import { membersOf, stepOf, stepsOf } from './items.js';
import type { ListShape, Shape } from './shape.js';

const leaf: Shape = { kind: 'leaf' };

/** Lays an applied configuration over a live object. @see kubernetes-sigs/structured-merge-diff typed/merge.go */
export function mergeApplied(live: Json | undefined, applied: Json, shape: Shape): Json {
  const place = fittingShape(shape, applied);
  if (place.kind === 'map' && isJsonObject(applied)) {
    const members = new Map(membersOf(live));
    for (const [key, value] of membersOf(applied)) {
      const inner = place.field(key) ?? place.rest ?? leaf;
      members.set(key, mergeApplied(members.get(key), value, inner));
    }
    return Object.fromEntries(members);
  }
  if (place.kind === 'list' && Array.isArray(applied) && Array.isArray(live))
    return mergeItems(live as readonly Json[], applied as readonly Json[], place);
  return applied;
}

/** Items both know come in the order of the configuration; the others stay where they were among them. */
function mergeItems(live: readonly Json[], applied: readonly Json[], shape: ListShape): Json[] {
  const old = [...stepsOf(live, shape)];
  const [oldBySteps, now] = [new Map(old), [...stepsOf(applied, shape)]];
  const nowSteps = new Set(now.map(([step]) => step));
  const result: Json[] = [];
  let [nextOld, nextNow] = [0, 0];
  while (nextOld < old.length || nextNow < now.length) {
    const [before, after] = [old[nextOld], now[nextNow]];
    const isOthers = before !== undefined && !nowSteps.has(before[0]);
    const isPassed = before !== undefined && !isOthers && !isAhead(before[0], now, nextNow);
    if (isOthers) {
      result.push(before[1]);
      nextOld += 1;
    } else if (isPassed) nextOld += 1;
    else if (after !== undefined) {
      result.push(mergeApplied(oldBySteps.get(after[0]), after[1], shape.item));
      nextNow += 1;
    } else nextOld += 1;
  }
  return result;
}

function isAhead(step: PathStep, now: readonly (readonly [PathStep, Json])[], from: number): boolean {
  return now.findIndex(([other]) => other === step) >= from;
}

/** The value without the paths in a set, and all that is below them. @see kubernetes-sigs/structured-merge-diff typed/remove.go */
export function removeFields(value: Json, gone: FieldSet, shape: Shape): Json {
  if (gone.empty) return value;
  const place = fittingShape(shape, value);
  if (place.kind === 'map' && isJsonObject(value)) {
    const kept = membersOf(value).flatMap(([key, member]): [string, Json][] => {
      const step = `f:${key}`;
      if (gone.members.has(step)) return [];
      const below = gone.children.get(step);
      const inner = place.field(key) ?? place.rest ?? leaf;
      return [[key, below === undefined ? member : removeFields(member, below, inner)]];
    });
    return Object.fromEntries(kept);
  }
  if (place.kind === 'list' && Array.isArray(value)) {
    return (value as readonly Json[]).flatMap((item) => {
      const step = stepOf(item, place) ?? '';
      if (gone.members.has(step)) return [];
      const below = gone.children.get(step);
      return [below === undefined ? item : removeFields(item, below, place.item)];
    });
  }
  return value;
}
