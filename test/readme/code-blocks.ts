/** A fenced block of a Markdown page. */
export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

/** The fenced blocks of a page, in order. */
export function codeBlocks(page: string): readonly CodeBlock[] {
  return [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map((match) => ({
    language: match[1] ?? '',
    text: match[2] ?? '',
    line: page.slice(0, match.index).split('\n').length,
  }));
}
