/** Characters go-yaml does not take, tab, line ends and the next-line character apart. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;

/**
 * The text in the bytes of a YAML document.
 *
 * @throws Error in the words of go-yaml, when they are no UTF-8 or hold control characters
 * @see go-yaml/yaml v2 readerc.go
 */
export function readYamlBytes(bytes: Buffer): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return checked(bytes.subarray(2).toString('utf16le'));
  if (first === 0xfe && second === 0xff) {
    const even = Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)));
    return checked(even.swap16().toString('utf16le'));
  }
  const text = bytes.toString('utf8');
  // Only what was read badly has this character in it, or was sent with it.
  if (text.includes('\ufffd')) checkUtf8(bytes);
  return checked(text);
}

function checked(text: string): string {
  if (control.test(text)) throw new Error('yaml: control characters are not allowed');
  return text;
}

/** By leading byte: how many bytes a character has, and the least it may be. */
function widthOf(lead: number): number {
  if (lead < 0x80) return 1;
  if ((lead & 0xe0) === 0xc0) return 2;
  if ((lead & 0xf0) === 0xe0) return 3;
  return (lead & 0xf8) === 0xf0 ? 4 : 0;
}

const least = [0, 0, 0x80, 0x800, 0x10000];

function checkUtf8(bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at] ?? 0;
    const width = widthOf(lead);
    if (width === 0) throw new Error('yaml: invalid leading UTF-8 octet');
    if (at + width > bytes.length) throw new Error('yaml: incomplete UTF-8 octet sequence');
    let value = width === 1 ? lead : lead & (0xff >> (width + 1));
    for (let next = at + 1; next < at + width; next += 1) {
      const byte = bytes[next] ?? 0;
      if ((byte & 0xc0) !== 0x80) throw new Error('yaml: invalid trailing UTF-8 octet');
      value = (value << 6) | (byte & 0x3f);
    }
    if (value < (least[width] ?? 0)) throw new Error('yaml: invalid length of a UTF-8 sequence');
    if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff)
      throw new Error('yaml: invalid Unicode character');
    at += width;
  }
}
