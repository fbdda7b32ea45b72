import type { PortScript } from '../../state/containers.js';

/** Who answers at a port, as the default answer names it. */
export interface PortPlace {
  /** `pod` or `node`. */
  readonly kind: string;
  /** `NAMESPACE/NAME`, or the name of a node. */
  readonly name: string;
  readonly port: number;
}

/** An answer of a server in a container. */
export interface FakeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Largest request head or body taken, in bytes. */
const requestLimit = 3 * 1024 * 1024;
const startOfRequest = /^[A-Z]{3,16} \S+ HTTP\/1\.[01]$/;
const couldBeRequest = /^[A-Z]{1,16}(?: [^\r\n]*)?\r?$/;

/** What a server in a container answers: what a test wants, or who it is and what it was asked. */
export function fakeAnswer(
  place: PortPlace,
  requestLine: string,
  script: PortScript | undefined,
): FakeAnswer {
  if (script !== undefined) {
    const { status = 200, headers = {}, body = script.bytes ?? '' } = script;
    return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers }, body };
  }
  return {
    status: 200,
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    body: `fake-ks-apiserver: ${place.kind} ${place.name}, port ${String(place.port)}\n${requestLine}\n`,
  };
}

/**
 * A server that speaks HTTP/1.1, one request after the other. Whoever speaks something else hears it again, as from an
 * echo server.
 */
export async function* serveHttp(
  place: PortPlace,
  script: PortScript | undefined,
  input: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  if (script?.bytes !== undefined) {
    yield Buffer.from(script.bytes);
    return;
  }
  let waiting = Buffer.alloc(0);
  let isEcho = false;
  for await (const piece of input) {
    if (isEcho) {
      yield piece;
      continue;
    }
    waiting = Buffer.concat([waiting, piece]);
    for (;;) {
      const lineEnd = waiting.indexOf('\n');
      const line = waiting
        .toString('latin1', 0, lineEnd === -1 ? waiting.length : lineEnd)
        .replace(/\r$/, '');
      isEcho = lineEnd === -1 ? !couldBeRequest.test(line) && waiting.length > 0 : !startOfRequest.test(line);
      if (isEcho) {
        yield waiting;
        break;
      }
      const end = waiting.indexOf('\r\n\r\n');
      if (end === -1) break;
      const head = waiting.toString('latin1', 0, end);
      const length = Number(/^content-length: *(\d+) *$/im.exec(head)?.[1] ?? 0);
      if (length > requestLimit || end > requestLimit) return;
      if (waiting.length < end + 4 + length) break;
      waiting = waiting.subarray(end + 4 + length);
      const closes = /^connection: *close *$/im.test(head);
      yield encode(fakeAnswer(place, line, script), line.startsWith('HEAD '), closes);
      if (closes) return;
    }
    if (waiting.length > requestLimit * 2) return;
  }
}

function encode({ status, headers, body }: FakeAnswer, isHead: boolean, closes: boolean): Buffer {
  const lines = [
    `HTTP/1.1 ${String(status)} ${status === 200 ? 'OK' : 'Status'}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${String(Buffer.byteLength(body))}`,
    ...(closes ? ['Connection: close'] : []),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${isHead ? '' : body}`);
}
