import { posix } from 'node:path';
import { waitUntil } from '../../../state/wait.js';
import { FileError } from '../container-files.js';
import type { Machine, Streams } from './machine.js';
import { parseScript, SyntaxProblem, type Redirection, type Simple, type Word } from './parse.js';
import { programs } from './programs.js';

/** Thrown by `exit`: ends the shell it is in. */
class ExitShell extends Error {
  readonly code: number;

  constructor(code: number) {
    super('exit');
    this.code = code;
  }
}

/** Names of shells. */
export const shells: ReadonlySet<string> = new Set(['sh', 'bash', 'ash']);
/** Shells within shells; a real one ends for want of processes. */
const depthLimit = 20;

/** Runs a script in a shell. @returns its exit code */
export async function runScript(
  machine: Machine,
  text: string,
  streams: Streams,
  depth = 0,
): Promise<number> {
  try {
    return await runParsed(machine, text, streams, depth);
  } catch (error) {
    if (error instanceof ExitShell) return error.code;
    throw error;
  }
}

/** Runs lines as an interactive shell does. @returns the exit code when the line ends the shell; else `undefined` */
export async function runLine(machine: Machine, text: string, streams: Streams): Promise<number | undefined> {
  try {
    machine.last = await runParsed(machine, text, streams, 0);
    return undefined;
  } catch (error) {
    if (error instanceof ExitShell) return error.code;
    throw error;
  }
}

async function runParsed(machine: Machine, text: string, streams: Streams, depth: number): Promise<number> {
  const scripted = await runConfigured(machine, text.trim(), streams);
  if (scripted !== undefined) return scripted;
  let script;
  try {
    script = parseScript(text);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    await streams.stderr(`sh: ${error.message}\n`);
    return 2;
  }
  let code = machine.last;
  for (const { when, pipeline } of script) {
    if ((when === '&&' && code !== 0) || (when === '||' && code === 0)) continue;
    code = await runPipeline(machine, pipeline, streams, depth);
    machine.last = code;
    if (streams.gone.aborted) return 130;
  }
  return code;
}

/** Answers a command line that a test has an answer for; `undefined` when it has none. */
export async function runConfigured(
  { context: { world, cluster }, pod, container }: Machine,
  line: string,
  streams: Streams,
): Promise<number | undefined> {
  const { name, namespace = '' } = pod.metadata;
  const place = { cluster: cluster.name, namespace, pod: name, container };
  const script = world.containers.commandFor(place, line);
  if (script === undefined) return undefined;
  const { delayMs = 0, stdout = '', stderr = '', exitCode = 0 } = script;
  if (delayMs > 0) await waitUntil(world.clock, world.clock.now() + delayMs, streams.gone, world.ended);
  if (stdout !== '') await streams.stdout(stdout);
  if (stderr !== '') await streams.stderr(stderr);
  return exitCode;
}

/** Commands of a pipeline run one after the other, each reading what the one before has written. */
async function runPipeline(
  machine: Machine,
  pipeline: readonly Simple[],
  streams: Streams,
  depth: number,
): Promise<number> {
  let { stdin } = streams;
  let code = 0;
  for (const [at, command] of pipeline.entries()) {
    if (at === pipeline.length - 1) return runSimple(machine, command, { ...streams, stdin }, depth);
    const pieces: Buffer[] = [];
    const stdout = (data: Buffer | string): Promise<void> => {
      pieces.push(Buffer.from(data));
      return Promise.resolve();
    };
    code = await runSimple(machine, command, { ...streams, stdin, stdout }, depth);
    stdin = only(Buffer.concat(pieces));
  }
  return code;
}

// eslint-disable-next-line @typescript-eslint/require-await -- what commands read is asynchronous
async function* only(data: Buffer): AsyncGenerator<Buffer> {
  if (data.length > 0) yield data;
}

async function runSimple(
  machine: Machine,
  { words, redirections }: Simple,
  streams: Streams,
  depth: number,
): Promise<number> {
  const files: [path: string, pieces: Buffer[], append: boolean][] = [];
  let code: number;
  try {
    const redirected = redirect(machine, redirections, streams, files);
    const argv = words.flatMap((word) => expand(machine, word));
    code = await runCommand(machine, argv, redirected, depth);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await streams.stderr(`sh: ${error.message}\n`);
    code = 1;
  } finally {
    for (const [path, pieces, append] of files) {
      const before = append && machine.files.find(path)?.kind === 'file' ? [machine.files.read(path)] : [];
      machine.files.write(path, Buffer.concat([...before, ...pieces]));
    }
  }
  return code;
}

function redirect(
  machine: Machine,
  redirections: readonly Redirection[],
  streams: Streams,
  files: [string, Buffer[], boolean][],
): Streams {
  let { stdin, stdout, stderr } = streams;
  for (const { from, mode, target } of redirections) {
    if (mode === 'join') {
      if (from === 2) stderr = stdout;
      else stdout = stderr;
      continue;
    }
    const path = posix.resolve(machine.cwd, expand(machine, target).join(' '));
    if (mode === 'read') {
      stdin = only(machine.files.read(path));
      continue;
    }
    if (path !== '/dev/null' && !machine.files.isFolder(posix.dirname(path)))
      throw new FileError(`can't create ${path}: nonexistent directory`);
    const pieces: Buffer[] = [];
    if (path !== '/dev/null') files.push([path, pieces, mode === 'append']);
    const write = (data: Buffer | string): Promise<void> => {
      pieces.push(Buffer.from(data));
      return Promise.resolve();
    };
    if (from === 2) stderr = write;
    else stdout = write;
  }
  return { stdin, stdout, stderr, gone: streams.gone };
}

