import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';

/** What a command line printed. */
export interface Printed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs command lines in bash, with kubectl talking to a fake. */
export interface Shell extends AsyncDisposable {
  run(line: string): Promise<Printed>;
}

/** The folder of the kubectl to test with comes first on the path: `KUBECTL_DIR`, else what is installed. */
const path = [process.env['KUBECTL_DIR'], process.env['PATH']].filter(Boolean).join(':');

/** Version of the kubectl on the path, such as `1.20`; `undefined` when there is none. @throws Error in CI, where there has to be one */
export function kubectlVersion(): string | undefined {
  const env = { ...process.env, PATH: path };
  const { stdout, error } = spawnSync('kubectl', ['version', '--client', '-o', 'json'], {
    env,
    encoding: 'utf8',
  });
  const found = /"gitVersion": "v(\d+\.\d+)/.exec(error === undefined ? stdout : '')?.[1];
  if (found === undefined && process.env['CI'] === 'true')
    throw new Error('no kubectl on the path; install one');
  return found;
}

/** A shell whose kubectl is logged in at a fake, with a cache of its own. */
export async function openShell(ks: InProcessFake): Promise<Shell> {
  const home = await mkdtemp(join(tmpdir(), 'kubectl-'));
  const config = join(home, 'config');
  await writeFile(config, await ks.kubeconfig(), { mode: 0o600 });
  const env = { PATH: path, HOME: home, KUBECONFIG: config, KUBECACHEDIR: join(home, 'cache'), LC_ALL: 'C' };
  return {
    run: (line) =>
      new Promise((resolve, reject) => {
        const child = spawn('bash', ['-c', line], { env, stdio: ['ignore', 'pipe', 'pipe'] });
        let stdout = '';
        let stderr = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
        child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
        child.on('error', reject);
        child.on('close', (code) => {
          resolve({ code, stdout, stderr });
        });
      }),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}
