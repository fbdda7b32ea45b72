const symbols = ['==', '!=', '=', '!', '(', ')', ',', '>', '<'] as const;

/** A piece of a label selector; a `word` is a key, a value, or the operators `in` and `notin`. */
export interface SelectorToken {
  readonly kind: 'word' | 'end' | (typeof symbols)[number];
  readonly text: string;
}

const word = /[^=!(),<> \t\r\n]+/y;

/** Cuts a label selector into its tokens, the last of which is its end. A NUL byte ends it, as in the real lexer. */
export function readSelectorTokens(selector: string): SelectorToken[] {
  const tokens: SelectorToken[] = [];
  const nul = selector.indexOf('\0');
  const text = nul === -1 ? selector : selector.slice(0, nul);
  for (let at = 0; at < text.length;) {
    const symbol = symbols.find((one) => text.startsWith(one, at));
    if (symbol !== undefined) {
      tokens.push({ kind: symbol, text: symbol });
      at += symbol.length;
      continue;
    }
    word.lastIndex = at;
    const found = word.exec(text)?.[0];
    if (found !== undefined) tokens.push({ kind: 'word', text: found });
    at += found?.length ?? 1;
  }
  return [...tokens, { kind: 'end', text: '' }];
}
