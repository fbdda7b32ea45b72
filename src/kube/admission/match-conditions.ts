import { ApiError } from '../../core/api-error.js';
import { digString, type Json, type JsonObject } from '../../core/json.js';
import { admissionProgram, type CelValue } from '../custom-resources/cel-environment.js';
import { firstLine } from '../custom-resources/cel-rules.js';

/** A value as expressions of admission see it, which know no schema: whole numbers are integers. */
export function celOf(value: Json | undefined): CelValue {
  if (value === undefined) return null;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(celOf);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).flatMap(([key, member]) =>
      member === undefined ? [] : [[key, celOf(member)]],
    ),
  );
}

/** What expressions are given about a write. @param request As in a review */
export function admissionScope(request: JsonObject): Record<string, CelValue> {
  const { object, oldObject, ...rest } = request;
  const { uid: _, ...shown } = rest;
  return { object: celOf(object), oldObject: celOf(oldObject), request: celOf(shown) };
}

/** Whether all `matchConditions` hold; one that does not counts for more than one that cannot be evaluated. */
export function conditionsHold(
  conditions: readonly JsonObject[],
  request: JsonObject,
  more: Record<string, CelValue> = {},
): { readonly holds: boolean; readonly problem?: string } {
  const scope = { ...admissionScope(request), ...more };
  const problems: string[] = [];
  for (const condition of conditions) {
    const text = digString(condition, 'expression');
    try {
      if (admissionProgram(text).run(scope) !== true) return { holds: false };
    } catch (error) {
      if (error instanceof ApiError) throw error;
      problems.push(firstLine(error));
    }
  }
  if (problems.length === 0) return { holds: true };
  return { holds: false, problem: problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]` };
}
