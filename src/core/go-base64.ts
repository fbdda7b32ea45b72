const clean = /^[A-Za-z0-9_-]*$/;
const urlAlphabet = /[A-Za-z0-9_-]/;
const standardAlphabet = /[A-Za-z0-9+/]/;
/** Whole groups without line breaks: nothing can be wrong with these. */
const plainStandard = /^(?:[A-Za-z0-9+/]{4})*$/;

/** Decoded bytes, or the place of the first byte Go objects to. */
export type DecodedSegment = { readonly bytes: Buffer } | { readonly badAt: number };

/**
 * Decodes base64url the way Go's encoding/base64 does, with its idea of where an error is.
 *
 * @param padded True for JWT libraries that first pad the text with `=` to a multiple of four.
 * @see golang/go src/encoding/base64/base64.go decodeQuantum
 */
export function decodeGoBase64(text: string, padded: boolean): DecodedSegment {
  if (text.length % 4 !== 1 && clean.test(text)) return { bytes: Buffer.from(text, 'base64url') };
  const missing = text.length % 4;
  const given = padded && missing > 0 ? text + '='.repeat(4 - missing) : text;
  const badAt = findError(given, padded, urlAlphabet);
  return badAt === -1 ? { bytes: Buffer.from(given.replace(/[\r\n=]/g, ''), 'base64url') } : { badAt };
}

/**
 * Where Go's `base64.StdEncoding` objects to a text; -1 when nothing is wrong with it. Line breaks are passed over.
 *
 * @see golang/go src/encoding/base64/base64.go decodeQuantum
 */
export function standardBase64Error(text: string): number {
  return plainStandard.test(text) ? -1 : findError(text, true, standardAlphabet);
}

/** Walks in groups of four; line breaks between characters are skipped. -1 when nothing is wrong. */
function findError(text: string, padded: boolean, alphabet: RegExp): number {
  let inGroup = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (isBreak(character)) continue;
    if (alphabet.test(character)) {
      inGroup = (inGroup + 1) % 4;
      continue;
    }
    if (!padded || character !== '=' || inGroup < 2) return at;
    return afterPadding(text, at, inGroup);
  }
  if (inGroup === 0) return -1;
  return inGroup === 1 || padded ? text.length - inGroup : -1;
}

/** What follows the first `=` of a group: one more when two characters came before, then nothing. */
function afterPadding(text: string, from: number, inGroup: number): number {
  let at = skipBreaks(text, from + 1);
  if (inGroup === 2) {
    if (at === text.length) return text.length;
    if (text.charAt(at) !== '=') return at - 1;
    at = skipBreaks(text, at + 1);
  }
  return at < text.length ? at : -1;
}

function skipBreaks(text: string, from: number): number {
  let at = from;
  while (at < text.length && isBreak(text.charAt(at))) at += 1;
  return at;
}

function isBreak(character: string): boolean {
  return character === '\n' || character === '\r';
}
