import type { StatusDetails } from './api-error.js';
import { isJsonObject, type Json, type JsonObject } from './json.js';

/**
 * A `Status` in Kubernetes' protobuf form, envelope included.
 *
 * Go writes every member that is not a pointer, empty or not; so does this.
 *
 * @see kubernetes/apimachinery pkg/apis/meta/v1/generated.proto, pkg/runtime/serializer/protobuf
 */
export function encodeStatusProtobuf(status: JsonObject): Buffer {
  const listMeta = Buffer.concat([text(1, ''), text(2, ''), text(3, '')]);
  const raw = Buffer.concat([
    bytes(1, listMeta),
    text(2, status['status']),
    text(3, status['message']),
    text(4, status['reason']),
    ...(isJsonObject(status['details']) ? [bytes(5, details(status['details']))] : []),
    number(6, status['code']),
  ]);
  const typeMeta = Buffer.concat([text(1, 'v1'), text(2, 'Status')]);
  return Buffer.concat([
    Buffer.from('k8s\0', 'latin1'),
    bytes(1, typeMeta),
    bytes(2, raw),
    text(3, ''),
    text(4, ''),
  ]);
}

function details(given: StatusDetails): Buffer {
  const causes = (given.causes ?? []).map((cause) =>
    bytes(4, Buffer.concat([text(1, cause.reason), text(2, cause.message), text(3, cause.field)])),
  );
  return Buffer.concat([
    text(1, given.name),
    text(2, given.group),
    text(3, given.kind),
    ...causes,
    number(5, given.retryAfterSeconds),
    text(6, given.uid),
  ]);
}

function text(field: number, value: Json | undefined): Buffer {
  return bytes(field, Buffer.from(typeof value === 'string' ? value : '', 'utf8'));
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2]), varint(value.length), value]);
}

function number(field: number, value: Json | undefined): Buffer {
  return Buffer.concat([Buffer.from([field << 3]), varint(typeof value === 'number' ? value : 0)]);
}

function varint(value: number): Buffer {
  const parts: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    parts.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 128);
  }
  parts.push(rest);
  return Buffer.from(parts);
}
