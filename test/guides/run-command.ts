import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a command printed, and the head of the last answer it got. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** 0 when there was no answer. */
  readonly status: number;
  /** The head's lines, as sent. */
  readonly head: string;
}

/** Runs a command line in bash with the real curl. Its own configuration file notes the head of each answer. */
export async function runCommand(
  command: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const home = await mkdtemp(join(tmpdir(), 'guide-'));
  const heads = join(home, 'heads');
  try {
    await writeFile(join(home, '.curlrc'), `dump-header = "${heads}"\n`);
    const environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      CURL_HOME: home,
      LC_ALL: 'C',
      ...variables,
    };
    const child = spawn('bash', ['-c', command], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr, code] = await Promise.all([
      textOf(child.stdout),
      textOf(child.stderr),
      new Promise<number | null>((resolve, reject) => {
        child.on('error', reject);
        child.on('close', resolve);
      }),
    ]);
    const head = await readFile(heads, 'utf8').catch(() => '');
    return { code, stdout, stderr, status: Number(/^HTTP\/1\.1 (\d+)/m.exec(head)?.[1] ?? 0), head };
  } finally {
    await rm(home, { recursive: true });
  }
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
