import { encodeCompact } from '../../core/json.js';
import { Inbox } from '../../core/inbox.js';
import type { ChannelSession, TerminalSize } from '../../registry/session.js';
import type { SpdyConnection, SpdyStream } from '../spdy/connection.js';
import { errorText } from './error-channel.js';
import { readTerminalSize } from './terminal-size.js';
import type { SessionLife } from './upgrade.js';

type StreamName = 'error' | 'stdin' | 'stdout' | 'stderr' | 'resize';

/** Milliseconds a client has to open its streams. */
const patience = 30_000;

/**
 * Runs a process over SPDY, one stream per channel, named by its header `streamtype`.
 *
 * @see kubernetes/kubelet pkg/cri/streaming/remotecommand/httpstream.go
 */
export async function runSpdyChannels(
  connection: SpdyConnection,
  protocol: string,
  session: ChannelSession,
  { ended, failed }: SessionLife,
): Promise<void> {
  const streams = new Map<StreamName, SpdyStream>();
  const wanted = streamsOf(session, protocol);
  const complete = new Promise<boolean>((resolve) => {
    const late = setTimeout(() => {
      resolve(false);
    }, patience).unref();
    connection.gone.addEventListener('abort', () => {
      clearTimeout(late);
      resolve(false);
    });
    void connection.serve((stream) => {
      const name = stream.headers.get('streamtype') as StreamName | undefined;
      if (name === undefined || !wanted.includes(name) || streams.has(name)) return false;
      streams.set(name, stream);
      if (streams.size === wanted.length) {
        clearTimeout(late);
        resolve(true);
      }
      return true;
    });
  });
  if (await complete) {
    try {
      await run(streams, protocol, session, AbortSignal.any([connection.gone, ended]));
    } catch (error) {
      failed(error);
    }
  }
  connection.close();
}

/** The streams a client has to open: it makes one for sizes from v3 on only, when there is a terminal. */
function streamsOf({ stdin, stdout, stderr, tty }: ChannelSession, protocol: string): StreamName[] {
  const names: StreamName[] = ['error'];
  if (stdin) names.push('stdin');
  if (stdout) names.push('stdout');
  if (stderr && !tty) names.push('stderr');
  if (tty && /^v[34]/.test(protocol)) names.push('resize');
  return names;
}

async function run(
  streams: ReadonlyMap<StreamName, SpdyStream>,
  protocol: string,
  session: ChannelSession,
  gone: AbortSignal,
): Promise<void> {
  const write = (name: StreamName) => async (data: Buffer | string) => {
    await streams.get(name)?.write(Buffer.from(data));
  };
  const stdin = streams.get('stdin')?.input;
  const resize = streams.get('resize');
  const status = await session.run({
    stdin: stdin ?? nothing(),
    sizes: resize === undefined ? nothing() : sizesOf(resize, gone),
    gone,
    stdout: write('stdout'),
    stderr: write(session.tty ? 'stdout' : 'stderr'),
  });
  stdin?.drop();
  resize?.input.drop();
  for (const name of ['stdout', 'stderr'] as const) await streams.get(name)?.end();
  const told = protocol.startsWith('v4') ? encodeCompact(status) : errorText(status);
  if (told !== '') await write('error')(told);
  await streams.get('error')?.end();
}

function nothing<T>(): AsyncIterable<T> {
  const none = new Inbox<T>(1, () => 1);
  none.end();
  return none;
}

/** Sizes as a client writes them: JSON objects, one after the other, each in a write of its own. */
function sizesOf({ input }: SpdyStream, gone: AbortSignal): AsyncIterable<TerminalSize> {
  const sizes = new Inbox<TerminalSize>(100, () => 1);
  const read = async (): Promise<void> => {
    for await (const piece of input) {
      for (const text of piece.toString('latin1').match(/\{[^{}]*\}/g) ?? []) {
        const size = readTerminalSize(Buffer.from(text));
        if (size !== undefined && !sizes.full) sizes.push(size);
      }
    }
    sizes.end();
  };
  gone.addEventListener('abort', () => {
    sizes.end();
  });
  void read();
  return sizes;
}
