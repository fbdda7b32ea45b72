import { posix } from 'node:path';
import { parseScript, SyntaxProblem, type Word } from './parse.js';
import { isCommand, isExecutable, shells } from './run-script.js';

/** Scripts within scripts that are looked into. */
const depthLimit = 10;

/**
 * Tells whether the shell of containers can run a command line to its end as the real program would: every command in
 * it is one it knows. A server, a loop or a program of the image's own is not.
 */
export function isRunnable(argv: readonly string[], depth = 0): boolean {
  const [first = '', ...args] = argv;
  if (/^\w+=/.test(first)) return isRunnable(args, depth);
  if (first === '' || depth > depthLimit || !(depth === 0 ? isExecutable(first) : isCommand(first)))
    return false;
  if (!shells.has(posix.basename(first))) return true;
  const at = args.findIndex((each) => /^-[a-z]*c$/.test(each));
  return at === -1
    ? args.every((each) => each.startsWith('-'))
    : isScriptRunnable(args[at + 1] ?? '', depth + 1);
}

function isScriptRunnable(text: string, depth: number): boolean {
  if (/[`]|\$\(/.test(text)) return false;
  try {
    return parseScript(text).every(({ pipeline }) =>
      pipeline.every(({ words }) => words.length === 0 || isRunnable(words.map(plainText), depth)),
    );
  } catch (error) {
    if (error instanceof SyntaxProblem) return false;
    throw error;
  }
}

function plainText({ parts }: Word): string {
  return parts.map(({ text }) => text).join('');
}
