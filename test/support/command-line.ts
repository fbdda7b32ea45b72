import { runCommandLine } from '../../src/cli/run.js';

/** What a command line printed, and its exit code. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, with this environment only. A server stops as soon as it is ready. */
export async function runLine(
  argv: readonly string[],
  environment: Record<string, string> = {},
): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  let isReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => (isReady = resolve));
  const code = await runCommandLine({
    argv,
    environment,
    print: (text) => {
      stdout += text;
      isReady();
    },
    warn: (text) => {
      stderr += text;
    },
    stopped: () => ready,
  });
  return { code, stdout, stderr };
}
