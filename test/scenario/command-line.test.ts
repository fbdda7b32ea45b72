import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runLine } from '../support/command-line.js';

test('a scenario file that cannot be used ends the command line with 2 and a line per problem', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scenario-'));
  const file = join(folder, 'bad.yaml');
  try {
    await writeFile(file, 'description: x\nfaultz: []\nusers:\n  - { name: a, password: 1 }\n');
    const { code, stdout, stderr } = await runLine([
      '--port',
      '0',
      '--scenario',
      'expired-token',
      '--scenario',
      file,
    ]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toBe(
      `fake-ks-apiserver: ${file}:2: faultz: unknown key; did you mean "faults"?\n` +
        `fake-ks-apiserver: ${file}:4: users[0].password: got 1, expected the plain password\n`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
