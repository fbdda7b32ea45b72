import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Row } from '../report.js';

interface Figures {
  readonly start: number;
  readonly hundred: number;
  readonly megabytes: number;
}

/** Start to ready inside a process that has imported the package, and a hundred servers side by side. */
export function inProcess(library: string): Row[] {
  const script = fileURLToPath(new URL('../servers/in-process.mjs', import.meta.url));
  const output = execFileSync('node', ['--expose-gc', script, library], { encoding: 'utf8' });
  const figures = JSON.parse(output) as Figures;
  return [
    {
      name: 'in-process start to ready, median of 50',
      ours: `${figures.start.toFixed(2)} ms`,
      floor: '',
      ratio: undefined,
      goal: 'at most 3 ms',
      met: figures.start <= 3,
    },
    {
      name: '100 servers in one process',
      ours: `${figures.hundred.toFixed(0)} ms`,
      floor: '',
      ratio: undefined,
      goal: 'under 1,000 ms',
      met: figures.hundred < 1000,
    },
    {
      name: 'memory of each of them',
      ours: `${figures.megabytes.toFixed(3)} MB`,
      floor: '',
      ratio: undefined,
      goal: 'under 1 MB',
      met: figures.megabytes < 1,
    },
  ];
}
