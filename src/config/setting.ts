/** A value somebody gave for an option, with the place they gave it in. */
export interface Setting {
  /** Where it goes in `Options`, such as `['generate', 'nodes']`. */
  readonly path: readonly string[];
  readonly value: unknown;
  /** How a message names the place: `--nodes`, `FAKE_KS_NODES` or `fake.yaml`. */
  readonly source: string;
  /** Line of a value in that file, counted from 1; absent when the source is no file. */
  readonly lineOf?: (path: readonly (string | number)[]) => number | undefined;
}

/** A flag of the command line and the variable of the environment that mirrors it. */
export interface Flag {
  /** Without dashes. */
  readonly name: string;
  /** Where its value goes; see {@link Setting}. */
  readonly path: readonly string[];
  /** Placeholder of its value in the help text; absent: a switch. */
  readonly value?: string;
  /** May be given several times; its values are joined to one list. */
  readonly many?: boolean;
  /** Separates several values in one text; a newline always does in the environment. */
  readonly separator?: string;
  /** One line for the help text. */
  readonly help: string;
  /** Turns text into the option's value. @throws Error whose message says what the text must look like */
  readonly read?: (text: string) => unknown;
}

/** The environment variable that mirrors a flag: `FAKE_KS_TOKEN_MAX_AGE` for `token-max-age`. */
export function variableOf(flag: string): string {
  return `FAKE_KS_${flag.toUpperCase().replaceAll('-', '_')}`;
}
