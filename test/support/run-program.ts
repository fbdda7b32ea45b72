import { spawn } from 'node:child_process';

/** What a program printed, and its exit code. */
export interface ProgramOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, without any `FAKE_KS_…` of the tests' own environment. */
export function runProgram(
  program: string,
  argv: readonly string[],
  { cwd, environment = {} }: { readonly cwd: string; readonly environment?: Record<string, string> },
): Promise<ProgramOutcome> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(FAKE_KS_|VITEST|NODE_OPTIONS)/.test(name),
  );
  const child = spawn(program, argv, {
    cwd,
    env: { ...Object.fromEntries(inherited), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}
