/** What a command line has to print on stdout: a text all of it, a pattern anywhere; absent: anything. */
export type Expected = string | RegExp | undefined;

/** Which kubectl knows a command, and how it ends. */
export interface StepOptions {
  /** Minor version that first has it, or prints this. */
  readonly since?: number;
  /** Minor version that no longer has it, or prints something else. */
  readonly before?: number;
  /** Exit code; 0 when absent. */
  readonly code?: number;
  /** What it has to print on stderr. */
  readonly stderr?: RegExp;
}

/** A command line, what it prints, and whom that goes for. */
export type Step = readonly [line: string, prints?: Expected, options?: StepOptions];

/** Command lines that build on each other, run at a server of their own. */
export interface Journey {
  /** What kubectl does, in the third person. */
  readonly title: string;
  readonly steps: readonly Step[];
}
