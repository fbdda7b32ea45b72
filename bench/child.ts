import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A server in a process of its own. */
export interface Child {
  readonly process: ChildProcess;
  readonly port: number;
  /** Milliseconds from spawn to the ready line. */
  readonly readyAfter: number;
  /** Resident memory in MB. */
  memory(): number;
  stop(): Promise<void>;
}

/** Starts a program and waits for its first line, which must hold its URL. */
export async function startChild(
  command: string,
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
): Promise<Child> {
  const begin = performance.now();
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  // A case that fails leaves no server behind, which would also keep the output open.
  const end = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  const line = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`${command} ${args.join(' ')} ended with ${String(code)} before it was ready`));
    });
    createInterface({ input: child.stdout }).on('line', (text) => {
      if (/https?:\/\/[^\s"]+:\d+/.test(text)) resolve(text);
    });
  });
  const readyAfter = performance.now() - begin;
  const port = Number(/https?:\/\/[^\s"]+?:(\d+)/.exec(line)?.[1]);
  return {
    process: child,
    port,
    readyAfter,
    memory: () => {
      const status = readFileSync(`/proc/${String(child.pid)}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    },
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => {
          resolve();
        });
        child.kill('SIGKILL');
      }),
  };
}
