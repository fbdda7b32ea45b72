import type { WebSocket } from 'ws';
import { byteInbox } from '../../core/inbox.js';
import type { BytePipe } from '../spdy/connection.js';
import { bytesOf, holdBack, sendTo } from './web-socket-life.js';

/** The bytes of another protocol, carried in binary messages. */
export function webPipe(socket: WebSocket): BytePipe {
  const input = byteInbox();
  socket.on('message', (data) => {
    input.push(bytesOf(data));
    if (input.full) holdBack(socket, input.room());
  });
  socket.once('close', () => {
    input.end();
  });
  return {
    input,
    write: (bytes) => sendTo(socket, bytes),
    end: () => {
      input.end();
      socket.close(1000);
    },
  };
}
