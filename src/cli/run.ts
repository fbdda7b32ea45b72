import { didYouMean } from '../core/did-you-mean.js';
import { InputError } from '../core/input-error.js';
import { version } from '../core/version.js';
import type { Command, CommandContext } from './command.js';

/** Exit code of a call that was wrong: a bad flag, an unreadable file, a busy port. */
const misused = 2;

const commands: Readonly<
  Record<string, { readonly summary: string; readonly load: () => Promise<Command> }>
> = {
  serve: {
    summary: 'start a server (the default)',
    load: async () => (await import('./serve.js')).serveCommand,
  },
  token: {
    summary: 'print a token, valid or wrong in a chosen way',
    load: async () => (await import('./token.js')).tokenCommand,
  },
  scenarios: {
    summary: 'list the scenarios that come with the package',
    load: async () => (await import('./scenarios.js')).scenariosCommand,
  },
  world: {
    summary: 'print a world as kubectl prints lists',
    load: async () => (await import('./world.js')).worldCommand,
  },
  kubeconfig: {
    summary: 'print a kubeconfig for kubectl, helm and the like',
    load: async () => (await import('./kubeconfig.js')).kubeconfigCommand,
  },
  coverage: {
    summary: 'print which published operations a server was asked for',
    load: async () => (await import('./coverage.js')).coverageCommand,
  },
  healthcheck: {
    summary: 'exit with 0 when a server is ready, with 1 when not',
    load: async () => (await import('./healthcheck.js')).healthcheckCommand,
  },
};

/** Runs a command line. Never throws for what the caller got wrong. @returns the exit code */
export async function runCommandLine(context: CommandContext): Promise<number> {
  const [first = 'serve', ...rest] = context.argv;
  if (first === '--version' || first === '-V') return told(context, `${version}\n`);
  if (first === '--help' || first === '-h' || first === 'help') return told(context, overview());
  const named = !first.startsWith('-');
  const name = named ? first : 'serve';
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) {
    context.warn(`fake-ks-apiserver: ${name}: unknown command${didYouMean(name, Object.keys(commands))}\n`);
    return misused;
  }
  const argv = named ? rest : context.argv;
  const command = await entry.load();
  if (argv.includes('--help') || argv.includes('-h')) return told(context, command.help());
  try {
    return await command.run({ ...context, argv });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const problem of error.problems) context.warn(`fake-ks-apiserver: ${problem}\n`);
    return misused;
  }
}

function told(context: CommandContext, text: string): number {
  context.print(text);
  return 0;
}

function overview(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(12)}  ${summary}`);
  return [
    "fake-ks-apiserver: a stateful stand-in for KubeSphere's API server",
    '',
    'Usage: fake-ks-apiserver [command] [flags]',
    '',
    ...lines,
    '',
    'fake-ks-apiserver <command> --help lists the flags of a command; --version prints the version.',
    '',
  ].join('\n');
}
