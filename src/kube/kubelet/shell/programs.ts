import { filePrograms } from './file-programs.js';
import { httpPrograms } from './http-programs.js';
import { linePrograms } from './line-programs.js';
import type { Program } from './program.js';
import { systemPrograms } from './system-programs.js';
import { textPrograms } from './text-programs.js';

/** Every command there is in every container, by name. */
export const programs: Readonly<Record<string, Program>> = {
  ...linePrograms,
  ...textPrograms,
  ...filePrograms,
  ...systemPrograms,
  ...httpPrograms,
};
