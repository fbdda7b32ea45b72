import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The command line as a process of its own. */
export interface CliProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** The first line on stdout; empty when it ended before one came. */
  firstLine(): Promise<string>;
  /** Waits for its end. */
  ended(): Promise<{ readonly code: number | null; readonly stderr: string }>;
}

/** Starts the command line from the sources. */
export function startCli(argv: readonly string[], environment: Record<string, string> = {}): CliProcess {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('FAKE_KS_'));
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli.ts', ...argv], {
    cwd: root,
    env: { ...Object.fromEntries(clean), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exit = once(child, 'close') as Promise<[number | null]>;
  const line = new Promise<string>((resolve) => {
    const lines = createInterface({ input: child.stdout });
    lines.once('line', resolve);
    lines.once('close', () => {
      resolve('');
    });
  });
  return {
    child,
    firstLine: () => line,
    ended: async () => ({ code: (await exit)[0], stderr }),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
