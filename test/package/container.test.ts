import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { spawn, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { projectRoot, temporaryFolder } from '../support/project-copy.js';
import { runProgram } from '../support/run-program.js';
import { readDockerfile, type Stage } from './dockerfile.js';

const dockerfile = readDockerfile(readFileSync(join(projectRoot, 'Dockerfile'), 'utf8'));
const last = dockerfile.at(-1);
const compose = join(projectRoot, 'docker-compose.yml');

function textsOf(stage: Stage | undefined, name: string): readonly string[] {
  return (stage?.instructions ?? []).filter((each) => each.name === name).map(({ text }) => text);
}

/** What .dockerignore lets into the build: everything it names with `!`. */
const context = readFileSync(join(projectRoot, '.dockerignore'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('!'))
  .map((line) => line.slice(1));

/** Packages this machine has seen already are not asked for again. */
const offline = { npm_config_prefer_offline: 'true' };

/** Does in folders what the instructions of a stage do in an image. */
async function build(stage: Stage, roots: string): Promise<void> {
  const root = join(roots, stage.name === '' ? 'final' : stage.name);
  let workdir = root;
  for (const { name, text } of stage.instructions) {
    if (name === 'WORKDIR') mkdirSync((workdir = join(root, text)), { recursive: true });
    if (name === 'COPY') copy(text, workdir, roots);
    if (name !== 'RUN') continue;
    const { code, stdout, stderr } = await runProgram('sh', ['-c', text], {
      cwd: workdir,
      environment: offline,
    });
    expect(code, `${text}\n${stdout}${stderr}`).toBe(0);
  }
}

function copy(text: string, workdir: string, roots: string): void {
  const words = text.split(/\s+/);
  const from = /^--from=(\S+)$/.exec(words[0] ?? '')?.[1];
  const [target = '', ...sources] = (from === undefined ? words : words.slice(1)).reverse();
  for (const source of sources) {
    if (from === undefined) expect(context).toContain(source);
    const path = from === undefined ? join(projectRoot, source) : join(roots, from, source);
    const into = target === './' ? join(workdir, basename(source)) : join(workdir, target);
    cpSync(path, into, { recursive: true, verbatimSymlinks: true });
  }
}

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

test('the steps of the Dockerfile make an image that serves and is healthy', async () => {
  using folder = temporaryFolder();
  for (const stage of dockerfile) await build(stage, folder.path);
  const app = join(folder.path, 'final', 'app');
  expect(existsSync(join(app, 'node_modules', 'typescript'))).toBe(false);
  const variables = textsOf(last, 'ENV').flatMap((text) => text.split(' ').map((pair) => pair.split('=')));
  const environment = {
    ...(Object.fromEntries(variables) as Record<string, string>),
    FAKE_KS_PORT: await freePort(),
  };
  const [program = '', ...argv] = [...textsOf(last, 'ENTRYPOINT'), ...textsOf(last, 'CMD')].flatMap(
    (text) => JSON.parse(text) as string[],
  );
  const server = spawn(program, argv, { cwd: app, env: { PATH: process.env['PATH'] ?? '', ...environment } });
  const ended = new Promise((resolve) => server.once('close', resolve));
  await new Promise((resolve) => server.stdout.once('data', resolve));
  const [check = ''] = textsOf(last, 'HEALTHCHECK').map((text) => text.slice(text.indexOf('CMD ') + 4));
  const [checker = '', ...flags] = JSON.parse(check) as string[];
  expect(await runProgram(checker, flags, { cwd: app, environment })).toMatchObject({ code: 0, stderr: '' });
  server.kill('SIGTERM');
  expect(await ended).toBe(0);
}, 300_000);

test('the image runs as nobody special and listens on all addresses', () => {
  expect(textsOf(last, 'USER')).toEqual(['node']);
  expect(textsOf(last, 'ENV').join(' ')).toContain('FAKE_KS_HOST=0.0.0.0');
  expect(textsOf(last, 'RUN')).toEqual([]);
});

const hasCompose = spawnSync('docker-compose', ['version']).status === 0;
const reason = 'needs docker-compose: apt-get install docker-compose';

/** In CI .ci/run has installed it: there its absence is a failure. */
const composeTest = test.runIf(hasCompose || process.env['CI'] !== undefined);

composeTest(`docker-compose understands the compose file (${reason})`, async () => {
  const { code, stdout, stderr } = await runProgram('docker-compose', ['-f', compose, 'config'], {
    cwd: projectRoot,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/ks-apiserver:\n[^]*127\.0\.0\.1:9090:9090/);
});

composeTest(`and the service of your own in it, once it is no comment (${reason})`, async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'docker-compose.yml');
  const lines = readFileSync(compose, 'utf8').replace(/^ {2}# (?=( {2})*[\w-]+:)/gm, '  ');
  writeFileSync(file, lines);
  const { code, stdout, stderr } = await runProgram('docker-compose', ['-f', file, 'config'], {
    cwd: folder.path,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/my-service:\n[^]*condition: service_healthy/);
});
