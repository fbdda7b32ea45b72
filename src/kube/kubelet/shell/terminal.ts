import type { Machine, Streams } from './machine.js';
import { runLine } from './run-script.js';

const control = { interrupt: '\x03', endOfInput: '\x04', backspace: ['\x7f', '\b'] } as const;
/** Longest line taken, in characters: that of Linux' terminals. */
const lineLimit = 4096;

/** Tells whether a command line starts a shell that reads what is typed. */
export function isInteractive(argv: readonly string[]): boolean {
  return argv.length === 1 && /^(?:\/\S*\/)?(?:sh|bash|ash)$/.test(argv[0] ?? '');
}

/** Output for a terminal: its lines end in CR LF. */
export function forTerminal(write: Streams['stdout']): Streams['stdout'] {
  return (data) =>
    write(Buffer.from(Buffer.from(data).toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1'));
}

/**
 * A shell at a terminal: prompts, shows what is typed, and runs it line by line.
 *
 * @returns its exit code, once it is left or the client goes
 */
export async function runTerminal(machine: Machine, streams: Streams): Promise<number> {
  const stdout = forTerminal(streams.stdout);
  const inner = { ...streams, stdout, stderr: stdout, stdin: nothing() };
  const prompt = (): Promise<void> => stdout(`${machine.cwd} # `);
  let line = '';
  await prompt();
  for await (const piece of streams.stdin) {
    for (const character of piece.toString('utf8')) {
      if (character === '\r' || character === '\n') {
        await stdout('\n');
        const ended = await runLine(machine, line, inner);
        line = '';
        if (ended !== undefined) return ended;
        await prompt();
      } else if (character === control.interrupt) {
        line = '';
        machine.last = 130;
        await stdout('^C\n');
        await prompt();
      } else if (character === control.endOfInput) {
        if (line === '') return machine.last;
      } else if ((control.backspace as readonly string[]).includes(character)) {
        if (line === '') continue;
        line = Array.from(line).slice(0, -1).join('');
        await stdout('\b \b');
      } else if (line.length < lineLimit) {
        line += character;
        await stdout(character);
      }
    }
    if (streams.gone.aborted) break;
  }
  return machine.last;
}

// eslint-disable-next-line @typescript-eslint/require-await -- commands at a terminal read nothing but their line
async function* nothing(): AsyncGenerator<Buffer> {
  yield* [];
}
