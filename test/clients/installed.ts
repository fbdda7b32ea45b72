import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A program of {@link folder}, and how tests call it. */
export interface Client {
  /** What a title says: its name and version, or why it is skipped. */
  readonly title: string;
  /** The folder it is in, to be put on the path; `undefined` when it is not installed. */
  readonly folder: string | undefined;
  /** Minor version, `20` of 1.20; 0 when it is not installed. */
  readonly minor: number;
}

const folder = execFileSync('bash', ['test/clients/install.sh', '--where'], { encoding: 'utf8' }).trim();

function find(name: string, program: string, ...versionArguments: readonly string[]): Client {
  const place = join(folder, name);
  if (!existsSync(join(place, program))) {
    const missing = `no ${name}; run npm run install:clients`;
    if (process.env['CI'] === 'true') throw new Error(missing);
    return { title: `(skipped: ${missing})`, folder: undefined, minor: 0 };
  }
  const { stdout } = spawnSync(join(place, program), versionArguments, { encoding: 'utf8' });
  const [, version = '', minor = ''] = /v(\d+\.(\d+))/.exec(stdout) ?? [];
  return { title: `${program} ${version}`, folder: place, minor: Number(minor) };
}

function findGo(): Client {
  const { stdout, error } = spawnSync('go', ['version'], { encoding: 'utf8' });
  if (error !== undefined) {
    if (process.env['CI'] === 'true') throw new Error('no go on the path; install it');
    return { title: '(skipped: no go on the path)', folder: undefined, minor: 0 };
  }
  return { title: 'Go', folder: '', minor: Number(/go1\.(\d+)/.exec(stdout)?.[1]) };
}

const version = ['version', '--client', '-o', 'json'];

/** Debian's kubectl, the oldest one that has to work. */
export const oldKubectl: Client = find('kubectl-old', 'kubectl', ...version);

/** The kubectl built from public modules. */
export const newKubectl: Client = find('kubectl-new', 'kubectl', ...version);

/** Both, old one first. */
export const kubectls: readonly Client[] = [oldKubectl, newKubectl];

/** The Go that builds the Go programs, wherever it is on the path. */
export const go: Client = findGo();

/** helm 3, built from public modules. */
export const helm: Client = find('helm', 'helm', 'version', '--short');

function findPython(): Client {
  const place = join(folder, 'python');
  const { stdout, status } = spawnSync(
    'python3',
    ['-c', 'import kubernetes; print("v" + kubernetes.__version__)'],
    { encoding: 'utf8', env: { ...process.env, PYTHONPATH: place } },
  );
  if (status !== 0) {
    const missing = 'no Python client; run npm run install:clients';
    if (process.env['CI'] === 'true') throw new Error(missing);
    return { title: `(skipped: ${missing})`, folder: undefined, minor: 0 };
  }
  const [, version = '', minor = ''] = /v(\d+\.(\d+))/.exec(stdout) ?? [];
  return { title: `Python kubernetes ${version}`, folder: place, minor: Number(minor) };
}

/** The Python client, for `PYTHONPATH`. */
export const python: Client = findPython();

function findJava(): Client {
  const place = join(folder, 'java');
  const jar = existsSync(place)
    ? readdirSync(place).find((name) => /^kubernetes-client-\d/.test(name))
    : undefined;
  const { error } = spawnSync('java', ['-version']);
  if (jar === undefined || error !== undefined) {
    const missing = 'no Java client; run npm run install:clients';
    if (process.env['CI'] === 'true') throw new Error(missing);
    return { title: `(skipped: ${missing})`, folder: undefined, minor: 0 };
  }
  const [version = '', minor = ''] = /\d+\.(\d+)/.exec(jar) ?? [];
  return { title: `Java fabric8 ${version}`, folder: place, minor: Number(minor) };
}

/** The Java client, for the class path. */
export const java: Client = findJava();
