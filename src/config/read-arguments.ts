import { parseArgs } from 'node:util';
import { didYouMean } from '../core/did-you-mean.js';
import { variableOf, type Flag, type Setting } from './setting.js';

/** What a command line says. */
export interface Arguments {
  readonly settings: readonly Setting[];
  /** Words that are no flags. */
  readonly words: readonly string[];
  /** One line per flag that cannot be used. */
  readonly problems: readonly string[];
}

/** Reads a command line by a table of flags. Never throws: what is wrong is among the problems. */
export function readArguments(argv: readonly string[], flags: readonly Flag[]): Arguments {
  const byName = new Map(flags.map((flag) => [flag.name, flag]));
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      flags.map(({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string' } as const]),
    ),
    strict: false,
    tokens: true,
  });
  const given = new Map<Flag, string[]>();
  const words: string[] = [];
  const problems: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const off = token.name.startsWith('no-') ? byName.get(token.name.slice(3)) : undefined;
    const flag = byName.get(token.name) ?? (off?.value === undefined ? off : undefined);
    if (flag === undefined) {
      const near = didYouMean(
        token.rawName,
        [...byName.keys()].map((name) => `--${name}`),
      );
      problems.push(`${token.rawName}: unknown flag${near === '' ? '; see --help' : near}`);
    } else if (flag.value === undefined) {
      given.set(flag, [flag === off ? 'false' : (token.value ?? '')]);
    } else if (token.value === undefined || (!token.inlineValue && token.value.startsWith('--'))) {
      problems.push(`${token.rawName}: needs a value: ${token.rawName} ${flag.value}`);
    } else {
      given.set(flag, flag.many === true ? [...(given.get(flag) ?? []), token.value] : [token.value]);
    }
  }
  const settings: Setting[] = [];
  for (const [flag, texts] of given) {
    const split =
      flag.separator === undefined ? texts : texts.flatMap((text) => listOf(text, flag.separator));
    read(flag, split, `--${flag.name}`, settings, problems);
  }
  return { settings, words, problems };
}

/** Reads the variables that mirror flags; empty ones count as unset, unknown `FAKE_KS_…` ones are problems. */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  flags: readonly Flag[],
  others: readonly string[],
): Omit<Arguments, 'words'> {
  const byVariable = new Map(flags.map((flag) => [variableOf(flag.name), flag]));
  const settings: Setting[] = [];
  const problems: string[] = [];
  for (const variable in environment) {
    const text = environment[variable];
    if (!variable.startsWith('FAKE_KS_') || text === undefined || text === '') continue;
    const flag = byVariable.get(variable);
    if (flag === undefined && others.includes(variable)) continue;
    if (flag === undefined) {
      problems.push(`${variable}: unknown variable${didYouMean(variable, [...byVariable.keys()])}`);
    } else {
      read(flag, flag.many === true ? listOf(text, flag.separator) : [text], variable, settings, problems);
    }
  }
  return { settings, problems };
}

function listOf(text: string, separator: string | undefined): string[] {
  const parts = text
    .split('\n')
    .flatMap((line) => (separator === undefined ? [line] : line.split(separator)));
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function read(
  flag: Flag,
  texts: readonly string[],
  source: string,
  settings: Setting[],
  problems: string[],
): void {
  const values: unknown[] = [];
  for (const text of texts) {
    try {
      values.push(flag.read === undefined ? text : flag.read(text));
    } catch (error) {
      problems.push(`${source}: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
  }
  settings.push({ path: flag.path, value: flag.many === true ? values : values[0], source });
}
