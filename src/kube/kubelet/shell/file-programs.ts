import { posix } from 'node:path';
import type { FileNode } from '../../../state/containers.js';
import { FileError } from '../container-files.js';
import { readTar, writeTar, type TarEntry } from '../../../core/tar.js';
import { readAll } from './machine.js';
import { forEachPath, pathOf, splitOptions, type Program, type ProgramRun } from './program.js';

const modes = ['---', '--x', '-w-', '-wx', 'r--', 'r-x', 'rw-', 'rwx'];

function longLine(name: string, node: FileNode): string {
  if (node.kind === 'gone') return '';
  const mode = node.kind === 'link' ? 0o777 : node.mode;
  const bits = [6, 3, 0].map((shift) => modes[(mode >> shift) & 7] ?? '').join('');
  const letter = { file: '-', folder: 'd', link: 'l' }[node.kind];
  const size = node.kind === 'file' ? node.data.length : 4096;
  const date = new Date(node.at).toUTCString();
  const shown = node.kind === 'link' ? `${name} -> ${node.target}` : name;
  return `${letter}${bits}    1 root     root     ${String(size).padStart(9)} ${date.slice(8, 11)} ${date.slice(5, 7)} ${date.slice(17, 22)} ${shown}\n`;
}

const ls: Program = async (run) => {
  const { options, rest } = splitOptions(run.args);
  const { files } = run.machine;
  const paths = rest.length === 0 ? ['.'] : rest;
  return forEachPath(run, 'ls', paths, async (path, shown) => {
    const node = files.find(path);
    if (node === undefined) throw new FileError('No such file or directory');
    const line = async (name: string, at: string): Promise<void> => {
      const each = files.find(at);
      if (options.has('l') && each !== undefined) await run.stdout(longLine(name, each));
      else await run.stdout(`${name}\n`);
    };
    if (node.kind !== 'folder' || options.has('d')) {
      await line(shown, path);
      return;
    }
    if (paths.length > 1) await run.stdout(`${shown}:\n`);
    const names = files
      .list(path)
      .filter((name) => options.has('a') || options.has('A') || !name.startsWith('.'));
    if (options.has('l')) await run.stdout(`total ${String(names.length * 4)}\n`);
    for (const name of options.has('a') ? ['.', '..', ...names] : names)
      await line(name, posix.join(path, name));
  });
};

const tests: Readonly<Record<string, (run: ProgramRun, operand: string) => boolean>> = {
  '-e': (run, path) => run.machine.files.find(pathOf(run, path)) !== undefined,
  '-f': (run, path) => run.machine.files.find(pathOf(run, path))?.kind === 'file',
  '-d': (run, path) => run.machine.files.isFolder(pathOf(run, path)),
  '-r': (run, path) => run.machine.files.find(pathOf(run, path)) !== undefined,
  '-w': (run, path) => run.machine.files.find(pathOf(run, path)) !== undefined,
  '-x': (run, path) => run.machine.files.find(pathOf(run, path)) !== undefined,
  '-s': (run, path) => {
    const node = run.machine.files.find(pathOf(run, path));
    return node?.kind === 'file' && node.data.length > 0;
  },
  '-n': (_run, text) => text !== '',
  '-z': (_run, text) => text === '',
};

const comparisons: Readonly<Record<string, (a: string, b: string) => boolean>> = {
  '=': (a, b) => a === b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '-eq': (a, b) => Number(a) === Number(b),
  '-ne': (a, b) => Number(a) !== Number(b),
  '-lt': (a, b) => Number(a) < Number(b),
  '-le': (a, b) => Number(a) <= Number(b),
  '-gt': (a, b) => Number(a) > Number(b),
  '-ge': (a, b) => Number(a) >= Number(b),
};

const test: Program = async (run) => {
  const args = run.args.at(-1) === ']' ? run.args.slice(0, -1) : run.args;
  const negated = args[0] === '!';
  const [a = '', b, c] = negated ? args.slice(1) : args;
  let result: boolean;
  if (b === undefined) result = a !== '';
  else if (c === undefined && tests[a] !== undefined) result = tests[a](run, b);
  else if (c !== undefined && comparisons[b] !== undefined) result = comparisons[b](a, c);
  else {
    await run.stderr('sh: test: unknown operand\n');
    return 2;
  }
  return result !== negated ? 0 : 1;
};

function copy(run: ProgramRun, from: string, to: string): void {
  const { files } = run.machine;
  const node = files.find(from);
  if (node === undefined) throw new FileError('No such file or directory');
  if (node.kind === 'file') {
    files.write(to, node.data, node.mode);
    return;
  }
  files.makeFolders(to);
  for (const name of files.list(from)) copy(run, posix.join(from, name), posix.join(to, name));
}

const move =
  (name: 'cp' | 'mv'): Program =>
  (run) => {
    const { options, rest } = splitOptions(run.args);
    const { files } = run.machine;
    const target = pathOf(run, rest.at(-1) ?? '.');
    return forEachPath(run, name, rest.slice(0, -1), (path) => {
      if (
        name === 'cp' &&
        files.isFolder(path) &&
        !options.has('r') &&
        !options.has('R') &&
        !options.has('a')
      )
        throw new FileError('omitting directory');
      const to = files.isFolder(target) ? posix.join(target, posix.basename(path)) : target;
      if (to === path || to.startsWith(`${path}/`)) throw new FileError('cannot be moved into itself');
      copy(run, path, to);
      if (name === 'mv') files.remove(path);
    });
  };

