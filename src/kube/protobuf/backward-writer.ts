/** Bytes a writer starts with, and those above which it gives its room back. */
const firstRoom = 16 * 1024;
const keptRoom = 1024 * 1024;

/**
 * Writes a protobuf message from its end to its beginning, so that the length of a part is known by the time it is
 * written. Fields come out in the order opposite to that of the calls.
 *
 * @see gogo/protobuf plugin/marshalto: MarshalToSizedBuffer
 */
export class BackwardWriter {
  #bytes = Buffer.allocUnsafe(firstRoom);
  #at = firstRoom;

  /** Bytes written so far. */
  get length(): number {
    return this.#bytes.length - this.#at;
  }

  /** A length-delimited field around everything written since `length` was `before`. */
  close(field: number, before: number): void {
    this.#varint(this.length - before);
    this.#varint(field * 8 + 2);
  }

  /** A string. */
  text(field: number, value: string): void {
    const size = Buffer.byteLength(value);
    this.#reserve(size);
    this.#at -= size;
    this.#bytes.write(value, this.#at);
    this.#varint(size);
    this.#varint(field * 8 + 2);
  }

  /** A field of bytes. */
  bytes(field: number, value: Uint8Array): void {
    this.raw(value);
    this.#varint(value.length);
    this.#varint(field * 8 + 2);
  }

  /** Bytes that are whole fields already. */
  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#at -= value.length;
    this.#bytes.set(value, this.#at);
  }

  /** A number below zero takes ten bytes, as Go writes it. */
  integer(field: number, value: number | bigint): void {
    if (typeof value === 'number' && value >= 0) this.#varint(value);
    else this.#wide(BigInt.asUintN(64, BigInt(value)));
    this.#varint(field * 8);
  }

  /** What was written, as bytes of its own; the writer is empty then. */
  finish(): Buffer {
    const bytes = Buffer.from(this.#bytes.subarray(this.#at));
    this.clear();
    return bytes;
  }

  /** Forgets what was written. */
  clear(): void {
    if (this.#bytes.length > keptRoom) this.#bytes = Buffer.allocUnsafe(firstRoom);
    this.#at = this.#bytes.length;
  }

  #varint(value: number): void {
    if (value < 0x80) {
      this.#reserve(1);
      this.#bytes[(this.#at -= 1)] = value;
      return;
    }
    let size = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
    this.#reserve(size);
    let at = (this.#at -= size);
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#bytes[at++] = (rest % 0x80) | 0x80;
    this.#bytes[at] = rest;
  }

  #wide(value: bigint): void {
    const digits: number[] = [];
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) digits.push(Number(rest & 0x7fn) | 0x80);
    digits.push(Number(rest));
    this.raw(Uint8Array.from(digits));
  }

  #reserve(size: number): void {
    if (size <= this.#at) return;
    const used = this.length;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, used + size));
    this.#bytes.copy(larger, larger.length - used, this.#at);
    this.#at = larger.length - used;
    this.#bytes = larger;
  }
}
