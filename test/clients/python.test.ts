import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { python } from './installed.js';
import { openShell } from './shell.js';

const withPython = python.folder === undefined ? test.skip : test;
const smoke = join(import.meta.dirname, 'python', 'smoke.py');

withPython(`${python.title}: makes, watches, executes, reads logs and forwards ports`, async () => {
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  await using shell = await openShell(ks, []);
  const printed = await shell.run(`python3 ${smoke}`, { PYTHONPATH: python.folder ?? '' });
  expect(printed.stderr).toBe('');
  expect(JSON.parse(printed.stdout)).toEqual({
    created: true,
    watched: [
      ['ADDED', '1'],
      ['MODIFIED', '2'],
      ['DELETED', '2'],
    ],
    missing: [404, 'NotFound'],
    phase: 'Running',
    exec: 'hello\n',
    typed: 'typed',
    logged: 2,
    forwarded: 'HTTP/1.1 200 OK',
    dynamic: ['py'],
  });
});
