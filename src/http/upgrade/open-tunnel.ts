import { version } from '../../core/version.js';
import type { TunnelSession } from '../../registry/session.js';
import type { Leaving, SessionLife } from './upgrade.js';

/**
 * Joins a client with an upstream that took its upgrade: what one sends the other gets, until one of them is gone.
 *
 * @see kubernetes/apimachinery pkg/util/proxy/upgradeaware.go tryUpgrade
 */
export function openTunnel({ socket, head }: Leaving, session: TunnelSession, { ended }: SessionLife): void {
  const { stream, rawHeaders, first } = session;
  const lines = ['HTTP/1.1 101 Switching Protocols', `X-Fake-Ks-Apiserver: ${version}`];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.toLowerCase() !== 'x-fake-ks-apiserver') lines.push(`${name}: ${rawHeaders[at + 1] ?? ''}`);
  }
  socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  if (first.length > 0) socket.write(first);
  if (head.length > 0) stream.write(head);
  const end = (): void => {
    ended.removeEventListener('abort', end);
    socket.destroy();
    stream.destroy();
  };
  for (const side of [socket, stream]) {
    side.on('error', end);
    side.on('close', end);
  }
  ended.addEventListener('abort', end);
  if (ended.aborted || socket.destroyed) end();
  stream.pipe(socket);
  socket.pipe(stream);
}
