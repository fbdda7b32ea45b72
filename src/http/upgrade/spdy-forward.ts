import type { ForwardSession } from '../../registry/session.js';
import type { SpdyConnection, SpdyStream } from '../spdy/connection.js';
import { openTarget, readPort } from './forward-target.js';
import type { SessionLife } from './upgrade.js';

/** Milliseconds a client has to open the second stream of a pair. */
const patience = 30_000;

/** The two streams of one forwarded connection. */
interface Pair {
  readonly error?: SpdyStream;
  readonly data?: SpdyStream;
}

/**
 * Forwards connections over SPDY: each is a pair of streams with the same `requestID`.
 *
 * @see kubernetes/kubelet pkg/cri/streaming/portforward/httpstream.go
 */
export async function forwardOverSpdy(
  connection: SpdyConnection,
  session: ForwardSession,
  { ended, failed }: SessionLife,
): Promise<void> {
  const pairs = new Map<string, Pair>();
  const onEnd = (): void => {
    connection.close();
  };
  ended.addEventListener('abort', onEnd);
  const gone = AbortSignal.any([connection.gone, ended]);
  await connection.serve((stream) => {
    const kind = stream.headers.get('streamtype');
    const port = readPort(stream.headers.get('port') ?? '');
    if ((kind !== 'error' && kind !== 'data') || port === undefined) return false;
    // Clients older than 1.3 name no pairs: their streams come error first, data next.
    const id = stream.headers.get('requestid') ?? String(kind === 'error' ? stream.id : stream.id - 2);
    const known = pairs.get(id) ?? {};
    if (known[kind] !== undefined) return false;
    const pair: Pair = { ...known, [kind]: stream };
    const { error, data } = pair;
    if (error === undefined || data === undefined) {
      pairs.set(id, pair);
      setTimeout(() => {
        if (pairs.delete(id)) stream.forget();
      }, patience).unref();
      return true;
    }
    pairs.delete(id);
    void forward(session, port, error, data, gone).catch(failed);
    return true;
  });
  ended.removeEventListener('abort', onEnd);
}

async function forward(
  session: ForwardSession,
  port: number,
  error: SpdyStream,
  data: SpdyStream,
  gone: AbortSignal,
): Promise<void> {
  const problem = await openTarget(session, port, data.input, (bytes) => data.write(bytes), gone);
  if (problem !== undefined) await error.write(Buffer.from(problem));
  await data.end();
  await error.end();
  data.forget();
  error.forget();
}
