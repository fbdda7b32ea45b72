import { z } from 'zod';
import { didYouMean } from '../core/did-you-mean.js';
import { describeInput } from '../core/input-error.js';

/** One thing a checked value does not say as it must. */
export interface SchemaProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Everything a schema finds wrong with a value, in the words of our messages; empty when it fits. */
export function problemsOf(schema: z.ZodType, value: unknown): readonly SchemaProblem[] {
  const result = schema.safeParse(value);
  return result.success ? [] : result.error.issues.flatMap((issue) => translate(issue, schema, value));
}

/** A path as people write it: `users[0].name`. */
export function fieldOf(path: readonly (string | number)[]): string {
  return path
    .map((step, at) => (typeof step === 'number' ? `[${String(step)}]` : at === 0 ? step : `.${step}`))
    .join('');
}

function translate(issue: z.core.$ZodIssue, schema: z.ZodType, value: unknown): SchemaProblem[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: `unknown key${didYouMean(key, known) || '; remove it'}`,
    }));
  }
  const found = valueAt(value, path);
  if (issue.code === 'custom' || found === '') return [{ path, message: issue.message }];
  if (found === undefined) return [{ path, message: `is missing; ${issue.message}` }];
  return [{ path, message: `${issue.message}, not ${describeInput(found)}` }];
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Readonly<Record<string | number, unknown>>)[step];
  }
  return current;
}

/** The keys a schema allows at a path. */
function keysAt(schema: z.ZodType, path: readonly (string | number)[]): readonly string[] {
  let current: unknown = schema;
  for (const step of path) {
    current = bare(current);
    if (current instanceof z.ZodArray) current = current.element;
    else if (current instanceof z.ZodObject)
      current = (current.shape as Readonly<Record<string, unknown>>)[step];
    else return [];
  }
  current = bare(current);
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function bare(schema: unknown): unknown {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional ? schema.unwrap() : schema;
}
