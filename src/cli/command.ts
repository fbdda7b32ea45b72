/** What a command may use of the process it runs in. */
export interface CommandContext {
  /** Words behind the command's name. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Writes to stdout. */
  readonly print: (text: string) => void;
  /** Writes to stderr. */
  readonly warn: (text: string) => void;
  /** Resolves when the process is asked to stop. */
  readonly stopped: () => Promise<void>;
}

/** A command of the command line. */
export interface Command {
  /** Printed by `--help`. */
  readonly help: () => string;
  /** Does it; the result is the exit code. @throws InputError for what the caller got wrong: exit code 2 */
  readonly run: (context: CommandContext) => Promise<number>;
}
