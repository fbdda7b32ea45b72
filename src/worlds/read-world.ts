import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, type InputProblem } from '../core/input-error.js';
import type { Json } from '../core/json.js';
import type { WorldDocument } from '../core/options.js';
import { readPositionedStream, type Path } from '../core/positioned-yaml.js';
import type { Release } from '../core/release.js';
import type { Catalog } from '../registry/catalog.js';
import { WorldChecker, type CheckedWorld, type PlacedProblem, type WorldPart } from './check-world.js';

/** Largest file read, in characters: some forty thousand nodes as JSON. */
const largest = 400 * 1024 * 1024;
/** Problems told at once; a world with more is of another kind altogether. */
const problemLimit = 50;

/**
 * Reads and checks a world: a file, a folder of files (walked in name order), or a document.
 *
 * Kubernetes objects and lists, as `kubectl get -o yaml` prints them, are laid over a fresh install, so that logins work,
 * unless Users are among them. A document with any of the keys `objects`, `users`, `config`, `meta` stands for itself.
 *
 * @throws InputError with a line per problem; nothing of the world is used then
 */
export async function readWorld(
  given: string | WorldDocument,
  release: Release,
  catalog: Catalog,
): Promise<CheckedWorld> {
  const checker = new WorldChecker(release, catalog);
  const unread: (InputProblem | string)[] = [];
  const parts: WorldPart[] = [];
  if (typeof given === 'string') {
    for (const file of worldFiles(given)) {
      try {
        parts.push(...(await readParts(file)));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        unread.push(...error.problems);
      }
    }
  } else {
    parts.push({ value: given as unknown as Json, source: 'options.world' });
  }
  checker.add(parts);
  const world = checker.finish();
  const problems = [...unread, ...(await withLines(checker.problems))];
  if (problems.length > problemLimit) {
    problems.splice(problemLimit, Infinity, `and ${String(problems.length - problemLimit)} problems more`);
  }
  if (problems.length > 0) throw new InputError(problems);
  return world;
}

/** The files a path stands for, folders walked in name order. @throws InputError when there is none */
function worldFiles(path: string): string[] {
  const files = walk(path);
  if (files.length > 0) return files;
  const message = 'holds no .yaml, .yml or .json file; put Kubernetes objects into one';
  throw new InputError([{ source: path, message }]);
}

function walk(path: string): string[] {
  if (!attempt(path, () => statSync(path)).isDirectory()) return [path];
  const entries = attempt(path, () => readdirSync(path, { withFileTypes: true }));
  const sorted = entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return sorted.flatMap((entry) => {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) return entry.name.startsWith('.') ? [] : walk(inside);
    return /\.(ya?ml|json)$/.test(entry.name) ? [inside] : [];
  });
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check the path',
  EACCES: 'may not be read; change its permissions',
  EISDIR: 'is a folder; name a file',
};

function attempt<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const message = reasons[code] ?? `cannot be read (${code || String(error)}); check the path`;
    throw new InputError([{ source, message }], { cause: error });
  }
}

async function readParts(source: string): Promise<WorldPart[]> {
  const text = attempt(source, () => readFileSync(source, 'utf8')).replace(/^\uFEFF/, '');
  const parts = plainJson(text, source) ?? (await positioned(text, source));
  if (parts.some(({ value }) => value !== null)) return parts;
  throw new InputError([{ source, line: 1, message: 'is empty; put Kubernetes objects into it' }]);
}

/**
 * JSON without anything suspicious in it is read by the fast parser; lines are found later, if they are needed.
 * Whatever it stumbles over is left to the other one, which says where.
 */
function plainJson(text: string, source: string): WorldPart[] | undefined {
  if (!/^\s*[{[]/.test(text) || text.includes('__proto__') || text.length > largest) return undefined;
  try {
    return [{ value: JSON.parse(text) as Json, source }];
  } catch {
    return undefined;
  }
}

async function positioned(text: string, source: string): Promise<WorldPart[]> {
  const documents = await readPositionedStream(text, source, largest);
  return documents.map(({ value, lineOf }) => ({ value, source, lineOf }));
}

/** Files up to this size are read again to find the lines of what is wrong in them. */
const largestForLines = 16 * 1024 * 1024;

/** Adds the lines of problems found in files that were read without them. */
async function withLines(problems: readonly PlacedProblem[]): Promise<InputProblem[]> {
  const readers = new Map<string, (path: Path) => number | undefined>();
  for (const { source, line } of problems) {
    if (line !== undefined || source === 'options.world' || readers.has(source)) continue;
    const text = readFileSync(source, 'utf8');
    const [document] = text.length > largestForLines ? [] : await readPositionedStream(text, source, largest);
    readers.set(source, (path) => document?.lineOf(path));
  }
  return problems.map((problem) => {
    const line = problem.line ?? readers.get(problem.source)?.(problem.path);
    return line === undefined ? problem : { ...problem, line };
  });
}
