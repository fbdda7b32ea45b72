import { isJsonObject, type Json } from '../../core/json.js';
import type { JsonPath, PathStep } from './json-path.js';

/** A value on the way; a number that is written with a dot compares with such only. */
interface Found {
  readonly value: Json;
  readonly isFloat: boolean;
}

/**
 * The values at a JSONPath; members that are not there are none.
 *
 * @throws Error where a path asks for what a value cannot have, such as an item beyond the end of a list
 * @see kubernetes/client-go util/jsonpath/jsonpath.go
 */
export function jsonPathValues(root: Json, path: JsonPath): Json[] {
  return follow([found(root)], path).map(({ value }) => value);
}

function found(value: Json): Found {
  return { value, isFloat: typeof value === 'number' && !Number.isInteger(value) };
}

function follow(from: readonly Found[], path: JsonPath): readonly Found[] {
  let values = from;
  for (const step of path) values = take(values, step);
  return values;
}

function take(from: readonly Found[], step: PathStep): readonly Found[] {
  switch (step.kind) {
    case 'field':
      return from.flatMap(({ value }) => {
        const member = isJsonObject(value) && Object.hasOwn(value, step.name) ? value[step.name] : undefined;
        return member === undefined ? [] : [found(member)];
      });
    case 'wildcard':
      return from.flatMap(({ value }) => children(value));
    case 'recursive':
      return descendants(from);
    case 'slice':
      return from.flatMap(({ value }) => (value === null ? [] : slice(listed(value), step)));
    case 'union':
      return step.parts.flatMap((part) => follow(from, part));
    case 'filter':
      return from.flatMap(({ value }) =>
        listed(value)
          .map(found)
          .filter((item) => fits(item, step)),
      );
    case 'literal': {
      const literal = { value: step.value, isFloat: step.isFloat === true };
      return typeof step.value === 'string' ? [literal] : from.map(() => literal);
    }
    case 'word':
      throw new Error(`unrecognized identifier ${step.name}`);
  }
}

// Differs from Kubernetes, which gives the members of objects in any order.
function children(value: Json): Found[] {
  if (Array.isArray(value)) return (value as readonly Json[]).map(found);
  if (!isJsonObject(value)) return [];
  return Object.values(value).flatMap((member) => (member === undefined ? [] : [found(member)]));
}

/** Everything that holds something, from the top down. */
function descendants(from: readonly Found[]): Found[] {
  return from.flatMap((one) => {
    const inner = children(one.value);
    return inner.length === 0 ? [] : [one, ...descendants(inner)];
  });
}

function listed(value: Json): readonly Json[] {
  if (!Array.isArray(value)) throw new Error('is not array or slice');
  return value as readonly Json[];
}

function slice(list: readonly Json[], { from, to, step, isIndex }: PathStep & { kind: 'slice' }): Found[] {
  let start = from ?? 0;
  if (start < 0) start += list.length;
  let end = to ?? list.length;
  if (end < 0 || (end === 0 && isIndex)) end += list.length;
  if (start === end) return [];
  const isOutside = start < 0 || start >= list.length || end < 0 || end > list.length;
  if (isOutside || start > end) throw new Error('array index out of bounds');
  if (step !== undefined && step <= 0) throw new Error('step must be > 0');
  return list
    .slice(start, end)
    .filter((_, at) => at % (step ?? 1) === 0)
    .map(found);
}

function fits(item: Found, { left, operator, right }: PathStep & { kind: 'filter' }): boolean {
  if (operator === '') return isThere(item, left);
  const one = only(follow([item], left));
  if (one === undefined) return false;
  const other = only(follow([item], right));
  return other !== undefined && compare(one, operator, other);
}

function isThere(item: Found, path: JsonPath): boolean {
  try {
    return follow([item], path).length > 0;
  } catch {
    return false;
  }
}

function only(values: readonly Found[]): Found | undefined {
  if (values.length > 1) throw new Error('can only compare one element at a time');
  return values[0];
}

/** @throws Error for values of two types, and for what has no order */
function compare(one: Found, operator: string, other: Found): boolean {
  const [a, b] = [one.value, other.value];
  if (typeof a === 'object' || typeof a !== typeof b || one.isFloat !== other.isFloat)
    throw new Error('incompatible types for comparison');
  if (operator === '==') return a === b;
  if (operator === '!=') return a !== b;
  if (typeof a === 'boolean' || (typeof b !== 'string' && typeof b !== 'number'))
    throw new Error('invalid type for comparison');
  switch (operator) {
    case '<':
      return isLess(a, b);
    case '>':
      return isLess(b, a);
    case '<=':
      return !isLess(b, a);
    case '>=':
      return !isLess(a, b);
    default:
      throw new Error(`unrecognized filter operator ${operator}`);
  }
}

/** Texts are ordered by their bytes. */
function isLess(a: string | number, b: string | number): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b))) < 0;
}
