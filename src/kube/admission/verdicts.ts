import type { WriteSteps } from '../../registry/contract.js';

/** What admission has said of a write: how it is to be done, or why not. */
export type Verdict = { readonly steps: WriteSteps | undefined } | { readonly refusal: unknown };

/** What admission has said of writes that are still to be done. */
export interface Verdicts {
  /** The next verdict on a write that has not been used yet; `undefined` when admission has to be asked. */
  readonly next: (key: string) => Verdict | undefined;
  /** Keeps a verdict. */
  readonly add: (key: string, verdict: Verdict) => void;
}

/** Verdicts on what a request writes, which is gone through again and again. */
export class RequestVerdicts implements Verdicts {
  readonly #given = new Map<string, Verdict[]>();
  readonly #used = new Map<string, number>();

  next(key: string): Verdict | undefined {
    const at = this.#used.get(key) ?? 0;
    const verdict = this.#given.get(key)?.[at];
    if (verdict !== undefined) this.#used.set(key, at + 1);
    return verdict;
  }

  add(key: string, verdict: Verdict): void {
    this.#given.set(key, [...(this.#given.get(key) ?? []), verdict]);
  }

  /** Has every verdict used once more, by the same writes from the first one on. */
  rewind(): void {
    this.#used.clear();
  }
}
