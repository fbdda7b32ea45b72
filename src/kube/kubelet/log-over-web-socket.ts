import { Readable } from 'node:stream';
import type { Reply } from '../../registry/contract.js';
import type { MessagePeer } from '../../registry/session.js';

const base64Protocol = 'base64.binary.k8s.io';
/** Bytes of the log in one message at most. */
const longestMessage = 2048;

/**
 * A log whose bytes are messages instead of a body: binary ones, or base64 where that was asked for. The first is empty.
 *
 * @see kubernetes/apimachinery pkg/util/httpstream/wsstream/stream.go
 */
export function logOverWebSocket({ body }: Reply): Reply {
  return {
    status: 101,
    session: {
      kind: 'messages',
      ending: 'close frame',
      protocols: ['binary.k8s.io', base64Protocol],
      run: (peer) => sendLog(piecesOf(body), peer),
    },
  };
}

async function sendLog(
  pieces: AsyncIterable<Buffer | string>,
  { protocol, gone, send }: MessagePeer,
): Promise<void> {
  const message = (bytes: Buffer): string | Buffer =>
    protocol === base64Protocol ? bytes.toString('base64') : bytes;
  await send(message(Buffer.alloc(0)));
  const source = pieces[Symbol.asyncIterator]();
  const leave = (): void => void source.return?.();
  gone.addEventListener('abort', leave);
  for (;;) {
    const next = await source.next();
    if (next.done === true || gone.aborted) break;
    const piece = Buffer.from(next.value);
    for (let at = 0; at < piece.length; at += longestMessage)
      await send(message(piece.subarray(at, at + longestMessage)));
  }
  leave();
}

/** The body as it comes. Whoever reads it may leave while waiting for more, so nothing stands between. */
function piecesOf(body: Reply['body']): AsyncIterable<Buffer | string> {
  if (typeof body === 'object' && Symbol.asyncIterator in body) return body;
  return Readable.from(body === undefined || body.length === 0 ? [] : [body]);
}