/** The words a word becomes: variables replaced, and split at spaces when nothing of it is quoted. */
function expand(machine: Machine, { parts }: Word): string[] {
  const texts = parts.map(({ text, expands }) => (expands ? substitute(machine, text) : text));
  const [only_] = parts;
  const isBare = parts.length === 1 && only_?.expands === true;
  if (!isBare) return [texts.join('')];
  return (texts[0] ?? '')
    .split(/\s+/)
    .filter((word) => word !== '')
    .flatMap((word) => glob(machine, word));
}

function substitute({ environment, last }: Machine, text: string): string {
  return text.replace(
    /\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+)|([?$]))/g,
    (
      _all,
      braced: string | undefined,
      otherwise: string | undefined,
      bare: string | undefined,
      special: string,
    ) => {
      if (special === '?') return String(last);
      if (special === '$') return '7';
      return environment.get(braced ?? bare ?? '') ?? otherwise ?? '';
    },
  );
}

/** File names a pattern stands for, or the pattern itself when there are none. */
function glob({ files, cwd }: Machine, word: string): string[] {
  if (!/[*?]/.test(word) || /[*?]/.test(posix.dirname(word))) return [word];
  const folder = posix.resolve(cwd, posix.dirname(word));
  const pattern = posix
    .basename(word)
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  if (!files.isFolder(folder)) return [word];
  const found = files
    .list(folder)
    .filter((name) => !name.startsWith('.') && new RegExp(`^${pattern}$`).test(name));
  const start = word.includes('/') ? `${posix.dirname(word).replace(/\/$/, '')}/` : '';
  return found.length === 0 ? [word] : found.map((name) => start + name);
}

/** What a shell does itself: no file of these names can be executed. */
const builtins: readonly string[] = ['cd', 'exit', 'export', 'exec'];

/** Tells whether a shell knows a command of a name. */
export function isCommand(name: string): boolean {
  return builtins.includes(name) || isExecutable(name);
}

/** Tells whether there is a program of a name, with or without a path. */
export function isExecutable(name: string): boolean {
  const base = posix.basename(name);
  return shells.has(base) || Object.hasOwn(programs, base);
}

/** Runs a command with its arguments. @returns its exit code, 127 when there is no such command */
export async function runCommand(
  machine: Machine,
  argv: readonly string[],
  streams: Streams,
  depth = 0,
): Promise<number> {
  const [first = '', ...args] = argv;
  const assigned = /^(\w+)=(.*)$/s.exec(first);
  if (first === '') return 0;
  if (assigned !== null) {
    machine.environment.set(assigned[1] ?? '', assigned[2] ?? '');
    return runCommand(machine, args, streams, depth);
  }
  const scripted = await runConfigured(machine, argv.join(' '), streams);
  if (scripted !== undefined) return scripted;
  const name = posix.basename(first);
  switch (name) {
    case 'exit':
      throw new ExitShell(args[0] === undefined ? machine.last : Number(args[0]) & 0xff);
    case 'exec':
      throw new ExitShell(await runCommand(machine, args, streams, depth));
    case 'cd': {
      const path = posix.resolve(machine.cwd, args[0] ?? machine.environment.get('HOME') ?? '/');
      if (!machine.files.isFolder(path)) {
        await streams.stderr(`sh: cd: can't cd to ${args[0] ?? ''}: No such file or directory\n`);
        return 2;
      }
      machine.cwd = path;
      return 0;
    }
    case 'export':
      for (const each of args) {
        const [key = '', ...value] = each.split('=');
        if (value.length > 0) machine.environment.set(key, value.join('='));
      }
      return 0;
    default:
      break;
  }
  if (shells.has(name)) return runShell(machine, args, streams, depth);
  const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
  if (program !== undefined) return program({ machine, args, ...streams, isCommand });
  await streams.stderr(
    first.includes('/') ? `sh: ${first}: No such file or directory\n` : `sh: ${first}: not found\n`,
  );
  return 127;
}

async function runShell(
  machine: Machine,
  args: readonly string[],
  streams: Streams,
  depth: number,
): Promise<number> {
  if (depth >= depthLimit) {
    await streams.stderr("sh: can't fork: Resource temporarily unavailable\n");
    return 2;
  }
  const inner: Machine = { ...machine, environment: new Map(machine.environment), last: 0 };
  const at = args.findIndex((each) => /^-[a-z]*c$/.test(each));
  if (at !== -1) return runScript(inner, args[at + 1] ?? '', streams, depth + 1);
  const file = args.find((each) => !each.startsWith('-'));
  if (file !== undefined)
    return runScript(
      inner,
      machine.files.read(posix.resolve(machine.cwd, file)).toString('utf8'),
      streams,
      depth + 1,
    );
  return runLines(inner, streams);
}

/** A shell without a terminal: runs line by line what comes in. */
async function runLines(machine: Machine, streams: Streams): Promise<number> {
  let rest = '';
  for await (const piece of streams.stdin) {
    rest += piece.toString('utf8');
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      const ended = await runLine(machine, line, { ...streams, stdin: only(Buffer.alloc(0)) });
      if (ended !== undefined) return ended;
    }
  }
  return (await runLine(machine, rest, { ...streams, stdin: only(Buffer.alloc(0)) })) ?? machine.last;
}
