import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this project. */
export const projectRoot: string = fileURLToPath(new URL('../..', import.meta.url));

const sources = [
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'scripts',
  'src',
  'fixtures',
  'scenarios',
];

/** A folder that is gone when the test is over. */
export interface TemporaryFolder extends Disposable {
  readonly path: string;
}

/** Makes an empty folder. */
export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'fake-ks-'));
  return {
    path,
    [Symbol.dispose]: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Puts a copy of what the package is built from into a folder, with the installed packages of this project. */
export function copyProject(into: string): void {
  mkdirSync(into, { recursive: true });
  for (const name of sources) cpSync(join(projectRoot, name), join(into, name), { recursive: true });
  symlinkSync(join(projectRoot, 'node_modules'), join(into, 'node_modules'));
}
