/** What is wrong with an expression, and where, in UTF-16 units; without a place: with all of it. */
export interface Problem {
  readonly at: number | undefined;
  readonly why: string;
}

/** An expression that cannot be compiled; the message tells all problems. */
export class CelCompileError extends Error {
  override readonly name = 'CelCompileError';

  constructor(text: string, problems: readonly Problem[]) {
    super(showProblems(text, problems));
  }
}

/** Problems told before they are cut. */
const most = 100;

/**
 * Problems as Kubernetes tells them: each with line and column, the line itself, and a mark below the place.
 *
 * @see google/cel-go common/error.go
 */
function showProblems(text: string, problems: readonly Problem[]): string {
  const placed = problems.slice(0, most).map(({ at, why }) => ({ ...placeOf(text, at), why }));
  const sorted = placed.sort((a, b) => a.line - b.line || a.column - b.column);
  const shown = sorted.map(({ line, column, why }) => showProblem(text, line, column, why));
  const more = problems.length - most;
  return [...shown, ...(more > 0 ? [`${String(more)} more errors were truncated`] : [])].join('\n');
}

function placeOf(text: string, at: number | undefined): { line: number; column: number } {
  if (at === undefined) return { line: -1, column: -1 };
  const before = text.slice(0, at);
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: Array.from(before.slice(start)).length };
}

function showProblem(text: string, line: number, column: number, why: string): string {
  const head = `ERROR: <input>:${String(line)}:${String(column + 1)}: ${why}`;
  const source = text.split('\n')[line - 1];
  if (source === undefined) return head;
  const shown = Array.from(source.replaceAll('\t', ' '));
  const isWide = (one: string | undefined): boolean => one !== undefined && one > '\u007f';
  const dots = shown.slice(0, column).map((one) => (isWide(one) ? '\uff0e' : '.'));
  return `${head}\n | ${shown.join('')}\n | ${dots.join('')}${isWide(shown[column]) ? '\uff3e' : '^'}`;
}
