import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { evened, guides, printedCommands, type Guide } from './guide-commands.js';

const folder = new URL('../../../shared/guides/', import.meta.url);
const present = existsSync(folder);

test.skipIf(!present)(
  'every curl command of the guides is run, as printed (skipped without ../shared/guides)',
  () => {
    const files = readdirSync(folder).sort();
    expect(files).toHaveLength(Object.keys(guides).length);
    for (const [at, { file, commands }] of Object.values<Guide<string>>(guides).entries()) {
      const name = files[at] ?? '';
      expect(name.startsWith(file)).toBe(true);
      const printed = printedCommands(readFileSync(new URL(name, folder), 'utf8'));
      expect(printed).toEqual(Object.values(commands).map(evened));
    }
  },
);
