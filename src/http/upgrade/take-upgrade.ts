import { ServerResponse, type Server } from 'node:http';
import { TLSSocket } from 'node:tls';
import { mayHaveBody } from '../steps/read-body.js';
import { openSpdy, spdyRefusal } from './open-spdy.js';
import { openTunnel } from './open-tunnel.js';
import { openWebSocket, webSocketRefusal } from './open-web-socket.js';
import type { Answer, Leaving, Upgrade } from './upgrade.js';

/**
 * Answers a request for an upgrade: it takes the way of every request, and only an answer with a session leaves HTTP.
 *
 * A refusal is written as any other, then the connection ends. What asks for another protocol (`h2c`, say) is answered
 * as if it had not asked, which is what HTTP wants.
 */
export function takeUpgrade(server: Server, leaving: Leaving, handle: Answer): void {
  const { request, socket } = leaving;
  const protocol = request.headers.upgrade?.toLowerCase();
  if ((protocol !== 'websocket' && protocol !== 'spdy/3.1') || mayHaveBody(request)) {
    replay(server, leaving);
    return;
  }
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => {
    response.detachSocket(socket);
    socket.end();
  });
  const isWeb = protocol === 'websocket';
  const upgrade: Upgrade = (session, life) => {
    const isTunnel = session.kind === 'tunnel';
    const refusalOf = isWeb ? webSocketRefusal : spdyRefusal;
    const refusal = isTunnel ? undefined : refusalOf(request, session);
    if (refusal !== undefined) return refusal;
    response.removeAllListeners('finish');
    response.detachSocket(socket);
    if (isTunnel) {
      openTunnel(leaving, session, life);
      return undefined;
    }
    const open = isWeb ? openWebSocket : openSpdy;
    open(leaving, session, life).catch((error: unknown) => {
      life.failed(error);
      socket.destroy();
    });
    return undefined;
  };
  handle(request, response, upgrade);
}

/** Hands a request back to the HTTP server, without its wish for an upgrade. */
function replay(server: Server, { request, socket, head }: Leaving): void {
  const { method = 'GET', url = '/', httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.toLowerCase() !== 'upgrade') lines.push(`${name}: ${rawHeaders[at + 1] ?? ''}`);
  }
  socket.pause();
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit(socket instanceof TLSSocket ? 'secureConnection' : 'connection', socket);
  socket.resume();
}
