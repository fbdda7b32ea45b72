import type { Duplex } from 'node:stream';
import type { BytePipe } from './connection.js';

/** A socket as a pair of directions; an error ends both. */
export function socketPipe(socket: Duplex, head: Buffer): BytePipe {
  if (head.length > 0) socket.unshift(head);
  return {
    input: bytesOf(socket),
    write: (bytes) =>
      new Promise((resolve) => {
        if (socket.destroyed || socket.writableEnded) resolve();
        else if (socket.write(bytes)) resolve();
        else {
          const done = (): void => {
            socket.off('drain', done);
            socket.off('close', done);
            resolve();
          };
          socket.on('drain', done);
          socket.on('close', done);
        }
      }),
    end: () => {
      socket.end(() => {
        socket.destroy();
      });
    },
  };
}

async function* bytesOf(socket: Duplex): AsyncGenerator<Buffer> {
  try {
    for await (const piece of socket) yield piece as Buffer;
  } catch {
    // A client that left in the middle has nothing more to say.
  }
}
