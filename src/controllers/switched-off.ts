import { didYouMean } from '../core/did-you-mean.js';
import { InputError } from '../core/input-error.js';
import type { Options } from '../core/options.js';
import { controllerNames } from './index.js';

/**
 * Names of the controllers the option `controllers` switches off.
 *
 * @throws InputError for a name that is none
 */
export function switchedOff(option: Options['controllers'] = {}): ReadonlySet<string> {
  const entries = isList(option)
    ? option.map((name): [string, boolean] => (name.startsWith('-') ? [name.slice(1), false] : [name, true]))
    : Object.entries(option);
  const problems = entries
    .map(([name]) => name)
    .filter((name) => name !== '*' && !controllerNames.includes(name))
    .map((name) => `controllers: no controller ${name}${hint(name)}`);
  if (problems.length > 0) throw new InputError(problems);
  const off = new Set(entries.filter(([, on]) => !on).map(([name]) => name));
  const only = isList(option) ? entries.filter(([, on]) => on).map(([name]) => name) : [];
  if (only.length > 0 && !only.includes('*'))
    for (const name of controllerNames) if (!only.includes(name)) off.add(name);
  if (off.has('*')) return new Set(controllerNames);
  return off;
}

/** What may have been meant: the nearest name, else all of them. */
function hint(name: string): string {
  return didYouMean(name, controllerNames) || `; choose from ${controllerNames.join(', ')}`;
}

function isList(option: NonNullable<Options['controllers']>): option is readonly string[] {
  return Array.isArray(option);
}
