import { InputError } from '../core/input-error.js';
import { checkSettings } from './check-options.js';
import { optionFlags } from './flags.js';
import { readArguments, readEnvironment, type Arguments } from './read-arguments.js';
import type { ServeOptions } from './schema.js';
import { variableOf, type Flag, type Setting } from './setting.js';

/** Where a command's options come from. */
export interface ConfigSources {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The options this command takes. */
  readonly options: readonly Flag[];
  /** Flags of the command itself, besides those of the options; the environment does not mirror them. */
  readonly own: readonly Flag[];
}

/** Options of a fake, with the settings of the command's own flags. */
export interface LoadedConfig {
  readonly options: ServeOptions;
  /** Values of the command's own flags by name. */
  readonly own: ReadonlyMap<string, unknown>;
  /** Flags of the options, and `--config`, that the command line itself gives, with their dashes. */
  readonly given: readonly string[];
  /** All settings of options, in the order they were read. */
  readonly settings: readonly Setting[];
}

/** Names the configuration file; read before everything else because everything else wins over it. */
export const configFlag: Flag = {
  name: 'config',
  path: ['config'],
  value: 'FILE',
  help: 'options from a YAML or JSON file; environment and flags win over it',
};

/** Variables that may be set for another command, or for tests. */
const otherVariables = ['FAKE_KS_URL', ...optionFlags.map(({ name }) => variableOf(name))];

/**
 * Reads configuration file, environment and flags, the later ones winning.
 *
 * @throws InputError with every problem found in all three
 */
export async function loadConfig(sources: ConfigSources): Promise<LoadedConfig> {
  const mirroredFlags = [...sources.options, configFlag];
  const given = readArguments(sources.argv, [...mirroredFlags, ...sources.own]);
  const mirrored = readEnvironment(sources.environment, mirroredFlags, otherVariables);
  const problems = [...given.problems, ...wordProblems(given), ...mirrored.problems];
  const settings = [...mirrored.settings, ...given.settings];
  const ownNames = new Set([configFlag, ...sources.own].map(({ name }) => name));
  const own = new Map<string, unknown>();
  const told: Setting[] = [];
  for (const setting of settings) {
    const [name = ''] = setting.path;
    if (setting.path.length === 1 && ownNames.has(name)) own.set(name, setting.value);
    else told.push(setting);
  }
  const file = own.get(configFlag.name);
  const fromFile = await attempt(problems, async (): Promise<readonly Setting[]> => {
    if (typeof file !== 'string') return [];
    const { readConfigFile } = await import('./read-config-file.js');
    return readConfigFile(file);
  });
  const all = [...(fromFile ?? []), ...told];
  const options = await attempt(problems, () => checkSettings(all));
  if (options === undefined || problems.length > 0) throw new InputError(problems);
  const ownFlags = new Set(sources.own.map(({ name }) => `--${name}`));
  return {
    options: await withTlsFiles(options.signKeyFile === undefined ? options : await withSignKey(options)),
    own,
    given: given.settings.map(({ source }) => source).filter((source) => !ownFlags.has(source)),
    settings: all,
  };
}

function wordProblems({ words, problems }: Arguments): readonly string[] {
  // After an unknown flag its value looks like a stray word; one complaint is enough.
  return problems.length > 0 ? [] : words.map((word) => `${word}: unexpected word; see --help`);
}

async function attempt<T>(problems: string[], run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

async function withSignKey({ signKeyFile = '', ...options }: ServeOptions): Promise<ServeOptions> {
  const [{ readText }, { createPrivateKey }] = await Promise.all([
    import('./read-config-file.js'),
    import('node:crypto'),
  ]);
  const pem = readText('--sign-key', signKeyFile);
  try {
    if (createPrivateKey(pem).asymmetricKeyType === 'rsa') return { ...options, signKey: pem };
  } catch {
    // Told below, together with keys of another kind.
  }
  throw new InputError([`--sign-key: ${signKeyFile} holds no RSA private key; give a PEM file that does`]);
}

const tlsFiles = [
  ['tlsCa', 'tlsCaFile', '--tls-ca'],
  ['tlsCaKey', 'tlsCaKeyFile', '--tls-ca-key'],
  ['tlsCert', 'tlsCertFile', '--tls-cert'],
  ['tlsKey', 'tlsKeyFile', '--tls-key'],
] as const;

/** Puts what the files of the HTTPS door hold in their place. What is wrong with it is told when it is used. */
async function withTlsFiles(options: ServeOptions): Promise<ServeOptions> {
  const given = tlsFiles.filter(([, file]) => options[file] !== undefined);
  if (given.length === 0) return options;
  const { readText } = await import('./read-config-file.js');
  const texts = given.map(([name, file, flag]) => {
    const path = options[file] ?? '';
    return [name, name === 'tlsCa' && path === 'new' ? path : readText(flag, path)];
  });
  return { ...options, ...(Object.fromEntries(texts) as ServeOptions) };
}

/** One line of help per flag. */
export function describeFlags(flags: readonly Flag[]): string {
  const heads = flags.map(({ name, value }) => `--${name}${value === undefined ? '' : ` ${value}`}`);
  const width = Math.min(36, Math.max(...heads.map(({ length }) => length)));
  return flags.map(({ help }, at) => `  ${(heads[at] ?? '').padEnd(width)}  ${help}`).join('\n');
}
