import type { z } from 'zod';
import { parseGoDuration } from '../core/go-duration.js';
import { InputError, type InputProblem } from '../core/input-error.js';
import type { Duration, Options } from '../core/options.js';
import type { ServeOptions } from './schema.js';
import type { Setting } from './setting.js';

/**
 * Checks options given to a program's own call.
 *
 * The library that checks is loaded only when there is something to check.
 *
 * @throws InputError with every problem
 */
export async function checkOptions(options: Options): Promise<Options> {
  if (isPlain(options)) return options;
  const { optionsSchema } = await import('./schema.js');
  const problems = await problemsWith(optionsSchema, options, () => ({ source: 'options' }));
  if (problems.length > 0) throw new InputError(problems);
  return Object.freeze({ ...options });
}

/**
 * Joins settings from files, environment and flags, the later ones winning, and checks the result.
 *
 * @throws InputError with every problem, each naming the place its value came from
 */
export async function checkSettings(settings: readonly Setting[]): Promise<ServeOptions> {
  const joined = join(settings);
  if (isPlain(joined, ['json'])) return joined;
  const { serveSchema } = await import('./schema.js');
  const problems = await problemsWith(serveSchema, joined, (path) => placeOf(settings, path));
  if (problems.length > 0) throw new InputError(problems);
  return joined;
}

/** True for options so plain that no schema is needed to see they are right. @param switches Further ones allowed */
function isPlain(options: object, switches: readonly string[] = []): options is ServeOptions {
  return Object.entries(options).every(([name, value]: [string, unknown]) => {
    if (name === 'host') return typeof value === 'string' && value !== '';
    if (name === 'port' || name === 'tlsPort')
      return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535;
    return switches.includes(name) && typeof value === 'boolean';
  });
}

async function problemsWith(
  schema: z.ZodType,
  value: unknown,
  place: (path: readonly (string | number)[]) => Omit<InputProblem, 'message'> & { readonly depth?: number },
): Promise<readonly InputProblem[]> {
  const { fieldOf, problemsOf } = await import('./schema-problems.js');
  const problems = [...problemsOf(schema, value), ...contradictions(value as ServeOptions)];
  return problems.map(({ path, message }) => {
    const { depth = 0, ...rest } = place(path);
    return { ...rest, field: fieldOf(path.slice(depth)), message };
  });
}

function contradictions(options: ServeOptions): { path: string[]; message: string }[] {
  const found: { path: string[]; message: string }[] = [];
  if (options.refreshTokenMaxAge === undefined) return found;
  if (options.accessTokenInactivityTimeout !== undefined) {
    const message = 'contradicts accessTokenInactivityTimeout; give one of the two';
    found.push({ path: ['refreshTokenMaxAge'], message });
  } else if (milliseconds(options.refreshTokenMaxAge) < milliseconds(options.accessTokenMaxAge ?? '2h')) {
    const message = 'is shorter than the life of access tokens; make it longer, or accessTokenMaxAge shorter';
    found.push({ path: ['refreshTokenMaxAge'], message });
  }
  return found;
}

function milliseconds(duration: Duration): number {
  return typeof duration === 'number' ? duration * 1000 : (parseGoDuration(duration) ?? 0);
}

function join(settings: readonly Setting[]): Readonly<Record<string, unknown>> {
  const joined = new Map<string, unknown>();
  for (const { path, value } of settings) {
    const [first = '', second] = path;
    if (second === undefined) joined.set(first, value);
    else joined.set(first, { ...(joined.get(first) as object | undefined), [second]: value });
  }
  return Object.fromEntries(joined);
}

function placeOf(
  settings: readonly Setting[],
  path: readonly (string | number)[],
): Omit<InputProblem, 'message'> & { readonly depth: number } {
  const setting = settings.findLast((candidate) => candidate.path.every((step, at) => path[at] === step));
  if (setting === undefined) return { source: 'options', depth: 0 };
  const line = setting.lineOf?.(path);
  // A file is shown with the whole field, a flag stands for its own.
  const depth = setting.lineOf === undefined ? setting.path.length : 0;
  return { source: setting.source, depth, ...(line !== undefined && { line }) };
}
