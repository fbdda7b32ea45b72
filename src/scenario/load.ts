import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { packageFile } from '../core/package-file.js';
import { didYouMean } from '../core/did-you-mean.js';
import { describeInput, InputError } from '../core/input-error.js';
import { deepFreeze, type Json } from '../core/json.js';
import { contentProblems } from './check.js';
import { readPositionedYaml, type Path } from '../core/positioned-yaml.js';
import type { NamedScenario, Scenario } from './scenario.js';
import { schemaProblems, type Problem } from './schema.js';

const folder = packageFile('scenarios/');
const ending = '.yaml';

/** The names of the scenarios that come with the package, in byte order. */
export function scenarioNames(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .sort();
}

/** True for what names a file of one's own, not a scenario that comes with the package. */
export function isScenarioPath(nameOrFile: string): boolean {
  return /[/\\]|\.(ya?ml|json)$/.test(nameOrFile);
}

/**
 * Reads a scenario: one that comes with the package by its name, any other by the path of its file.
 *
 * @param nameOrFile A path has a slash, a backslash, or an ending `.yaml`, `.yml` or `.json`.
 * @throws InputError with a line per problem: `file:line: field: what was got, what to do`.
 */
export async function loadScenario(nameOrFile: string): Promise<NamedScenario> {
  if (isScenarioPath(nameOrFile))
    return { name: nameOrFile, scenario: await parseScenario(readText(nameOrFile), nameOrFile) };
  const names = scenarioNames();
  if (!names.includes(nameOrFile)) {
    const help = didYouMean(nameOrFile, names) || '; `fake-ks-apiserver scenarios` lists them all';
    throw new InputError([
      { source: 'scenarios', message: `there is none called ${describeInput(nameOrFile)}${help}` },
    ]);
  }
  const file = fileURLToPath(new URL(nameOrFile + ending, folder));
  return {
    name: nameOrFile,
    scenario: await parseScenario(readText(file), `scenarios/${nameOrFile}${ending}`),
  };
}

/** Reads several scenarios; the problems of all are shown at once. @throws InputError */
export async function loadScenarios(namesOrFiles: readonly string[]): Promise<NamedScenario[]> {
  const outcomes = await Promise.allSettled(namesOrFiles.map((each) => loadScenario(each)));
  const problems = outcomes.flatMap((outcome) => {
    if (outcome.status === 'fulfilled') return [];
    if (outcome.reason instanceof InputError) return outcome.reason.problems;
    throw outcome.reason;
  });
  if (problems.length > 0) throw new InputError(problems);
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

/** A scenario from YAML or JSON text. @param source Names the text in messages. @throws InputError */
export async function parseScenario(text: string, source: string): Promise<Scenario> {
  const { value, lineOf } = await readPositionedYaml(text, source);
  return checkScenario(value, (path) => ({ source, line: lineOf(path) }));
}

/** A scenario from a value that a program made. @param source Names the value in messages. @throws InputError */
export function scenarioFrom(value: unknown, source: string): Promise<Scenario> {
  return checkScenario(value as Json, () => ({ source }));
}

async function checkScenario(
  value: Json,
  placeOf: (path: Path) => { source: string; line?: number },
): Promise<Scenario> {
  let problems: Problem[] = await schemaProblems(value);
  const scenario = value as unknown as Scenario;
  if (problems.length === 0) problems = contentProblems(scenario);
  if (problems.length > 0) {
    throw new InputError(
      problems.map(({ path, text }) => ({ ...placeOf(path), field: fieldOf(path), message: text })),
    );
  }
  return deepFreeze(scenario);
}

/** A path as people write it: `users[2].role`. */
function fieldOf(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${String(step)}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new InputError([{ source: file, message: `cannot be read (${reason}); check the path` }], {
      cause: error,
    });
  }
}
