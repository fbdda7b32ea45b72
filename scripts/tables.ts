import { readFileSync, writeFileSync } from 'node:fs';
import { optionFlags } from '../src/config/flags.js';
import { configFlag } from '../src/config/load-config.js';
import { optionsSchema } from '../src/config/schema.js';
import { variableOf } from '../src/config/setting.js';
import { loadScenarios, scenarioNames } from '../src/scenario/load.js';

/** A page of the documentation with a table that is made from the sources. */
export interface TablePage {
  readonly file: URL;
  /** Name of the mark it stands behind: `<!-- options -->`. */
  readonly mark: string;
  readonly rows: () => Promise<readonly (readonly string[])[]>;
}

/** The tables, first row the head; `npx tsx scripts/tables.ts` writes them. */
export const tablePages: readonly TablePage[] = [
  { file: new URL('../docs/configuration.md', import.meta.url), mark: 'options', rows: optionRows },
  { file: new URL('../README.md', import.meta.url), mark: 'scenarios', rows: scenarioRows },
];

/** A page as it stands, and as it has to be. */
export async function readPage({ file, mark, rows }: TablePage): Promise<{ is: string; ought: string }> {
  const is = readFileSync(file, 'utf8');
  const [begin, end] = [`<!-- ${mark} -->`, '<!-- end -->'];
  const [before = '', rest = ''] = is.split(begin);
  const after = rest.slice(rest.indexOf(end));
  return { is, ought: `${before}${begin}\n\n${layOut(await rows())}\n\n${after}` };
}

function layOut(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(3, ...cells.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body.map(line)].join(
    '\n',
  );
}

/** What stands for options of the command line in a call. */
const inCall: Readonly<Record<string, string>> = {
  signKeyFile: 'in the call `signKey`, the text itself',
  tlsCaFile: 'in the call `tlsCa`, the text itself or `new`',
  tlsCaKeyFile: 'in the call `tlsCaKey`, the text itself',
  tlsCertFile: 'in the call `tlsCert`, the text itself',
  tlsKeyFile: 'in the call `tlsKey`, the text itself',
};

/** How an option is called in a call, when not as everywhere else. */
function exception([option = '']: readonly string[]): string {
  const { success, error } = optionsSchema.safeParse({ [option]: null });
  const unknown = !success && error.issues.some(({ code }) => code === 'unrecognized_keys');
  return unknown ? `; ${inCall[option] ?? 'not for the call'}` : '';
}

function optionRows(): Promise<readonly (readonly string[])[]> {
  const rows = [...optionFlags, configFlag].map(({ name, path, value, help, many }) => [
    name === 'config' ? '' : `\`${path.join('.')}\``,
    `\`--${name}${value === undefined ? '' : ` ${value}`}\`${many === true ? ' …' : ''}`,
    `\`${variableOf(name)}\``,
    `${help}${exception(path)}`,
  ]);
  return Promise.resolve([['option', 'flag', 'variable', 'meaning'], ...rows]);
}

async function scenarioRows(): Promise<readonly (readonly string[])[]> {
  const scenarios = await loadScenarios(scenarioNames());
  const rows = scenarios.map(({ name, scenario: { description, since, until } }) => [
    `\`${name}\``,
    description.trim().replace(/\s+/g, ' '),
    since === undefined && until === undefined ? 'all' : `${since ?? 'v2.1'} to ${until ?? 'v4.1'}`,
  ]);
  return [['scenario', 'what is so', 'releases'], ...rows];
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  for (const page of tablePages) writeFileSync(page.file, (await readPage(page)).ought);
}
