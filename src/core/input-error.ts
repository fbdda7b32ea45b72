/**
 * Input that a person gave us and that cannot be used: options, flags, files.
 *
 * Each problem is one line that says where it is, what is wrong and what to do, such as
 * `scenarios/a.yaml:12: users[2].role: unknown role "adminn"; did you mean "admin"?`.
 * All problems are shown at once; the command line prints them and exits with 2.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly problems: readonly string[];

  constructor(problems: string | readonly string[], options?: { readonly cause?: unknown }) {
    const lines = typeof problems === 'string' ? [problems] : problems;
    super(lines.join('\n'), options);
    this.problems = lines;
  }
}
