import { badRequest, type ApiError } from '../../core/api-error.js';

/** One field of a message as it lies on the wire. */
export interface WireField {
  readonly number: number;
  /** A varint (wire type 0), a fixed number (1, 5) or the bytes of a string, message or packed list (2). */
  readonly value: bigint | Buffer;
}

function truncated(): ApiError {
  return badRequest('proto: unexpected EOF');
}

/** Reads one varint at an offset. @throws ApiError 400 when it is cut off or longer than ten bytes */
function readVarint(bytes: Buffer, start: number): { value: bigint; next: number } {
  let value = 0n;
  for (let at = 0; at < 10; at += 1) {
    const byte = bytes[start + at];
    if (byte === undefined) throw truncated();
    value |= BigInt(byte & 0x7f) << BigInt(7 * at);
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), next: start + at + 1 };
  }
  throw badRequest('proto: integer overflow');
}

/** The fields of a message, in order. @throws ApiError 400 for bytes that are no message */
export function* readFields(bytes: Buffer): Generator<WireField> {
  let at = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    const number = Number(tag.value >> 3n);
    if (number === 0) throw badRequest('proto: illegal tag 0');
    at = tag.next;
    switch (Number(tag.value & 7n)) {
      case 0: {
        const { value, next } = readVarint(bytes, at);
        at = next;
        yield { number, value };
        break;
      }
      case 1: {
        if (at + 8 > bytes.length) throw truncated();
        yield { number, value: bytes.readBigUInt64LE(at) };
        at += 8;
        break;
      }
      case 2: {
        const { value, next } = readVarint(bytes, at);
        const end = next + Number(value);
        if (end > bytes.length) throw truncated();
        yield { number, value: bytes.subarray(next, end) };
        at = end;
        break;
      }
      case 5: {
        if (at + 4 > bytes.length) throw truncated();
        yield { number, value: BigInt(bytes.readUInt32LE(at)) };
        at += 4;
        break;
      }
      default:
        throw badRequest(`proto: illegal wireType ${String(tag.value & 7n)}`);
    }
  }
}
