import { createRequire } from 'node:module';
import type * as Library from 're2js';

const require = createRequire(import.meta.url);

/** What is wrong with an expression, in Go's words. */
export class RegExpError extends Error {
  override readonly name = 'RegExpError';
}

/** A regular expression of Go's, ready to be tried. Takes time in proportion to the text, whatever the expression. */
export interface GoRegExp {
  /** Tells whether it is found anywhere in a text. */
  readonly finds: (text: string) => boolean;
  /** Tells whether the whole text matches. */
  readonly matches: (text: string) => boolean;
  /** What is found, in order; matches do not overlap. */
  readonly findAll: (text: string) => readonly string[];
  /** A text with every match replaced; `$1` and `${name}` stand for groups. */
  readonly replaceAll: (text: string, replacement: string) => string;
}

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
  const expression = parse(source);
  compiled = {
    finds: (text) => expression.matcher(text).find(),
    matches: (text) => expression.matches(text),
    findAll: (text) => {
      const matcher = expression.matcher(text);
      const found: string[] = [];
      while (matcher.find()) found.push(matcher.group() ?? '');
      return found;
    },
    replaceAll: (text, replacement) => {
      const names = expression.namedGroups() as Readonly<Record<string, number>>;
      const last = expression.groupCount() + 1;
      return expression
        .matcher(text)
        .replaceAll((...match: unknown[]) => expand(replacement, match.slice(0, last), names));
    },
  };
  if (known.size >= remembered) known.clear();
  known.set(source, compiled);
  return compiled;
}

/** The library is large, and loaded for the first expression. */
function parse(source: string): Library.RE2JS {
  const { RE2JS, RE2JSSyntaxException } = require('re2js') as typeof Library;
  if (source.length > longestSource)
    throw new RegExpError(`error parsing regexp: expression too large: \`${source.slice(0, 50)}\``);
  try {
    return RE2JS.compile(source);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    // Go names the empty rest of the expression, too.
    const message = /: `/.test(error.message) ? error.message : `${error.message}: \`\``;
    throw new RegExpError(message, { cause: error });
  }
}

/** A replacement in Go's notation for one match; what names no group is empty. @param groups The whole match first */
function expand(
  template: string,
  groups: readonly unknown[],
  names: Readonly<Record<string, number>>,
): string {
  return template.replace(
    /\$(?:(\$)|(\w+)|\{(\w+)\})/g,
    (_, dollar?: string, bare?: string, braced?: string) => {
      if (dollar !== undefined) return dollar;
      const name = bare ?? braced ?? '';
      const at = /^\d+$/.test(name) ? Number(name) : names[name];
      const group = at === undefined ? undefined : groups[at];
      return typeof group === 'string' ? group : '';
    },
  );
}
