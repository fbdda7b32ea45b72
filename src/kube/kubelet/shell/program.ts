import { posix } from 'node:path';
import { FileError } from '../container-files.js';
import { readAll, type Machine, type Streams } from './machine.js';

/** A command being run. */
export interface ProgramRun extends Streams {
  readonly machine: Machine;
  readonly args: readonly string[];
  /** Tells whether there is a command of a name. */
  readonly isCommand: (name: string) => boolean;
}

/** A command: gives its exit code. */
export type Program = (run: ProgramRun) => Promise<number>;

/** Letters of single-dash options and the other arguments; `--` ends the options. */
export function splitOptions(args: readonly string[]): { options: Set<string>; rest: string[] } {
  const options = new Set<string>();
  const rest: string[] = [];
  let over = false;
  for (const each of args) {
    if (!over && each === '--') over = true;
    else if (!over && /^-[A-Za-z]/.test(each)) for (const letter of each.slice(1)) options.add(letter);
    else if (over || !each.startsWith('--')) rest.push(each);
  }
  return { options, rest };
}

/** An absolute path. */
export function pathOf({ machine }: Pick<ProgramRun, 'machine'>, path: string): string {
  return posix.resolve(machine.cwd, path);
}

/** Does something for each of several paths; one that fails is told and fails the whole. @returns the exit code */
export async function forEachPath(
  run: ProgramRun,
  name: string,
  paths: readonly string[],
  act: (path: string, shown: string) => void | Promise<void>,
): Promise<number> {
  let code = 0;
  for (const shown of paths) {
    try {
      await act(pathOf(run, shown), shown);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      await run.stderr(`${name}: ${shown}: ${error.message}\n`);
      code = 1;
    }
  }
  return code;
}

/** The bytes of the files named, or of what comes in when none is. */
export async function inputBytes(run: ProgramRun, paths: readonly string[]): Promise<Buffer> {
  if (paths.length === 0) return readAll(run.stdin);
  return Buffer.concat(paths.map((path) => run.machine.files.read(pathOf(run, path))));
}

/** The text of the files named, or of what comes in when none is. */
export async function inputText(run: ProgramRun, paths: readonly string[]): Promise<string> {
  return (await inputBytes(run, paths)).toString('utf8');
}
