import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  printedComponents,
  printedForbidden,
  printedListStart,
  printedLogin,
  printedLogin21,
  printedNode,
} from './printed-answers.js';
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

test.skipIf(!present)(
  'the answers compared with are those printed (skipped without ../shared/guides)',
  () => {
    const text = (start: string): string => {
      const name = readdirSync(folder).find((file) => file.startsWith(start)) ?? '';
      return readFileSync(new URL(name, folder), 'utf8').replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<jwt>');
    };
    expect(text('001_')).toContain(`\n${printedLogin21}\n`);
    expect(text('001_')).toContain(`\n${printedComponents}\n`);
    expect(text('002_')).toContain(`\n${printedLogin}\n`);
    expect(text('002_')).toContain(`${printedListStart}${printedNode}`);
    expect(text('004_')).toContain(`\n${printedForbidden}\n`);
  },
);
