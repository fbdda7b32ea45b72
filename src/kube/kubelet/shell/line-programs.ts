import { inputBytes, splitOptions, type Program, type ProgramRun } from './program.js';

/** Lines of a text; a newline at its end begins no further one. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Lines as a text. */
export function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** The number of `-n N`, `-nN` or `-N`, and the paths. */
export function countAndPaths(args: readonly string[]): { count: string; paths: string[] } {
  let count = '10';
  const paths: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const each = args[at] ?? '';
    if (each === '-n' || each === '-c') count = args[(at += 1)] ?? count;
    else if (/^-[nc]?[+]?\d+$/.test(each)) count = each.replace(/^-[nc]?/, '');
    else if (!/^-[fFqv]$/.test(each)) paths.push(each);
  }
  return { count, paths };
}

/** Lines of the files named, or of what comes in, as they come. */
async function* linesIn(run: ProgramRun, paths: readonly string[]): AsyncGenerator<string> {
  if (paths.length > 0) {
    yield* linesOf((await inputBytes(run, paths)).toString('utf8'));
    return;
  }
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of run.stdin) {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield rest.toString('utf8', 0, end);
      rest = rest.subarray(end + 1);
    }
  }
  if (rest.length > 0) yield rest.toString('utf8');
}

const head: Program = async (run) => {
  const { count, paths } = countAndPaths(run.args);
  let left = Number(count);
  if (run.args.some((each) => each.startsWith('-c'))) {
    await run.stdout((await inputBytes(run, paths)).subarray(0, left));
    return 0;
  }
  if (left === 0) return 0;
  for await (const line of linesIn(run, paths)) {
    await run.stdout(`${line}\n`);
    left -= 1;
    if (left <= 0) break;
  }
  return 0;
};

const grep: Program = async (run) => {
  const { options, rest } = splitOptions(run.args);
  const [pattern = '', ...paths] = rest;
  const source = options.has('F') ? pattern.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : pattern;
  let expression: RegExp;
  try {
    expression = new RegExp(source.slice(0, 1000), options.has('i') ? 'i' : '');
  } catch {
    await run.stderr(`grep: bad regex '${pattern}'\n`);
    return 2;
  }
  let found = 0;
  for await (const line of linesIn(run, paths)) {
    if (expression.test(line.slice(0, 10_000)) === options.has('v')) continue;
    found += 1;
    if (options.has('q')) return 0;
    if (!options.has('c')) await run.stdout(`${line}\n`);
  }
  if (options.has('c')) await run.stdout(`${String(found)}\n`);
  return found > 0 ? 0 : 1;
};

/** Programs that are done line by line: who types sees what comes of a line at once. */
export const linePrograms: Readonly<Record<string, Program>> = { head, grep };
