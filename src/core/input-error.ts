/** A place in a file or option that does not say what it must. */
export interface InputProblem {
  /** File as the user named it, or the option's name when there is no file. */
  readonly source: string;
  /** Counted from 1; absent when the place in the file is not known. */
  readonly line?: number;
  /** Path of the value, such as `objects[3].metadata.name`; absent when the document as a whole is meant. */
  readonly field?: string;
  /** What is wrong, what was found, and what to do about it. */
  readonly message: string;
}

/** A problem as one line: `file:line: field: message`. */
export function problemLine({ source, line, field, message }: InputProblem): string {
  const place = line === undefined ? source : `${source}:${String(line)}`;
  const text = field === undefined || field === '' ? message : `${field}: ${message}`;
  return oneLine(`${place}: ${text}`);
}

/**
 * Everything that is wrong with files and options a user gave, found in one go; nothing of them was used.
 *
 * The command line prints its message and exits with 2.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
  /** One line per problem, in the order of the files. */
  readonly problems: readonly string[];

  constructor(problems: readonly (InputProblem | string)[], options: { readonly cause?: unknown } = {}) {
    const lines = problems.map((problem) =>
      typeof problem === 'string' ? oneLine(problem) : problemLine(problem),
    );
    super(lines.join('\n'), options.cause === undefined ? undefined : { cause: options.cause });
    this.problems = lines;
  }
}

/** Describes a value somebody gave, short enough for a message: `"abc"`, `42`, `a list`, `nothing`. */
export function describeInput(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return `a ${typeof value}`;
  return JSON.stringify(value.length > longest ? `${value.slice(0, longest)}…` : value);
}

/** Longest text repeated in a message. */
const longest = 60;

/** Control characters shown escaped, so that a problem stays one line whatever the file holds. */
function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are the characters meant
  return text.replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, (character) =>
    JSON.stringify(character).slice(1, -1),
  );
}
