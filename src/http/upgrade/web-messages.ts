import type { WebSocket } from 'ws';
import { Inbox } from '../../core/inbox.js';
import type { MessageSession } from '../../registry/session.js';
import type { SessionLife } from './upgrade.js';
import { bytesOf, goneSignal, holdBack, sendTo } from './web-socket-life.js';

/** Characters that may wait unread before the client is held back. */
const waiting = 1024 * 1024;

/** Runs a session of messages over a WebSocket. @param protocol The subprotocol chosen; empty: none */
export async function runWebMessages(
  socket: WebSocket,
  protocol: string,
  session: MessageSession,
  { ended, failed }: SessionLife,
): Promise<void> {
  const messages = new Inbox<string>(waiting, ({ length }) => length + 1);
  socket.on('message', (data) => {
    messages.push(bytesOf(data).toString('utf8'));
    if (messages.full) holdBack(socket, messages.room());
  });
  const gone = goneSignal(socket, ended);
  gone.addEventListener('abort', () => {
    messages.end();
  });
  const pings = session.pingEvery === undefined ? undefined : keepAlive(socket, session.pingEvery);
  try {
    await session.run({ protocol, messages, gone, send: (message) => sendTo(socket, message) });
  } catch (error) {
    failed(error);
  } finally {
    clearInterval(pings);
    messages.drop();
  }
  if (session.ending === 'cut') cut(socket);
  else socket.close(1000);
}

/** Pings, and leaves a client that answered none for as long as one and a bit. */
function keepAlive(socket: WebSocket, every: number): NodeJS.Timeout {
  let answered = true;
  socket.on('pong', () => (answered = true));
  return setInterval(() => {
    if (!answered) {
      socket.terminate();
      return;
    }
    answered = false;
    socket.ping();
  }, every).unref();
}

/** Ends the TCP connection without a closing frame, once what was sent is out. */
function cut(socket: WebSocket): void {
  const { _socket: connection } = socket as unknown as {
    readonly _socket?: { end(done: () => void): void };
  };
  if (connection === undefined) socket.terminate();
  else
    connection.end(() => {
      socket.terminate();
    });
}
