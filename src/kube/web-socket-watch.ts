import type { Reply, RequestContext } from '../registry/contract.js';
import { protobufWatchType } from './protobuf/envelope.js';

/**
 * Tells whether a request wants to go on over WebSocket.
 *
 * @see kubernetes/apimachinery pkg/util/httpstream/wsstream/conn.go IsWebSocketRequest
 */
export function asksForWebSocket({ headers }: Pick<RequestContext, 'headers'>): boolean {
  const { upgrade, connection } = headers;
  const isUpgrade = typeof connection === 'string' && connection.toLowerCase().includes('upgrade');
  return isUpgrade && typeof upgrade === 'string' && upgrade.toLowerCase() === 'websocket';
}

/**
 * A watch whose events are messages instead of lines of a body, as browsers take them; those in protobuf are binary and
 * without the length in front.
 *
 * Differs from Kubernetes: the real one refuses clients that send no Origin, which only browsers do.
 *
 * @see kubernetes/apiserver pkg/endpoints/handlers/watch.go HandleWS
 */
export function watchOverWebSocket({ body, contentType }: Reply): Reply {
  const events = body as AsyncIterable<Buffer>;
  return {
    status: 101,
    session: {
      kind: 'messages',
      ending: 'close frame',
      run: async ({ gone, send }) => {
        const source = events[Symbol.asyncIterator]();
        const leave = (): void => void source.return?.();
        gone.addEventListener('abort', leave);
        for (;;) {
          const next = await source.next();
          if (next.done === true || gone.aborted) break;
          for (const message of contentType === protobufWatchType ? frames(next.value) : lines(next.value))
            await send(message);
        }
        leave();
      },
    },
  };
}

function lines(pieces: Buffer): string[] {
  return pieces
    .toString('utf8')
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [`${line}\n`]));
}

function frames(pieces: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < pieces.length;) {
    const end = at + 4 + pieces.readUInt32BE(at);
    found.push(pieces.subarray(at + 4, end));
    at = end;
  }
  return found;
}
