import { isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { goQuote } from '../../core/go-format.js';

/**
 * A step of a path into an object, as `fieldsV1` writes it: `f:NAME` a member, `k:{…}` an item of a list by its keys,
 * `v:…` an item of a set, `i:N` an item by its place.
 */
export type PathStep = string;

/** Deepest path read from a client. */
const deepest = 100;

/**
 * A set of paths into an object: what a manager of fields owns. A path in it says nothing of the paths below it.
 *
 * @see kubernetes-sigs/structured-merge-diff fieldpath/set.go
 */
export class FieldSet {
  readonly members: Set<PathStep> = new Set();
  readonly children: Map<PathStep, FieldSet> = new Map();

  /** True when no path is in it. */
  get empty(): boolean {
    if (this.members.size > 0) return false;
    for (const child of this.children.values()) if (!child.empty) return false;
    return true;
  }

  /** The set of what is below a step; made when there is none. */
  below(step: PathStep): FieldSet {
    const known = this.children.get(step);
    if (known !== undefined) return known;
    const made = new FieldSet();
    this.children.set(step, made);
    return made;
  }

  /** Every path in it: at each level the members first, all in their order. */
  *paths(before: readonly PathStep[] = []): Generator<readonly PathStep[]> {
    for (const step of [...this.members].sort(compareSteps)) yield [...before, step];
    for (const step of [...this.children.keys()].sort(compareSteps)) {
      const child = this.children.get(step);
      if (child !== undefined) yield* child.paths([...before, step]);
    }
  }
}

/** What is in either. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a.empty) return b;
  if (b.empty) return a;
  const result = new FieldSet();
  for (const set of [a, b]) for (const step of set.members) result.members.add(step);
  for (const step of new Set([...a.children.keys(), ...b.children.keys()])) {
    const [one, other] = [a.children.get(step), b.children.get(step)];
    const both = one !== undefined && other !== undefined ? union(one, other) : (one ?? other);
    if (both !== undefined) result.children.set(step, both);
  }
  return result;
}

/** What is in the first and not in the second; the first itself where that is all of it. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  const result = new FieldSet();
  for (const step of a.members) if (!b.members.has(step)) result.members.add(step);
  let isAll = result.members.size === a.members.size;
  for (const [step, child] of a.children) {
    const other = b.children.get(step);
    const left = other === undefined ? child : difference(child, other);
    isAll &&= left === child;
    if (!left.empty) result.children.set(step, left);
  }
  return isAll ? a : result;
}

/** What is in both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const result = new FieldSet();
  for (const step of a.members) if (b.members.has(step)) result.members.add(step);
  for (const [step, child] of a.children) {
    const other = b.children.get(step);
    const both = other === undefined ? undefined : intersection(child, other);
    if (both?.empty === false) result.children.set(step, both);
  }
  return result;
}

/** Whether both hold the same paths. */
export function sameSet(a: FieldSet, b: FieldSet): boolean {
  return difference(a, b).empty && difference(b, a).empty;
}

/** The set as `fieldsV1` writes it. */
export function encodeFieldSet(set: FieldSet): JsonObject {
  const result: Record<string, Json> = {};
  const steps = new Set([...set.members, ...set.children.keys()]);
  for (const step of [...steps].sort(compareSteps)) {
    const child = set.children.get(step);
    if (child === undefined || child.empty) {
      if (set.members.has(step)) result[step] = {};
      continue;
    }
    const below = encodeFieldSet(child);
    result[step] = set.members.has(step) ? { '.': {}, ...below } : below;
  }
  return result;
}

/** Reads `fieldsV1`; `undefined` when it is none. */
export function decodeFieldSet(value: Json | undefined, depth = 0): FieldSet | undefined {
  if (!isJsonObject(value) || depth > deepest) return undefined;
  const result = new FieldSet();
  for (const [step, inner] of Object.entries(value)) {
    if (step === '.') continue;
    if (!isStep(step) || !isJsonObject(inner)) return undefined;
    const below = decodeFieldSet(inner, depth + 1);
    if (below === undefined) return undefined;
    const hasInner = Object.keys(inner).some((key) => key !== '.');
    if (!hasInner || Object.hasOwn(inner, '.')) result.members.add(step);
    if (hasInner) result.children.set(step, below);
  }
  return result;
}

function isStep(step: string): boolean {
  const value = step.slice(2);
  switch (step.slice(0, 2)) {
    case 'f:':
      return value !== '';
    case 'i:':
      return /^\d+$/.test(value);
    case 'v:':
      return readJson(value) !== undefined;
    case 'k:':
      return isJsonObject(readJson(value));
    default:
      return false;
  }
}

function readJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The step to an item of a list, by the values of its keys. */
export function keyStep(keys: Readonly<Record<string, Json>>): PathStep {
  const members = Object.keys(keys)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${JSON.stringify(keys[key])}`);
  return `k:{${members.join(',')}}`;
}

/** A path as conflicts name it, such as `.spec.containers[name="a"].image`. */
export function printPath(path: readonly PathStep[]): string {
  return path.map(printStep).join('');
}

function printStep(step: PathStep): string {
  const value = step.slice(2);
  switch (step.slice(0, 2)) {
    case 'f:':
      return `.${value}`;
    case 'k:': {
      const keys = Object.entries((readJson(value) ?? {}) as JsonObject);
      return `[${keys.map(([key, one]) => `${key}=${printValue(one ?? null)}`).join(',')}]`;
    }
    case 'v:':
      return `[=${printValue(readJson(value) ?? null)}]`;
    default:
      return `[${value}]`;
  }
}

function printValue(value: Json): string {
  return typeof value === 'string' ? goQuote(value) : JSON.stringify(value);
}

const kinds = ['f:', 'k:', 'v:', 'i:'];

/** Members before items; numbers by their size. */
function compareSteps(a: PathStep, b: PathStep): number {
  const [kind, other] = [a.slice(0, 2), b.slice(0, 2)];
  if (kind !== other) return kinds.indexOf(kind) - kinds.indexOf(other);
  if (kind === 'i:') return Number(a.slice(2)) - Number(b.slice(2));
  if (kind === 'k:') return compareKeys(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareKeys(a: PathStep, b: PathStep): number {
  const [one, other] = [a, b].map((step) => Object.entries((readJson(step.slice(2)) ?? {}) as JsonObject));
  for (const [at, [key, value]] of (one ?? []).entries()) {
    const [otherKey, otherValue] = other?.[at] ?? [];
    if (otherKey === undefined) return 1;
    if (key !== otherKey) return key < otherKey ? -1 : 1;
    if (value === otherValue) continue;
    if (typeof value === 'number' && typeof otherValue === 'number') return value - otherValue;
    return JSON.stringify(value) < JSON.stringify(otherValue) ? -1 : 1;
  }
  return (one?.length ?? 0) - (other?.length ?? 0);
}
