/**
 * Remembers of frozen values that a check has nothing against them. Most of an object is what the last write left, and a
 * part that is the very same need not be looked at again.
 */
export class Passed {
  readonly #known = new WeakMap<object, unknown>();

  /** @param as What it was taken for, such as the field it stands in. */
  has(value: unknown, as: unknown): boolean {
    return typeof value === 'object' && value !== null && this.#known.get(value) === as;
  }

  /** Ignores what is not frozen, which may change. */
  add(value: unknown, as: unknown): void {
    if (typeof value === 'object' && value !== null && Object.isFrozen(value)) this.#known.set(value, as);
  }
}
