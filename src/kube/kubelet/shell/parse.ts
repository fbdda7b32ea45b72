/** A word of a command line, still to be expanded. */
export interface Word {
  readonly parts: readonly { readonly text: string; readonly expands: boolean }[];
}

/** Where a command's input or output goes instead. */
export interface Redirection {
  readonly from: 0 | 1 | 2;
  readonly mode: 'read' | 'write' | 'append' | 'join';
  readonly target: Word;
}

/** One command of a pipeline. */
export interface Simple {
  readonly words: readonly Word[];
  readonly redirections: readonly Redirection[];
}

/** Pipelines, each with what decides whether it runs. */
export type Script = readonly { readonly when: ';' | '&&' | '||'; readonly pipeline: readonly Simple[] }[];

/** What this shell cannot read. */
export class SyntaxProblem extends Error {}

type Token = { readonly word: Word } | { readonly operator: string };

const operators = [
  '&&',
  '||',
  '2>&1',
  '1>&2',
  '>&2',
  '&>',
  '2>>',
  '2>',
  '>>',
  '1>',
  '>',
  '<',
  ';',
  '|',
  '\n',
  '&',
  '(',
  ')',
];
/** Words that begin what a POSIX shell has and this one has not. */
const reserved = new Set(['if', 'for', 'while', 'until', 'case', 'function', '{', '}', '!']);

/** Reads a script of simple commands, joined by `;`, `&&`, `||` and `|`. @throws SyntaxProblem for anything else */
export function parseScript(text: string): Script {
  const script: { when: ';' | '&&' | '||'; pipeline: Simple[] }[] = [];
  let when: ';' | '&&' | '||' = ';';
  let pipeline: Simple[] = [];
  let words: Word[] = [];
  let redirections: Redirection[] = [];
  let awaited: Pick<Redirection, 'from' | 'mode'> | undefined;
  const endCommand = (isRequired: boolean): void => {
    if (awaited !== undefined) throw new SyntaxProblem('syntax error: unexpected end of line');
    if (words.length > 0 || redirections.length > 0) pipeline.push({ words, redirections });
    else if (isRequired) throw new SyntaxProblem('syntax error: command expected');
    words = [];
    redirections = [];
  };
  const endPipeline = (isRequired: boolean): void => {
    endCommand(isRequired || pipeline.length > 0);
    if (pipeline.length > 0) script.push({ when, pipeline });
    pipeline = [];
  };
  for (const token of tokens(text)) {
    if ('word' in token) {
      if (awaited !== undefined) redirections.push({ ...awaited, target: token.word });
      else if (words.length === 0 && reserved.has(plainText(token.word)))
        throw new SyntaxProblem(`fake-ks-apiserver's shell does not know "${plainText(token.word)}"`);
      else words.push(token.word);
      awaited = undefined;
      continue;
    }
    const { operator } = token;
    if (operator === '|') endCommand(true);
    else if (operator === '&&' || operator === '||') {
      endPipeline(true);
      when = operator;
    } else if (operator === ';' || operator === '\n') {
      endPipeline(false);
      when = ';';
    } else if (operator === '&' || operator === '(' || operator === ')')
      throw new SyntaxProblem(`fake-ks-apiserver's shell does not know "${operator}"`);
    else if (operator === '&>') throw new SyntaxProblem(`fake-ks-apiserver's shell does not know "&>"`);
    else if (operator.includes('>&'))
      redirections.push({ from: operator === '2>&1' ? 2 : 1, mode: 'join', target: { parts: [] } });
    else awaited = redirection(operator);
  }
  endPipeline(false);
  return script;
}

function redirection(operator: string): Pick<Redirection, 'from' | 'mode'> {
  if (operator === '<') return { from: 0, mode: 'read' };
  const from = operator.startsWith('2') ? 2 : 1;
  return { from, mode: operator.endsWith('>>') ? 'append' : 'write' };
}

function plainText({ parts }: Word): string {
  return parts.map(({ text }) => text).join('');
}

function* tokens(text: string): Generator<Token> {
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    if (/^[ \t\r]/.test(rest)) {
      at += 1;
      continue;
    }
    if (rest.startsWith('#')) {
      const end = rest.indexOf('\n');
      at = end === -1 ? text.length : at + end;
      continue;
    }
    const operator = operators.find((each) => rest.startsWith(each));
    if (operator !== undefined) {
      at += operator.length;
      yield { operator };
      continue;
    }
    const [word, length] = readWord(rest);
    at += length;
    yield { word };
  }
}

function readWord(text: string): [Word, number] {
  const parts: { text: string; expands: boolean }[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (/[\s;|&<>()]/.test(character)) break;
    if (character === "'") {
      const end = text.indexOf("'", at + 1);
      if (end === -1) throw new SyntaxProblem('syntax error: unterminated quoted string');
      parts.push({ text: text.slice(at + 1, end), expands: false });
      at = end + 1;
    } else if (character === '"') {
      const [inner, length] = readDoubleQuoted(text.slice(at + 1));
      parts.push(...inner);
      at += length + 1;
    } else if (character === '\\') {
      parts.push({ text: text.charAt(at + 1), expands: false });
      at += 2;
    } else {
      const piece = /^(?:\$\{[^}]*\}|[^\s;|&<>()'"\\])+/.exec(text.slice(at))?.[0] ?? character;
      parts.push({ text: piece, expands: true });
      at += piece.length;
    }
  }
  return [{ parts }, at];
}

function readDoubleQuoted(text: string): [Word['parts'], number] {
  const parts: { text: string; expands: boolean }[] = [{ text: '', expands: false }];
  let at = 0;
  for (;;) {
    if (at >= text.length) throw new SyntaxProblem('syntax error: unterminated quoted string');
    const character = text.charAt(at);
    if (character === '"') return [parts, at + 1];
    if (character === '\\' && /["\\$`]/.test(text.charAt(at + 1))) {
      parts.push({ text: text.charAt(at + 1), expands: false });
      at += 2;
    } else {
      const piece = /^[^"\\]+/.exec(text.slice(at))?.[0] ?? character;
      parts.push({ text: piece, expands: true });
      at += piece.length;
    }
  }
}
