const plain = /^[\x20-\x7e]*$/;
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
/** Characters that Go and CEL write with a letter behind a backslash, and those that end a text. */
export const namedEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** Quotes a string the way Go's `%q` does. @see golang/go strconv/quote.go */
export function goQuote(text: string): string {
  if (plain.test(text) && !text.includes('"') && !text.includes('\\')) return `"${text}"`;
  let quoted = '';
  for (const character of text) quoted += quoteOne(character);
  return `"${quoted}"`;
}

function quoteOne(character: string): string {
  const known = namedEscapes[character];
  if (known !== undefined) return known;
  if (printable.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${hex(code, 2)}`;
  // Half of a surrogate pair cannot be written in UTF-8: Go sees the replacement character.
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, '0');
}

/** Numbers above this are not taken as a width. */
const widestNumber = 1_000_000;

/**
 * What Go's `fmt.Errorf(text)` makes of a text that was not meant as a format: every `%` directive becomes a complaint
 * about its missing argument.
 *
 * @see golang/go fmt/print.go doPrintf
 */
export function goFormat(text: string): string {
  let written = '';
  let at = 0;
  for (;;) {
    const percent = text.indexOf('%', at);
    if (percent === -1) return written + text.slice(at);
    written += text.slice(at, percent);
    const directive = readDirective(text, percent + 1);
    written += directive.written;
    at = directive.end;
  }
}

function readDirective(text: string, start: number): { readonly written: string; readonly end: number } {
  let at = start;
  let written = '';
  let goodIndex = true;
  const index = (): boolean => {
    if (text[at] !== '[') return false;
    goodIndex = false;
    const close = text.indexOf(']', at);
    const isIndex = close !== -1 && text.length - at >= 3;
    const isNumber = isIndex && /^\d+$/.test(text.slice(at + 1, close));
    at = isIndex ? close + 1 : at + 1;
    return isNumber;
  };
  const number = (): boolean => {
    const digits = /^\d*/.exec(text.slice(at))?.[0] ?? '';
    if (Number(digits) > widestNumber) {
      at = text.length;
      return false;
    }
    at += digits.length;
    return digits !== '';
  };
  while (at < text.length && '#0+- '.includes(text[at] ?? '')) at += 1;
  let afterIndex = index();
  if (text[at] === '*') {
    at += 1;
    written += '%!(BADWIDTH)';
    afterIndex = false;
  } else if (number() && afterIndex) {
    goodIndex = false;
  }
  if (text[at] === '.') {
    at += 1;
    if (afterIndex) goodIndex = false;
    afterIndex = index();
    if (text[at] === '*') {
      at += 1;
      written += '%!(BADPREC)';
      afterIndex = false;
    } else {
      number();
    }
  }
  if (!afterIndex) index();
  const verb = text.codePointAt(at);
  if (verb === undefined) return { written: `${written}%!(NOVERB)`, end: text.length };
  const letter = String.fromCodePoint(verb);
  const end = at + letter.length;
  if (letter === '%') return { written: `${written}%`, end };
  return { written: `${written}%!${letter}(${goodIndex ? 'MISSING' : 'BADINDEX'})`, end };
}
