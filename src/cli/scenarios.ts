import { describeFlags } from '../config/load-config.js';
import { readArguments } from '../config/read-arguments.js';
import type { Flag } from '../config/setting.js';
import { InputError } from '../core/input-error.js';
import { loadScenarios, scenarioNames } from '../scenario/load.js';
import type { NamedScenario } from '../scenario/scenario.js';
import type { Command, CommandContext } from './command.js';

const flags: readonly Flag[] = [
  { name: 'json', path: ['json'], help: 'print JSON: whole scenarios by name' },
];

/** Lists the scenarios that come with the package. */
export const scenariosCommand: Command = {
  help: () =>
    `Usage: fake-ks-apiserver scenarios [NAME|FILE…] [flags]\n\nLists the scenarios that come with the package, or checks those named.\n\n${describeFlags(flags)}\n`,
  run: list,
};

async function list({ argv, print }: CommandContext): Promise<number> {
  const { settings, words, problems } = readArguments(argv, flags);
  if (problems.length > 0) throw new InputError(problems);
  const scenarios = await loadScenarios(words.length > 0 ? words : scenarioNames());
  if (settings.length > 0) {
    const byName = Object.fromEntries(scenarios.map(({ name, scenario }) => [name, scenario]));
    print(`${JSON.stringify(byName, null, 2)}\n`);
    return 0;
  }
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  print(scenarios.map((each) => `${each.name.padEnd(width)}  ${summary(each)}\n`).join(''));
  return 0;
}

function summary({ scenario: { description, since, until } }: NamedScenario): string {
  const range = [since && `since ${since}`, until && `until ${until}`].filter(Boolean).join(' ');
  const text = description.trim().replace(/\s+/g, ' ');
  return range === '' ? text : `${text} (${range})`;
}
