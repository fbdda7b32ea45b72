/** Media type of an object in protobuf. */
export const protobufType = 'application/vnd.kubernetes.protobuf';
/** Media type of a watch in protobuf. */
export const protobufWatchType = 'application/vnd.kubernetes.protobuf;stream=watch';

/** What kind of object an envelope holds. */
export interface TypeMeta {
  readonly apiVersion: string;
  readonly kind: string;
}

/** The four bytes every Kubernetes protobuf body begins with. */
const magic = Buffer.from('k8s\0', 'latin1');
/** contentEncoding and contentType: neither is used, both are written. */
const unused = Buffer.from([0x1a, 0, 0x22, 0]);

/**
 * What stands before and behind an object's message: the magic number and a `runtime.Unknown`.
 *
 * @param size Bytes of the message.
 * @see kubernetes/apimachinery pkg/runtime/serializer/protobuf/protobuf.go
 */
export function envelopeAround(
  { apiVersion, kind }: TypeMeta,
  size: number,
): readonly [before: Buffer, after: Buffer] {
  const typeMeta = Buffer.concat([part(1, Buffer.from(apiVersion)), part(2, Buffer.from(kind))]);
  return [Buffer.concat([magic, part(1, typeMeta), partHead(2, size)]), unused];
}

/** An object's message in its envelope. */
export function inEnvelope(type: TypeMeta, message: Buffer): Buffer {
  const [before, after] = envelopeAround(type, message.length);
  return Buffer.concat([before, message, after]);
}

/**
 * An event of a watch: a `WatchEvent` around an envelope, and its length in front.
 *
 * @see kubernetes/apimachinery pkg/util/framer/framer.go NewLengthDelimitedFrameWriter
 */
export function watchFrame(type: string, envelope: Buffer): Buffer {
  const kind = part(1, Buffer.from(type));
  const inner = partHead(1, envelope.length);
  const outer = partHead(2, inner.length + envelope.length);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(kind.length + outer.length + inner.length + envelope.length);
  return Buffer.concat([length, kind, outer, inner, envelope]);
}

/** What stands before a length-delimited field: its number and length. */
export function partHead(field: number, size: number): Buffer {
  const bytes = [field * 8 + 2];
  let rest = size;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function part(field: number, value: Buffer): Buffer {
  return Buffer.concat([partHead(field, value.length), value]);
}
