/** Documents made so far, by what they are made of. */
const made = new Map<string, Buffer>();
/** Documents kept: those of all releases, and of some dozens of definitions. */
const remembered = 400;

/** A document made once; the key names what it is made of. */
export function remember(key: string, make: () => Buffer): Buffer {
  const before = made.get(key);
  if (before !== undefined) return before;
  const bytes = make();
  if (made.size >= remembered) made.clear();
  made.set(key, bytes);
  return bytes;
}