/** What is at a path and in it, as entries of an archive. */
function entriesOf(run: ProgramRun, path: string, name: string): TarEntry[] {
  const { files } = run.machine;
  const node = files.find(path);
  if (node === undefined || node.kind === 'gone')
    throw new FileError(`${name}: Cannot stat: No such file or directory`);
  const mtime = Math.floor(node.at / 1000);
  if (node.kind === 'file')
    return [{ name, kind: 'file', mode: node.mode, mtime, data: node.data, target: '' }];
  const inner = files
    .list(path)
    .flatMap((each) => entriesOf(run, posix.join(path, each), `${name.replace(/\/$/, '')}/${each}`));
  const mode = node.kind === 'folder' ? node.mode : 0o755;
  const folder = `${name.replace(/\/$/, '')}/`;
  return [{ name: folder, kind: 'folder', mode, mtime, data: Buffer.alloc(0), target: '' }, ...inner];
}

function unpack({ machine: { files } }: ProgramRun, entries: readonly TarEntry[], folder: string): void {
  for (const { name, kind, mode, data, target } of entries) {
    // As tar does, nothing is unpacked outside of the folder.
    const path = posix.join(folder, posix.normalize(`/${name}`));
    if (kind === 'folder') {
      files.makeFolders(path);
      continue;
    }
    files.makeFolders(posix.dirname(path));
    if (kind === 'link') files.link(path, target);
    else files.write(path, data, mode);
  }
}

const tar: Program = async (run) => {
  let action = '';
  let archive = '-';
  let folder = run.machine.cwd;
  const paths: string[] = [];
  for (let at = 0; at < run.args.length; at += 1) {
    const each = run.args[at] ?? '';
    if (each === '-C') folder = pathOf(run, run.args[(at += 1)] ?? '.');
    else if (each.startsWith('--')) continue;
    else if (at === 0 || /^-[a-zA-Z]/.test(each)) {
      action = /[cxt]/.exec(each)?.[0] ?? action;
      if (each.includes('f')) archive = run.args[(at += 1)] ?? '-';
    } else paths.push(each);
  }
  try {
    if (action === 'c') {
      const bytes = writeTar(
        paths.flatMap((path) =>
          entriesOf(run, posix.resolve(folder, path), path.replace(/^\/+/, '') || './'),
        ),
      );
      if (archive === '-') await run.stdout(bytes);
      else run.machine.files.write(pathOf(run, archive), bytes);
      return 0;
    }
    const bytes = archive === '-' ? await readAll(run.stdin) : run.machine.files.read(pathOf(run, archive));
    const entries = readTar(bytes);
    if (action === 't') await run.stdout(entries.map(({ name }) => `${name}\n`).join(''));
    else if (!run.machine.files.isFolder(folder))
      throw new FileError(`can't change directory to '${folder}'`);
    else unpack(run, entries, folder);
    return 0;
  } catch (error) {
    await run.stderr(`tar: ${error instanceof Error ? error.message : String(error)}\n`);
    return action === 'c' ? 1 : 2;
  }
};

/** Programs that look at files and change them. */
export const filePrograms: Readonly<Record<string, Program>> = {
  ls,
  tar,
  test,
  '[': test,
  cp: move('cp'),
  mv: move('mv'),
  mkdir: (run) => {
    const { options, rest } = splitOptions(run.args);
    return forEachPath(run, 'mkdir', rest, (path) => {
      if (options.has('p')) run.machine.files.makeFolders(path);
      else run.machine.files.makeFolder(path);
    });
  },
  touch: (run) =>
    forEachPath(run, 'touch', splitOptions(run.args).rest, (path) => {
      const node = run.machine.files.find(path);
      run.machine.files.write(path, node?.kind === 'file' ? node.data : Buffer.alloc(0));
    }),
  rm: (run) => {
    const { options, rest } = splitOptions(run.args);
    const { files } = run.machine;
    return forEachPath(run, 'rm', rest, (path) => {
      if (files.find(path) === undefined && !options.has('f'))
        throw new FileError('No such file or directory');
      if (files.isFolder(path) && !options.has('r') && !options.has('R'))
        throw new FileError('is a directory');
      files.remove(path);
    });
  },
  rmdir: (run) =>
    forEachPath(run, 'rmdir', splitOptions(run.args).rest, (path) => {
      if (run.machine.files.list(path).length > 0) throw new FileError('Directory not empty');
      run.machine.files.remove(path);
    }),
  chmod: (run) => {
    const [mode = '', ...paths] = splitOptions(run.args).rest;
    return forEachPath(run, 'chmod', paths, (path) => {
      const data = run.machine.files.read(path);
      run.machine.files.write(path, data, /^[0-7]+$/.test(mode) ? Number.parseInt(mode, 8) : 0o755);
    });
  },
  readlink: (run) =>
    forEachPath(run, 'readlink', splitOptions(run.args).rest, async (path) =>
      run.stdout(`${run.machine.files.resolve(path)}\n`),
    ),
  basename: async (run) => {
    await run.stdout(`${posix.basename(run.args[0] ?? '', run.args[1])}\n`);
    return 0;
  },
  dirname: async (run) => {
    await run.stdout(`${posix.dirname(run.args[0] ?? '')}\n`);
    return 0;
  },
};
