/** Media type of a Swagger document in protobuf. */
export const protobufType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/**
 * A Swagger 2.0 document without a single definition, as a gnostic `openapi.v2.Document`.
 *
 * Clients that find a kind missing there leave checking it to the server.
 *
 * @see google/gnostic openapiv2/OpenAPIv2.proto
 */
export function emptyDocument(): Buffer {
  const info = Buffer.concat([text(1, 'Kubernetes'), text(2, 'unversioned')]);
  return Buffer.concat([text(1, '2.0'), field(2, info)]);
}

function text(number: number, value: string): Buffer {
  return field(number, Buffer.from(value));
}

/** A length-delimited field below 128 bytes. */
function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}
