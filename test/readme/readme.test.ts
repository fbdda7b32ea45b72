import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyProject, projectRoot, temporaryFolder } from '../support/project-copy.js';
import { runProgram } from '../support/run-program.js';
import { readPage, tablePages } from '../../scripts/tables.js';
import { codeBlocks } from './code-blocks.js';

const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
const blocks = codeBlocks(readme);
const [startBlock, testBlock, ...shellBlocks] = blocks.filter(({ language }) => language === 'sh');
const programs = blocks.filter(({ language }) => language === 'ts');

const folder = temporaryFolder();
const project = join(folder.path, 'project');
const consumer = join(folder.path, 'consumer');
let server: ChildProcess;
let url = '';

/** `npm start` in a copy of the project, where its packages are installed already. */
beforeAll(async () => {
  copyProject(project);
  server = spawn('npm', ['start'], {
    cwd: project,
    env: { ...process.env, FAKE_KS_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  url = await new Promise<string>((resolve, reject) => {
    let told = '';
    const lines = createInterface({ input: server.stdout ?? process.stdin });
    lines.on('line', (line) => {
      told += `${line}\n`;
      const found = /listens at (http:\S+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    lines.once('close', () => {
      reject(new Error(`npm start did not serve:\n${told}`));
    });
  });
  mkdirSync(join(consumer, 'node_modules'), { recursive: true });
  for (const name of readdirSync(join(projectRoot, 'node_modules'))) {
    symlinkSync(join(projectRoot, 'node_modules', name), join(consumer, 'node_modules', name));
  }
  symlinkSync(project, join(consumer, 'node_modules', 'fake-ks-apiserver'));
  writeFileSync(join(consumer, 'package.json'), '{ "type": "module" }');
  for (const { text } of programs) writeFileSync(join(consumer, nameOf(text)), text);
}, 180_000);

afterAll(() => {
  if (server.pid !== undefined && server.exitCode === null) process.kill(-server.pid, 'SIGTERM');
  folder[Symbol.dispose]();
});

/** The file a program wants to be: named in its first line. */
function nameOf(program: string): string {
  return /^\/\/ (\S+\.ts)\n/.exec(program)?.[1] ?? 'unnamed.ts';
}

test('begins with the two commands that CI runs, too', () => {
  expect([startBlock?.text, testBlock?.text]).toEqual(['npm ci && npm start\n', 'npm ci && npm test\n']);
  const ci = readFileSync(join(projectRoot, '.ci/run'), 'utf8');
  expect([ci.indexOf('\n  count_tests npm test '), ci.indexOf("\nstep 'npm ci' npm ci ")]).not.toContain(-1);
});

test('its first command serves', () => {
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

test.for(shellBlocks)(
  'the commands in line $line do what they say',
  { timeout: 60_000 },
  async ({ text }) => {
    const script = text.replaceAll('http://127.0.0.1:9090', url);
    const { code, stdout, stderr } = await runProgram('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: project,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    if (text.includes('login.json')) expect(JSON.parse(stdout)).toMatchObject({ totalItems: 5 });
    else if (text.includes('curl')) expect(stdout).toContain('"code": 403');
    if (text.includes('world.yaml')) expect(existsSync(join(project, 'world.yaml'))).toBe(true);
  },
);

test('its tests pass', async () => {
  const vitest = join(consumer, 'node_modules/vitest/vitest.mjs');
  const { code, stdout, stderr } = await runProgram(process.execPath, [vitest, 'run', '--root', consumer], {
    cwd: consumer,
    environment: { NO_COLOR: '1' },
  });
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/Tests\s+\S*2 passed/);
}, 60_000);

test('its program runs', async () => {
  const { code, stdout, stderr } = await runProgram(process.execPath, ['--import', 'tsx', 'embed.ts'], {
    cwd: consumer,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^200 10\d\n$/);
}, 60_000);

test('its programs are right by their types', async () => {
  const config = {
    compilerOptions: {
      ...{ target: 'es2023', lib: ['es2023', 'esnext.disposable'], module: 'nodenext', strict: true },
      ...{ noEmit: true, skipLibCheck: true, types: ['node'] },
    },
    include: ['*.ts'],
  };
  writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(consumer, 'node_modules/typescript/bin/tsc');
  const { code, stdout } = await runProgram(process.execPath, [tsc, '-p', consumer], { cwd: consumer });
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
}, 120_000);

test('every block of it is run here', () => {
  const known = blocks.filter(({ language }) => language === 'sh' || language === 'ts');
  expect(blocks.map(({ line }) => line)).toEqual(known.map(({ line }) => line));
  expect(programs.map(({ text }) => nameOf(text))).toEqual(['nodes.test.ts', 'embed.ts']);
});

test.for(tablePages)(
  'the table of $mark is that of the sources (npx tsx scripts/tables.ts writes it)',
  async (page) => {
    const { is, ought } = await readPage(page);
    expect(is).toBe(ought);
  },
);

test('every link leads somewhere', () => {
  for (const page of ['README.md', 'CONTRIBUTING.md', 'docs/README.md']) {
    const text = readFileSync(join(projectRoot, page), 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\(((?!https?:)[^)#]+)/g)) {
      expect(existsSync(join(projectRoot, page, '..', target)), `${page}: ${target}`).toBe(true);
    }
  }
});
