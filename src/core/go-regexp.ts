import {
  isWord,
  parseGoRegExp,
  RegExpError,
  type Assertion,
  type CharacterTest,
  type Expression,
} from './go-regexp-parser.js';

export { RegExpError } from './go-regexp-parser.js';

/** A regular expression of Go's, ready to be tried. Takes time in proportion to the text, whatever the expression. */
export interface GoRegExp {
  /** Tells whether it is found anywhere in a text. */
  readonly finds: (text: string) => boolean;
  /** Tells whether the whole text matches. */
  readonly matches: (text: string) => boolean;
}

type Step =
  | { readonly take: CharacterTest }
  | { readonly at: Assertion }
  | { readonly fork: number[] }
  | { readonly done: true };

/** Steps a program may have; repeated repeats grow fast. */
const mostSteps = 20_000;
const longestSource = 4096;
const remembered = 200;
const known = new Map<string, GoRegExp>();

/**
 * A regular expression as Go's regexp package reads and runs it: no backtracking, so that no expression is dangerous.
 *
 * @throws RegExpError in Go's words
 */
export function compileGoRegExp(source: string): GoRegExp {
  let compiled = known.get(source);
  if (compiled !== undefined) return compiled;
  if (source.length > longestSource) throw new RegExpError('expression too large', source.slice(0, 50));
  const steps: Step[] = [];
  emit(parseGoRegExp(source), steps);
  steps.push({ done: true });
  compiled = { finds: (text) => run(steps, text, false), matches: (text) => run(steps, text, true) };
  if (known.size >= remembered) known.clear();
  known.set(source, compiled);
  return compiled;
}

/** Appends the steps of an expression; control falls through to what comes after. */
function emit(expression: Expression, steps: Step[]): void {
  if (steps.length > mostSteps) throw new RegExpError('expression too large', '');
  switch (expression.kind) {
    case 'empty':
      return;
    case 'character':
      steps.push({ take: expression.test });
      return;
    case 'assertion':
      steps.push({ at: expression.at });
      return;
    case 'sequence':
      for (const part of expression.parts) emit(part, steps);
      return;
    case 'choice':
      emitChoice(expression.parts, steps);
      return;
    default:
      emitRepeat(expression.part, expression.min, expression.max, steps);
  }
}

function emitChoice(parts: readonly Expression[], steps: Step[]): void {
  const entry: number[] = [];
  steps.push({ fork: entry });
  const exits: number[][] = [];
  for (const part of parts) {
    entry.push(steps.length);
    emit(part, steps);
    const exit: number[] = [];
    exits.push(exit);
    steps.push({ fork: exit });
  }
  for (const exit of exits) exit.push(steps.length);
}

function emitRepeat(part: Expression, min: number, max: number, steps: Step[]): void {
  for (let time = 0; time < min; time += 1) emit(part, steps);
  if (max === Number.POSITIVE_INFINITY) {
    const start = steps.length;
    const fork = [start + 1];
    steps.push({ fork });
    emit(part, steps);
    steps.push({ fork: [start] });
    fork.push(steps.length);
    return;
  }
  const skips: number[][] = [];
  for (let time = min; time < max; time += 1) {
    const fork = [steps.length + 1];
    skips.push(fork);
    steps.push({ fork });
    emit(part, steps);
  }
  for (const skip of skips) skip.push(steps.length);
}

/** Walks all ways through the steps at once. */
function run(steps: readonly Step[], text: string, whole: boolean): boolean {
  const characters = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  const seen = new Int32Array(steps.length).fill(-1);
  let current: number[] = [];
  const result = { found: false };
  const add = (start: number, at: number, into: number[]): void => {
    const open = [start];
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (seen[index] === at) continue;
      seen[index] = at;
      const step = steps[index];
      if (step === undefined) continue;
      if ('done' in step) result.found ||= !whole || at === characters.length;
      else if ('take' in step) into.push(index);
      else if ('fork' in step) open.push(...step.fork);
      else if (holds(step.at, characters, at)) open.push(index + 1);
    }
  };
  add(0, 0, current);
  for (const [at, code] of characters.entries()) {
    if (result.found) return true;
    const next: number[] = [];
    for (const index of current) {
      const step = steps[index];
      if (step !== undefined && 'take' in step && step.take(code)) add(index + 1, at + 1, next);
    }
    if (!whole) add(0, at + 1, next);
    else if (next.length === 0 && at + 1 < characters.length) return false;
    current = next;
  }
  return result.found;
}

function holds(assertion: Assertion, text: readonly number[], at: number): boolean {
  const before = text[at - 1];
  const after = text[at];
  switch (assertion) {
    case 'textStart':
      return at === 0;
    case 'textEnd':
      return at === text.length;
    case 'lineStart':
      return before === undefined || before === 10;
    case 'lineEnd':
      return after === undefined || after === 10;
    default: {
      const isBoundary = (before !== undefined && isWord(before)) !== (after !== undefined && isWord(after));
      return isBoundary === (assertion === 'wordBoundary');
    }
  }
}
