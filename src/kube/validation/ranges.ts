import { digString, type Json, type JsonObject } from '../../core/json.js';
import { invalidShown, required, type Cause } from './causes.js';

/** What is wrong with a number that must lie between two, both included; an absent one counts as it is told. */
export function rangeProblems(field: string, value: Json | undefined, least: number, most: number): Cause[] {
  return typeof value === 'number' && (value < least || value > most)
    ? [invalidShown(field, String(value), `must be between ${String(least)} and ${String(most)}, inclusive`)]
    : [];
}

/** `Required value` for each member that is missing or empty. */
export function neededProblems(source: JsonObject, field: string, keys: readonly string[]): Cause[] {
  return keys.filter((key) => digString(source, key) === '').map((key) => required(`${field}.${key}`));
}

/** What is wrong with the mode of a file. */
export function modeProblems(field: string, mode: Json | undefined): Cause[] {
  return typeof mode === 'number' && (mode < 0 || mode > 0o777)
    ? [invalidShown(field, String(mode), 'must be a number between 0 and 0777 (octal), both inclusive')]
    : [];
}
