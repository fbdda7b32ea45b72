import type { Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';

const lineEnd = Buffer.from('\r\n');
/** A request line with spaces inside its target; without any the parser needs no help. */
const spaced = /^([A-Z]+) (\/[^\r\n]* [^\r\n]*) (HTTP\/1\.[01])$/;

/**
 * A server that takes connections for an HTTP server and mends spaces in the target of the first request of each, as
 * old curls send them when a URL has some. Node's parser, like Go's, would refuse such a request line.
 *
 * Only a brand with a space in its name needs this; every other server is listened on directly.
 */
export function mendingFront(server: HttpServer): Server {
  const open = new Set<Socket>();
  const front = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', destroy);
    socket.once('data', (chunk) => {
      socket.off('error', destroy);
      socket.pause();
      socket.unshift(mended(chunk));
      server.emit('connection', socket);
      socket.resume();
    });
  });
  const close = front.close.bind(front);
  front.close = (done) => {
    // The HTTP server does not listen itself, so it does not know its connections.
    for (const socket of open) socket.destroy();
    return close(done);
  };
  return front;
}

function destroy(this: Socket): void {
  this.destroy();
}

/** The start of a request with the spaces of its target percent-encoded. */
function mended(chunk: Buffer): Buffer {
  const end = chunk.indexOf(lineEnd);
  if (end === -1) return chunk;
  const found = spaced.exec(chunk.toString('latin1', 0, end));
  if (found === null) return chunk;
  const [, method = '', target = '', protocol = ''] = found;
  const line = [method, target.replaceAll(' ', '%20'), protocol].join(' ');
  return Buffer.concat([Buffer.from(line, 'latin1'), chunk.subarray(end)]);
}
