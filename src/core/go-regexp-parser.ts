/** Tells whether a character (a code point) belongs. */
export type CharacterTest = (code: number) => boolean;

/** A place in a text that takes no character. */
export type Assertion = 'textStart' | 'textEnd' | 'lineStart' | 'lineEnd' | 'wordBoundary' | 'noWordBoundary';

/** A regular expression, read. */
export type Expression =
  | { readonly kind: 'empty' }
  | { readonly kind: 'character'; readonly test: CharacterTest }
  | { readonly kind: 'assertion'; readonly at: Assertion }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly kind: 'choice'; readonly parts: readonly Expression[] }
  | { readonly kind: 'repeat'; readonly part: Expression; readonly min: number; readonly max: number };

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
}

/** Go's own limit of `{n,m}`. */
const mostRepeats = 1000;
/** Deepest nesting of groups taken; Go's is the same. */
const deepest = 1000;

const isDigit: CharacterTest = (code) => code >= 48 && code <= 57;
const isSpace: CharacterTest = (code) =>
  code === 9 || code === 10 || code === 12 || code === 13 || code === 32;
/** Letters, digits and the underscore, as `\w` and `\b` mean them. */
export const isWord: CharacterTest = (code) =>
  isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
const not =
  (test: CharacterTest): CharacterTest =>
  (code) =>
    !test(code);

const classes: Readonly<Record<string, CharacterTest>> = {
  d: isDigit,
  D: not(isDigit),
  s: isSpace,
  S: not(isSpace),
  w: isWord,
  W: not(isWord),
};
const named: Readonly<Record<string, CharacterTest>> = {
  alpha: (code) => isWord(code) && !isDigit(code) && code !== 95,
  digit: isDigit,
  alnum: (code) => isWord(code) && code !== 95,
  lower: (code) => code >= 97 && code <= 122,
  upper: (code) => code >= 65 && code <= 90,
  space: (code) => isSpace(code) || code === 11,
  word: isWord,
  punct: (code) => code > 32 && code < 127 && (!isWord(code) || code === 95),
  xdigit: (code) => isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102),
};
const controls: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

/** What is wrong with an expression, in Go's words. */
export class RegExpError extends Error {
  override readonly name = 'RegExpError';

  constructor(what: string, where: string) {
    super(`error parsing regexp: ${what}: \`${where}\``);
  }
}

/**
 * Reads an expression of Go's regexp package.
 *
 * @throws RegExpError in Go's words
 * @see golang/go src/regexp/syntax/parse.go
 */
export function parseGoRegExp(source: string): Expression {
  return new Parser(source).whole();
}

class Parser {
  readonly #text: readonly string[];
  #at = 0;
  #depth = 0;
  #flags: Flags = { ignoreCase: false, multiLine: false, dotAll: false };

  constructor(source: string) {
    this.#text = Array.from(source);
  }

