import type { YAMLError } from 'yaml';

/** Says where a problem is: a line, counted from 1 by scanners and from 0 by parsers; the first line is not told. */
type Where = (offset: number) => number;

/**
 * What go-yaml says about a text our reader cannot read. Both find the same mistakes; where go-yaml has a name for a
 * mistake that depends on what it expected, this is the likeliest.
 *
 * @see go-yaml/yaml v2 yaml.go fail, scannerc.go, parserc.go
 */
export function yamlProblem({ code, message, pos }: YAMLError, text: string): string {
  const [at] = pos;
  const line: Where = (offset) => text.slice(0, offset).split('\n').length - 1;
  // Where the text ends go-yaml sees a line more.
  const lastLine = line(text.length) + (text.endsWith('\n') || text === '' ? 0 : 1);
  const scanned = (what: string, offset = at): string => told(line(offset) + 1, line(offset), what);
  const parsed = (what: string, where = line(at)): string => told(where, where, what);
  switch (code) {
    case 'TAB_AS_INDENT':
    case 'BAD_SCALAR_START':
      return scanned('found character that cannot start any token');
    case 'BAD_DQ_ESCAPE':
      return scanned(
        /^.[xuU]/s.test(text.slice(at))
          ? 'did not find expected hexdecimal number'
          : 'found unknown escape character',
      );
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY': {
      const colon = /:(\s|$)/.exec(text.slice(at));
      if (colon === null) return parsed('did not find expected key');
      return scanned('mapping values are not allowed in this context', at + colon.index);
    }
    case 'MISSING_CHAR':
      if (message.includes('quote')) {
        const start = line(text.lastIndexOf(message.includes('"') ? '"' : "'"));
        const end = start === 0 ? line(text.length) : start;
        return told(end + 1, end, 'found unexpected end of stream');
      }
      return unendedFlow(text, at, message, parsed, lastLine);
    case 'BAD_INDENT':
      if (message.startsWith('Flow')) return unendedFlow(text, at, message, parsed, lastLine);
      return parsed('did not find expected key');
    case 'UNEXPECTED_TOKEN':
      if (message.includes('block-seq-ind'))
        return scanned('block sequence entries are not allowed in this context');
      if (message.startsWith('Block scalar header'))
        return scanned('did not find expected comment or line break');
      return parsed('did not find expected node content');
    default:
      return parsed('did not find expected key');
  }
}

function unendedFlow(
  text: string,
  at: number,
  message: string,
  parsed: (what: string, where?: number) => string,
  lastLine: number,
): string {
  const closer = message.includes(']') ? ']' : '}';
  const isEnd = text.slice(at).trim() === '';
  const where = isEnd ? lastLine : undefined;
  if (isEnd && /[[{,]\s*$/.test(text)) return parsed('did not find expected node content', where);
  return parsed(`did not find expected ',' or '${closer}'`, where);
}

function told(shown: number, isTold: number, what: string): string {
  return isTold === 0 ? what : `line ${String(shown)}: ${what}`;
}
