/** A line a process has written, without its newline. */
export interface WrittenLine {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
}

/** Characters of lines kept; older ones are rotated away. */
const keptCharacters = 256 * 1024;
/** Longest line in characters; longer ones are cut in pieces, as container runtimes do. */
const longestLine = 16 * 1024;

/** What the process of one run of a container has written to stdout and stderr. */
export class ProcessLog {
  #lines: WrittenLine[] = [];
  /** Lines that are no longer kept. */
  #dropped = 0;
  #size = 0;
  #rest = '';
  #ended = false;
  #wake: (() => void)[] = [];

  /** Adds what was written at a moment (milliseconds since 1970). */
  write(data: Buffer | string, at: number): void {
    const lines = (this.#rest + Buffer.from(data).toString('utf8')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#add(line.replace(/\r$/, ''), at);
    while (this.#rest.length > longestLine) {
      this.#add(this.#rest.slice(0, longestLine), at);
      this.#rest = this.#rest.slice(longestLine);
    }
    this.#changed();
  }

  /** The process has come to its end. */
  end(at: number): void {
    if (this.#rest !== '') this.#add(this.#rest, at);
    this.#rest = '';
    this.#ended = true;
    this.#changed();
  }

  /** True once nothing more will be written. */
  get ended(): boolean {
    return this.#ended;
  }

  /** How many lines were written so far. */
  get length(): number {
    return this.#dropped + this.#lines.length;
  }

  /** The lines from a number on, of those that are kept. */
  from(number: number): readonly WrittenLine[] {
    return this.#lines.slice(Math.max(0, number - this.#dropped));
  }

  /** Resolves when something was written, the process has ended, or a signal says not to wait. */
  change(...signals: readonly AbortSignal[]): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#wake = this.#wake.filter((other) => other !== done);
        for (const signal of signals) signal.removeEventListener('abort', done);
        resolve();
      };
      if (this.#ended || signals.some(({ aborted }) => aborted)) {
        resolve();
        return;
      }
      this.#wake.push(done);
      for (const signal of signals) signal.addEventListener('abort', done);
    });
  }

  #add(text: string, at: number): void {
    this.#lines.push({ at, text });
    this.#size += text.length + 1;
    let gone = 0;
    while (this.#size > keptCharacters && gone < this.#lines.length - 1)
      this.#size -= (this.#lines[gone++]?.text.length ?? 0) + 1;
    if (gone > 0) this.#lines = this.#lines.slice(gone);
    this.#dropped += gone;
  }

  #changed(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const go of waiting) go();
  }
}
