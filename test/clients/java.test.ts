import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { java } from './installed.js';
import { openShell } from './shell.js';

const withJava = java.folder === undefined ? test.skip : test;
const smoke = join(import.meta.dirname, 'java', 'Smoke.java');

withJava(`${java.title}: makes, watches, informs, executes, reads logs and forwards ports`, async () => {
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  await using shell = await openShell(ks, []);
  const printed = await shell.run(
    `java -Dslf4j.internal.verbosity=ERROR -cp '${java.folder ?? ''}/*' ${smoke}`,
  );
  expect(printed.stderr).toBe('');
  expect(JSON.parse(printed.stdout)).toEqual({
    conflict: [409, 'Conflict'],
    applied: { x: '2' },
    watched: [
      ['ADDED', '1'],
      ['MODIFIED', '2'],
      // The same, now applied: whose fields are whose has changed.
      ['MODIFIED', '2'],
      ['DELETED', '2'],
    ],
    missing: true,
    cached: 1,
    informed: ['add before', 'add after', 'update after', 'delete before'],
    phase: 'Running',
    exit: 3,
    exec: 'hello\n',
    typed: 'typed\n',
    logged: 2,
    forwarded: 200,
    scaled: 3,
    image: 'nginx:2',
    generic: 'java',
  });
});
