import type { RawData, WebSocket } from 'ws';

/** Bytes on their way to a slow client before more has to wait. */
const highWater = 256 * 1024;

/** A message's bytes, in one piece. */
export function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

/** Sends a message; resolves when more may be sent. A client that is gone is not an error. */
export function sendTo(socket: WebSocket, data: Buffer | string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) {
      resolve();
      return;
    }
    const isSlow = socket.bufferedAmount > highWater;
    socket.send(data, { binary: typeof data !== 'string' }, () => {
      resolve();
    });
    if (!isSlow) resolve();
  });
}

/**
 * Sends the last message before the socket is closed; resolves when it is out. Over TLS the closing frame would else share a
 * record with it, and clients that wait for the connection to become readable (Python's) would not see it.
 */
export function sendLast(socket: WebSocket, data: Buffer | string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) {
      resolve();
      return;
    }
    socket.send(data, { binary: typeof data !== 'string' }, () => {
      resolve();
    });
  });
}

/** Aborted once the client is gone or `ended` is. */
export function goneSignal(socket: WebSocket, ended: AbortSignal): AbortSignal {
  const left = new AbortController();
  if (socket.readyState === socket.CLOSED) left.abort();
  socket.once('close', () => {
    left.abort();
  });
  return AbortSignal.any([left.signal, ended]);
}

/** Holds a client back while what it sent is not read yet. */
export function holdBack(socket: WebSocket, room: Promise<void>): void {
  socket.pause();
  void room.then(() => {
    socket.resume();
  });
}
