/** What the evaluator throws, or finds, at an expression: a code, its own words, and the place. */
export interface CelError {
  readonly code?: string;
  readonly message: string;
  readonly range?: { readonly start: number; readonly end: number };
}

/** Whether there is a function of a name, whatever it takes. */
export type HasFunction = (name: string) => boolean;

const expected =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

/**
 * Why an expression cannot be compiled, as Kubernetes' compiler tells it: with the line and a mark below the place. It would
 * tell all there is; the evaluator finds the first.
 *
 * @see google/cel-go common/error.go
 */
export function compileProblem(error: CelError, text: string, hasFunction: HasFunction): string {
  const { why, at } = inTheirWords(error, text, hasFunction);
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = Array.from(before.slice(before.lastIndexOf('\n') + 1)).length;
  const source = (text.split('\n')[line - 1] ?? '').replaceAll('\t', ' ');
  return `ERROR: <input>:${String(line)}:${String(column + 1)}: ${why}\n | ${source}\n | ${'.'.repeat(column)}^`;
}

interface Told {
  readonly why: string;
  readonly at: number;
}

function inTheirWords(error: CelError, text: string, hasFunction: HasFunction): Told {
  const { code, range } = error;
  const message = error.message.split('\n', 1)[0] ?? '';
  const [start, end] = [range?.start ?? 0, range?.end ?? text.length];
  switch (code) {
    case 'unknown_variable':
      return { why: undeclared(/: (\S+)$/.exec(message)?.[1] ?? ''), at: start };
    case 'no_such_key': {
      const field = /: (.+)$/.exec(message)?.[1] ?? '';
      const dot = text.slice(0, start).trimEnd().length - 1;
      return { why: `undefined field '${field}'`, at: text[dot] === '.' ? dot : start };
    }
    case 'no_such_overload':
      return operatorProblem(message, text, start, end);
    case 'no_matching_overload':
      return callProblem(message, text, end, hasFunction);
    default:
      return start >= text.trimEnd().length && /EOF/.test(message)
        ? { why: `Syntax error: mismatched input '<EOF>' expecting ${expected}`, at: text.length }
        : { why: `Syntax error: ${message}`, at: start };
  }
}

function undeclared(name: string): string {
  return `undeclared reference to '${name}' (in container '')`;
}

/** Types as Kubernetes' compiler writes them. */
function types(text: string): string {
  return text.replaceAll('optional<', 'optional_type(').replaceAll('<', '(').replaceAll('>', ')');
}

function operatorProblem(message: string, text: string, start: number, end: number): Told {
  const [, first = ''] = /: (.*)$/.exec(message) ?? [];
  const unary = /^([!-])(\S.*)$/.exec(first);
  if (unary !== null) {
    const [, sign = '', type = ''] = unary;
    return { why: `found no matching overload for '${sign}_' applied to '(${types(type)})'`, at: start };
  }
  const [, left = '', operator = '', right = ''] = /^(\S.*?) (\S{1,2}) (\S.*)$/.exec(first) ?? [];
  const name = operator === 'in' ? '@in' : `_${operator}_`;
  const at = lastOutside(text.slice(start, end), operator);
  return {
    why: `found no matching overload for '${name}' applied to '(${types(left)}, ${types(right)})'`,
    at: start + Math.max(at, 0),
  };
}

/** Where an operator stands last that is in no parentheses and no text; -1 when it is nowhere. */
function lastOutside(text: string, operator: string): number {
  let [depth, quote, found] = [0, '', -1];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === '\\') at += 1;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    else if (depth === 0 && text.startsWith(operator, at)) found = at;
  }
  return found;
}

function callProblem(message: string, text: string, end: number, hasFunction: HasFunction): Told {
  const [, called = ''] = /'(.*)'$/.exec(message) ?? [];
  const [, before = '', given = ''] = /^(.*?)\((.*)\)$/.exec(called) ?? [];
  const dot = before.lastIndexOf('.');
  const name = before.slice(dot + 1);
  const receiver = dot < 0 ? '' : `${types(before.slice(0, dot))}.`;
  // The place of a call is where its arguments begin.
  let [depth, at] = [0, end - 1];
  for (; at > 0; at -= 1) {
    if (text[at] === ')') depth += 1;
    if (text[at] === '(' && (depth -= 1) === 0) break;
  }
  const why = hasFunction(name)
    ? `found no matching overload for '${name}' applied to '${receiver}(${types(given)})'`
    : undeclared(name);
  return { why, at };
}
