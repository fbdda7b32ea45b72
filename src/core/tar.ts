/** An entry of a tar archive. */
export interface TarEntry {
  /** As written in the archive; folders end in `/`. */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link';
  readonly mode: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly data: Buffer;
  /** Where a link leads; empty otherwise. */
  readonly target: string;
}

const block = 512;
const kinds: Readonly<Record<string, TarEntry['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '5': 'folder',
  '2': 'link',
};

/** Reads a tar archive (ustar, with GNU and pax long names). @throws Error for what is none */
export function readTar(bytes: Buffer): TarEntry[] {
  const entries: TarEntry[] = [];
  let longName = '';
  let longTarget = '';
  for (let at = 0; at + block <= bytes.length;) {
    const head = bytes.subarray(at, at + block);
    if (head.every((byte) => byte === 0)) break;
    if (octal(head, 148, 8) !== checksum(head)) throw new Error('This does not look like a tar archive');
    const size = octal(head, 124, 12);
    const data = bytes.subarray(at + block, at + block + size);
    if (data.length < size) throw new Error('Unexpected EOF in archive');
    at += block + Math.ceil(size / block) * block;
    const type = String.fromCharCode(head[156] ?? 0);
    if (type === 'L') longName = text(data, 0, data.length);
    else if (type === 'K') longTarget = text(data, 0, data.length);
    else if (type === 'x') {
      longName = pax(data, 'path') ?? longName;
      longTarget = pax(data, 'linkpath') ?? longTarget;
    } else {
      const kind = kinds[type];
      const prefix = text(head, 257, 5) === 'ustar' ? text(head, 345, 155) : '';
      const short = text(head, 0, 100);
      const name = longName || (prefix === '' ? short : `${prefix}/${short}`);
      if (kind !== undefined) {
        const target = longTarget || text(head, 157, 100);
        entries.push({
          name,
          kind,
          mode: octal(head, 100, 8) & 0o7777,
          mtime: octal(head, 136, 12),
          data,
          target,
        });
      }
      longName = longTarget = '';
    }
  }
  return entries;
}

/** Writes a tar archive as `tar cf` does, with its two empty blocks at the end. */
export function writeTar(entries: readonly TarEntry[]): Buffer {
  const parts: Buffer[] = [];
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    if (name.length > 100) {
      const long = Buffer.concat([name, Buffer.from([0])]);
      parts.push(
        headOf({ name: '././@LongLink', type: 'L', size: long.length, mode: 0, mtime: 0, target: '' }),
        padded(long),
      );
    }
    const type = entry.kind === 'folder' ? '5' : entry.kind === 'link' ? '2' : '0';
    parts.push(headOf({ ...entry, type, size: entry.data.length }), padded(entry.data));
  }
  return Buffer.concat([...parts, Buffer.alloc(block * 2)]);
}

function headOf(entry: {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly mode: number;
  readonly mtime: number;
  readonly target: string;
}): Buffer {
  const head = Buffer.alloc(block);
  head.write(entry.name, 0, 100);
  const number = (value: number, at: number, length: number): void => {
    head.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  };
  number(entry.mode, 100, 8);
  number(0, 108, 8);
  number(0, 116, 8);
  number(entry.size, 124, 12);
  number(entry.mtime, 136, 12);
  head.write(entry.type, 156, 'latin1');
  head.write(entry.target, 157, 100);
  head.write('ustar  \0', 257, 'latin1');
  head.write('root', 265, 'latin1');
  head.write('root', 297, 'latin1');
  head.write(`${checksum(head).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return head;
}

function padded(data: Buffer): Buffer {
  const rest = data.length % block;
  return rest === 0 ? data : Buffer.concat([data, Buffer.alloc(block - rest)]);
}

/** The sum of a header's bytes, its own field taken as spaces. */
function checksum(head: Buffer): number {
  let sum = 0;
  for (const [at, byte] of head.entries()) sum += at >= 148 && at < 156 ? 0x20 : byte;
  return sum;
}

function text(bytes: Buffer, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? field.length : end);
}

function octal(bytes: Buffer, at: number, length: number): number {
  const digits = /[0-7]+/.exec(bytes.toString('latin1', at, at + length))?.[0];
  return digits === undefined ? 0 : Number.parseInt(digits, 8);
}

function pax(data: Buffer, key: string): string | undefined {
  return new RegExp(`(?:^|\\n)\\d+ ${key}=([^\\n]*)\\n`).exec(data.toString('utf8'))?.[1];
}
