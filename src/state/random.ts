/** The alphabet of generated names; without vowels and look-alikes. @see kubernetes/apimachinery pkg/util/rand/rand.go */
const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * A seeded source of names and ids: the same seed gives the same sequence.
 *
 * The generator is sfc32; its state is four 32-bit words, so that a fork continues the same sequence.
 */
export class Random {
  /** What it was made from; forks keep it. */
  readonly seed: string;
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: number | string = 1) {
    let hash = 0x811c9dc5;
    this.seed = String(seed);
    for (const character of this.seed) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    }
    this.#a = hash;
    this.#b = hash ^ 0x9e3779b9;
    this.#c = Math.imul(hash, 0x85ebca6b) >>> 0;
    this.#d = 1;
    for (let round = 0; round < 12; round += 1) this.next();
  }

  /** The next 32 random bits as an unsigned integer. */
  next(): number {
    const sum = (this.#a + this.#b + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** A whole number from 0 up to but not including `limit`. */
  integer(limit: number): number {
    return Math.floor((this.next() / 0x1_0000_0000) * limit);
  }

  /** Characters as Kubernetes appends them to a generateName. */
  suffix(length = 5): string {
    let text = '';
    for (let at = 0; at < length; at += 1) text += nameAlphabet.charAt(this.integer(nameAlphabet.length));
    return text;
  }

  /** A version 4 UUID. */
  uuid(): string {
    const hex = [this.next(), this.next(), this.next(), this.next()]
      .map((word) => word.toString(16).padStart(8, '0'))
      .join('');
    const variant = '89ab'.charAt(this.integer(4));
    // Joined, not concatenated: thousands of uids as flat strings take a fraction of the memory.
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `${variant}${hex.slice(17, 20)}`,
      hex.slice(20),
    ].join('-');
  }

  /** A generator that continues from the same point. */
  fork(): Random {
    const copy = new Random(this.seed);
    copy.#a = this.#a;
    copy.#b = this.#b;
    copy.#c = this.#c;
    copy.#d = this.#d;
    return copy;
  }
}
