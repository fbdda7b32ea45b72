import type { z } from 'zod';
import { InputError, type InputProblem } from '../core/input-error.js';
import type { Options } from '../core/options.js';
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
function isPlain(options: unknown, switches: readonly string[] = []): options is ServeOptions {
  if (!isMapping(options)) return false;
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
  const [{ fieldOf, problemsOf }, { contradictions }] = await Promise.all([
    import('./schema-problems.js'),
    import('./contradictions.js'),
  ]);
  const shown = (path: readonly (string | number)[]): Omit<InputProblem, 'message'> => {
    const { depth = 0, ...rest } = place(path);
    return { ...rest, field: fieldOf(path.slice(depth)) };
  };
  const problems = problemsOf(schema, value);
  const wrong = new Set(problems.map(({ path }) => path[0]));
  const sound = isMapping(value)
    ? Object.fromEntries(Object.entries(value).filter(([name]) => !wrong.has(name)))
    : {};
  return [
    ...problems.map(({ path, message }) => ({ ...shown(path), message })),
    ...contradictions(sound as Options).map(({ path, message, first }) => {
      const { line, field = '' } = first === undefined ? {} : shown(first);
      const where = line === undefined ? field : `${field} in line ${String(line)}`;
      const rest = first === undefined ? '' : `, first as ${where}; keep one of them`;
      return { ...shown(path), message: `${message}${rest}` };
    }),
  ];
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
