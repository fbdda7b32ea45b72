import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeconfigRequest } from '../../src/control/kubeconfig.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import type { Client } from './installed.js';

/** What a command line printed. */
export interface Printed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs command lines in bash, with clients that talk to a fake, in an empty folder of its own. */
export interface Shell extends AsyncDisposable {
  /** The folder it runs in. */
  readonly folder: string;
  run(line: string, env?: Readonly<Record<string, string>>): Promise<Printed>;
}

/** A shell whose clients, first on the path, are logged in at a fake, with a cache of their own. */
export async function openShell(
  ks: InProcessFake,
  clients: readonly Client[],
  who: KubeconfigRequest = {},
): Promise<Shell> {
  const folder = await mkdtemp(join(tmpdir(), 'clients-'));
  const config = join(folder, 'kubeconfig');
  await writeFile(config, await ks.kubeconfig(who), { mode: 0o600 });
  const base = {
    PATH: [...clients.map((client) => client.folder), process.env['PATH']].filter(Boolean).join(':'),
    HOME: folder,
    KUBECONFIG: config,
    KUBECACHEDIR: join(folder, 'cache'),
    LC_ALL: 'C',
  };
  return {
    folder,
    run: (line, env = {}) =>
      new Promise((resolve, reject) => {
        const child = spawn('bash', ['-c', line], {
          cwd: folder,
          env: { ...base, ...env },
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        let stdout = '';
        let stderr = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
        child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
        child.on('error', reject);
        child.on('close', (code) => {
          resolve({ code, stdout, stderr });
        });
      }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
