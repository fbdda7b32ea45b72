/** The alphabet of generated names; without vowels and look-alikes. @see kubernetes/apimachinery pkg/util/rand/rand.go */
const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

const hexDigits = '0123456789abcdef';
const uuidShape = 'xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx';
/** A UUID being written, and where each of its 32 digits stands in it. */
const uuidBytes = Buffer.from(uuidShape, 'latin1');
const uuidPlaces = Array.from(uuidShape, (mark, at) => (mark === 'x' ? at : -1)).filter((at) => at >= 0);

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
    for (let at = 0; at < this.seed.length; at += 1) {
      const code = this.seed.codePointAt(at) ?? 0;
      if (code > 0xffff) at += 1;
      hash = Math.imul(hash ^ code, 0x01000193) >>> 0;
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
    for (let word = 0; word < 4; word += 1) {
      const bits = this.next();
      for (let nibble = 0; nibble < 8; nibble += 1) {
        uuidBytes[uuidPlaces[word * 8 + nibble] ?? 0] = hexDigits.charCodeAt(
          (bits >>> (28 - 4 * nibble)) & 15,
        );
      }
    }
    uuidBytes[14] = hexDigits.charCodeAt(4);
    uuidBytes[19] = hexDigits.charCodeAt(8 + this.integer(4));
    // From bytes, not concatenated: thousands of uids as flat strings take a fraction of the memory.
    return uuidBytes.toString('latin1');
  }

  /** A generator of its own that follows from this point, and gives nothing that this one will give. */
  aside(): Random {
    return new Random(`${this.seed} ${this.fork().uuid()}`);
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
