import { createHash } from 'node:crypto';
import type { Random } from '../state/random.js';

const alphabet = 'abcdefghijklmnopqrstuvwxyz1234567890';
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function isSubdomain(text: string): boolean {
  return text.length <= 253 && subdomain.test(text);
}

/** An id as the app stores give them: a prefix and characters of `a` to `z` and digits. @see GetUuid36 */
export function storeId(random: Random, prefix: string, length = 14): string {
  let text = '';
  for (let at = 0; at < length; at += 1) text += alphabet.charAt(random.integer(alphabet.length));
  return prefix + text;
}

/** A chart's name as it can be part of an object's: itself when short and plain, else a hash. @see GenerateShortNameMD5Hash */
export function shortChartName(name: string): string {
  const lower = name.toLowerCase();
  if (lower.length <= 14 && isSubdomain(lower)) return lower;
  return createHash('md5').update(lower).digest('hex').slice(0, 10);
}

/** A version as it can be part of an object's name: itself when plain, else a hash. @see FormatVersion */
export function nameableVersion(version: string): string {
  return isSubdomain(version) ? version : createHash('sha1').update(version).digest('hex').slice(0, 12);
}
