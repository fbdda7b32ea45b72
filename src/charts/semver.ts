/** A version as it is compared; numbers of any length. */
export interface Version {
  readonly numbers: readonly [major: bigint, minor: bigint, patch: bigint];
  /** Parts before the release; none for a release. */
  readonly early: readonly string[];
}

const longest = 256;
const loose =
  /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*))?(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?$/;

/** Reads a version, `v` in front and missing numbers allowed; `undefined` for what is none. @see Masterminds/semver */
export function readVersion(text: string): Version | undefined {
  if (text.length > longest) return undefined;
  const match = loose.exec(text);
  if (match === null) return undefined;
  const [, major = '0', minor = '0', patch = '0', early = ''] = match;
  return {
    numbers: [BigInt(major), BigInt(minor), BigInt(patch)],
    early: early === '' ? [] : early.split('.'),
  };
}

/** Tells whether a text can be read as a version, `v` in front and missing numbers allowed. @see Masterminds/semver */
export function isStrictVersion(text: string): boolean {
  return readVersion(text) !== undefined;
}

/**
 * Orders two versions: below zero when the first is older. Texts that are none come before all others, equal to each other.
 *
 * @see semver.org, section 11
 */
export function compareVersions(a: string, b: string): number {
  const [one, other] = [readVersion(a), readVersion(b)];
  if (one === undefined || other === undefined)
    return Number(one !== undefined) - Number(other !== undefined);
  for (const [at, number] of one.numbers.entries()) {
    const difference = number - (other.numbers[at] ?? 0n);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  if (one.early.length === 0 || other.early.length === 0)
    return Number(one.early.length === 0) - Number(other.early.length === 0);
  return compareEarly(one.early, other.early);
}

function compareEarly(a: readonly string[], b: readonly string[]): number {
  for (const [at, part] of a.entries()) {
    const counterpart = b[at];
    if (counterpart === undefined) return 1;
    if (part === counterpart) continue;
    const [isNumber, otherIsNumber] = [/^\d+$/.test(part), /^\d+$/.test(counterpart)];
    if (isNumber && otherIsNumber) return BigInt(part) < BigInt(counterpart) ? -1 : 1;
    if (isNumber !== otherIsNumber) return isNumber ? -1 : 1;
    return part < counterpart ? -1 : 1;
  }
  return a.length - b.length;
}
