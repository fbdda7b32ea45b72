import { compareVersions, readVersion } from './semver.js';

/** A comparison such as `>=1.2.x`. */
interface Comparison {
  readonly operator: string;
  /** With zeros for what is left open. */
  readonly version: string;
  readonly isEarly: boolean;
  /** Which numbers are left open: by a wildcard, or by saying nothing. */
  readonly open: 'none' | 'patch' | 'minor';
}

const number = String.raw`(?:\d+|[xX*])`;
const versionText = String.raw`v?${number}(?:\.${number})?(?:\.${number})?(?:-[\dA-Za-z.-]+)?(?:\+[\dA-Za-z.-]+)?`;
const comparison = new RegExp(String.raw`(=|!=|>=|=>|<=|=<|>|<|~>|~|\^)?\s*(${versionText})`, 'y');
const range = new RegExp(String.raw`(${versionText})\s+-\s+(${versionText})`, 'g');
/** Longer ones are taken for wrong. */
const longest = 512;

/**
 * Tells whether a version is one a constraint such as `>=4.1.0-0 <5` or `^1.2 || 2.x` allows; false for what is none.
 *
 * @see Masterminds/semver constraints.go
 */
export function isAllowed(constraint: string, version: string): boolean {
  if (constraint.length > longest || readVersion(version) === undefined) return false;
  const alternatives = constraint.split('||').map(readAlternative);
  if (alternatives.includes(undefined)) return false;
  return alternatives.some((all) => all?.every((one) => holds(one, version)) === true);
}

function readAlternative(text: string): readonly Comparison[] | undefined {
  const plain = text.replace(range, '>=$1 <=$2');
  const found: Comparison[] = [];
  for (let at = 0; at < plain.length;) {
    comparison.lastIndex = at;
    const gap = /^[\s,]+/.exec(plain.slice(at));
    if (gap !== null) {
      at += gap[0].length;
      continue;
    }
    const match = comparison.exec(plain);
    if (match === null) return undefined;
    const [whole, operator = '', version = ''] = match;
    found.push(readComparison(operator, version));
    at += whole.length;
  }
  return found.length === 0 ? undefined : found;
}

function readComparison(operator: string, text: string): Comparison {
  const [core = '', ...early] = text.replace(/^v/, '').replace(/\+.*$/, '').split('-');
  const parts = core.split('.');
  const isOpen = (part: string | undefined): boolean => part === undefined || /^[xX*]$/.test(part);
  const [major, minor, patch] = parts;
  if (isOpen(major)) return { operator: '>=', version: '0.0.0', isEarly: false, open: 'none' };
  const open = isOpen(minor) ? 'minor' : isOpen(patch) ? 'patch' : 'none';
  const numbers = [major, isOpen(minor) ? '0' : minor, open === 'none' ? patch : '0'].join('.');
  const isEarly = early.length > 0 && open === 'none';
  return { operator, version: isEarly ? `${numbers}-${early.join('-')}` : numbers, isEarly, open };
}

function holds({ operator, version, isEarly, open }: Comparison, given: string): boolean {
  const [wanted, found] = [readVersion(version), readVersion(given)];
  if (wanted === undefined || found === undefined) return false;
  const order = compareVersions(given, version);
  const [major, minor, patch] = wanted.numbers;
  const [foundMajor, foundMinor, foundPatch] = found.numbers;
  // Versions before a release are only meant where the constraint names one.
  if (found.early.length > 0 && !isEarly) return operator === '!=' && open === 'none';
  switch (operator) {
    case '!=':
      if (open === 'none') return order !== 0;
      return foundMajor !== major || (open === 'patch' && foundMinor !== minor);
    case '>':
      if (open === 'none') return order > 0;
      return foundMajor > major || (foundMajor === major && open === 'patch' && foundMinor > minor);
    case '<':
      return order < 0;
    case '>=':
    case '=>':
      return order >= 0;
    case '<=':
    case '=<':
      if (open === 'none') return order <= 0;
      return foundMajor < major || (foundMajor === major && (open === 'minor' || foundMinor <= minor));
    case '^':
      if (order < 0) return false;
      if (major > 0n || open === 'minor') return foundMajor === major;
      if (foundMajor > 0n) return false;
      if (minor > 0n || open === 'patch') return foundMinor === minor;
      return foundMinor === 0n && foundPatch === patch;
    case '~':
    case '~>':
      return order >= 0 && isNear();
    default:
      return open === 'none' ? order === 0 : order >= 0 && isNear();
  }

  function isNear(): boolean {
    if (open === 'none' && major === 0n && minor === 0n && patch === 0n) return true;
    return foundMajor === major && (open === 'minor' || foundMinor === minor);
  }
}