  whole(): Expression {
    const read = this.#choice();
    if (this.#at < this.#text.length) throw new RegExpError('unexpected )', this.#text.join(''));
    return read;
  }

  #choice(): Expression {
    const outer = this.#flags;
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    this.#flags = outer;
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'choice', parts };
  }

  #sequence(): Expression {
    const parts: Expression[] = [];
    for (;;) {
      const next = this.#text[this.#at];
      if (next === undefined || next === '|' || next === ')') break;
      parts.push(this.#repeated());
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'sequence', parts };
  }

  #repeated(): Expression {
    const part = this.#atom();
    const before = this.#at;
    const bounds = this.#bounds();
    if (bounds === undefined) return part;
    this.#take('?');
    const again = this.#at;
    if (this.#bounds() !== undefined) {
      const doubled = this.#text.slice(before, Math.max(this.#at, again + 1)).join('');
      throw new RegExpError('invalid nested repetition operator', doubled);
    }
    return { kind: 'repeat', part, ...bounds };
  }

  /** The times of `*`, `+`, `?` or `{n,m}`; `undefined` when there is no such thing, which moves nothing. */
  #bounds(): { readonly min: number; readonly max: number } | undefined {
    if (this.#take('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.#take('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.#take('?')) return { min: 0, max: 1 };
    if (this.#text[this.#at] !== '{') return undefined;
    const written = /^\{(\d{1,9})(,(\d{0,9}))?\}/.exec(this.#text.slice(this.#at, this.#at + 24).join(''));
    if (written === null) return undefined;
    const [all, low = '', comma, high = ''] = written;
    const min = Number(low);
    const max = comma === undefined ? min : high === '' ? Number.POSITIVE_INFINITY : Number(high);
    if (min > mostRepeats || (max !== Number.POSITIVE_INFINITY && max > mostRepeats) || min > max) {
      throw new RegExpError('invalid repeat count', all);
    }
    this.#at += all.length;
    return { min, max };
  }

  #atom(): Expression {
    const next = this.#text[this.#at] ?? '';
    this.#at += 1;
    switch (next) {
      case '(':
        return this.#group();
      case '[':
        return { kind: 'character', test: this.#set() };
      case '.':
        return { kind: 'character', test: this.#flags.dotAll ? () => true : (code) => code !== 10 };
      case '^':
        return { kind: 'assertion', at: this.#flags.multiLine ? 'lineStart' : 'textStart' };
      case '$':
        return { kind: 'assertion', at: this.#flags.multiLine ? 'lineEnd' : 'textEnd' };
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
        throw new RegExpError('missing argument to repetition operator', next);
      default:
        return { kind: 'character', test: this.#literal(next.codePointAt(0) ?? 0) };
    }
  }

  #group(): Expression {
    this.#depth += 1;
    if (this.#depth > deepest) throw new RegExpError('expression nests too deeply', '(');
    const outer = this.#flags;
    if (this.#take('?')) {
      const head = /^(?:P?<([A-Za-z_]\w*)>|([imsU]*(?:-[imsU]+)?)([:)]))/.exec(
        this.#text.slice(this.#at, this.#at + 100).join(''),
      );
      if (head === null) {
        const shown = this.#text.slice(this.#at - 2, this.#at + 1).join('');
        throw new RegExpError('invalid or unsupported Perl syntax', shown);
      }
      this.#at += head[0].length;
      if (head[1] === undefined) this.#setFlags(head[2] ?? '');
      if (head[3] === ')') {
        this.#depth -= 1;
        return { kind: 'empty' };
      }
    }
    const inside = this.#choice();
    if (!this.#take(')')) throw new RegExpError('missing closing )', this.#text.join(''));
    this.#flags = outer;
    this.#depth -= 1;
    return inside.kind === 'sequence' ? inside : { kind: 'sequence', parts: [inside] };
  }

  #setFlags(letters: string): void {
    const [on = '', off = ''] = letters.split('-');
    const value = (letter: string, now: boolean): boolean =>
      on.includes(letter) || (now && !off.includes(letter));
    this.#flags = {
      ignoreCase: value('i', this.#flags.ignoreCase),
      multiLine: value('m', this.#flags.multiLine),
      dotAll: value('s', this.#flags.dotAll),
    };
  }

  #escape(): Expression {
    const letter = this.#text[this.#at];
    if (letter === undefined) throw new RegExpError('trailing backslash at end of expression', '');
    const anchors: Readonly<Record<string, Assertion>> = {
      A: 'textStart',
      z: 'textEnd',
      b: 'wordBoundary',
      B: 'noWordBoundary',
    };
    const anchor = Object.hasOwn(anchors, letter) ? anchors[letter] : undefined;
    if (anchor !== undefined) {
      this.#at += 1;
      return { kind: 'assertion', at: anchor };
    }
    const test = this.#escapedClass();
    return { kind: 'character', test: test ?? this.#literal(this.#escapedCharacter()) };
  }

  #escapedClass(): CharacterTest | undefined {
    const letter = this.#text[this.#at] ?? '';
    const test = Object.hasOwn(classes, letter) ? classes[letter] : undefined;
    if (test !== undefined) this.#at += 1;
    return test;
  }

  #escapedCharacter(): number {
    const letter = this.#text[this.#at] ?? '';
    this.#at += 1;
    const control = Object.hasOwn(controls, letter) ? controls[letter] : undefined;
    if (control !== undefined) return control;
    if (letter === 'x') {
      const [all, long, short] =
        /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/.exec(
          this.#text.slice(this.#at, this.#at + 8).join(''),
        ) ?? [];
      if (all !== undefined) {
        this.#at += all.length;
        return Number.parseInt(long ?? short ?? '', 16);
      }
    } else if (!/^[A-Za-z0-9]$/.test(letter)) return letter.codePointAt(0) ?? 0;
    throw new RegExpError('invalid escape sequence', `\\${letter}`);
  }

  #literal(code: number): CharacterTest {
    if (!this.#flags.ignoreCase) return (other) => other === code;
    const folded = String.fromCodePoint(code).toLowerCase();
    return (other) => String.fromCodePoint(other).toLowerCase() === folded;
  }

  /** What stands between brackets, after the opening one. */
  #set(): CharacterTest {
    const start = this.#at - 1;
    const negated = this.#take('^');
    const tests: CharacterTest[] = [];
    let first = true;
    for (;;) {
      const next = this.#text[this.#at];
      if (next === undefined) throw new RegExpError('missing closing ]', this.#text.slice(start).join(''));
      if (next === ']' && !first) break;
      first = false;
      tests.push(this.#namedClass() ?? this.#range());
    }
    this.#at += 1;
    const any: CharacterTest = (code) => tests.some((test) => test(code));
    return negated ? not(any) : any;
  }

  #namedClass(): CharacterTest | undefined {
    const written = /^\[:(\^?)([a-z]+):\]/.exec(this.#text.slice(this.#at, this.#at + 12).join(''));
    if (written !== null) {
      const [all, negated = '', name = ''] = written;
      const test = Object.hasOwn(named, name) ? named[name] : undefined;
      if (test === undefined) throw new RegExpError('invalid character class range', all);
      this.#at += all.length;
      return negated === '' ? test : not(test);
    }
    if (this.#text[this.#at] !== '\\') return undefined;
    this.#at += 1;
    const test = this.#escapedClass();
    if (test === undefined) this.#at -= 1;
    return test;
  }

  #range(): CharacterTest {
    const start = this.#at;
    const low = this.#setCharacter();
    const isRange = this.#text[this.#at] === '-' && ![undefined, ']'].includes(this.#text[this.#at + 1]);
    if (!isRange) return this.#literal(low);
    this.#at += 1;
    const high = this.#setCharacter();
    if (high < low) {
      throw new RegExpError('invalid character class range', this.#text.slice(start, this.#at).join(''));
    }
    const within: CharacterTest = (code) => code >= low && code <= high;
    if (!this.#flags.ignoreCase) return within;
    return (code) => {
      const text = String.fromCodePoint(code);
      return [text.toLowerCase(), text.toUpperCase()].some((one) => within(one.codePointAt(0) ?? 0));
    };
  }

  #setCharacter(): number {
    if (this.#take('\\')) return this.#escapedCharacter();
    const next = this.#text[this.#at] ?? '';
    this.#at += 1;
    return next.codePointAt(0) ?? 0;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }
}
