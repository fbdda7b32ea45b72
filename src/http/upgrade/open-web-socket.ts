import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { version } from '../../core/version.js';
import type { Reply } from '../../registry/contract.js';
import type { OwnSession } from '../../registry/session.js';
import { textType } from '../../registry/reply.js';
import { SpdyConnection } from '../spdy/connection.js';
import { offered, type Leaving, type SessionLife } from './upgrade.js';
import { forwardOverSpdy } from './spdy-forward.js';
import { webPipe } from './web-pipe.js';
import { channelProtocols, runWebChannels } from './web-channels.js';
import { runWebForward } from './web-forward.js';
import { runWebMessages } from './web-messages.js';

/** Largest message taken, in bytes: what kube-apiserver's WebSocket library takes. */
const messageLimit = 32 * 1024 * 1024;
/** The subprotocol that carries SPDY in WebSocket messages. Its slash makes it no token, yet clients send it. */
const tunnel = 'SPDY/3.1+portforward.k8s.io';
const forwardProtocols: readonly string[] = ['v4.channel.k8s.io', 'v4.base64.channel.k8s.io'];

/**
 * The refusal of a WebSocket handshake, in the words of the library kube-apiserver and kubelet use; `undefined` when it
 * can be accepted.
 *
 * @see golang.org/x/net websocket/hybi.go, kubernetes/apimachinery pkg/util/httpstream/wsstream/conn.go
 */
export function webSocketRefusal(request: IncomingMessage, session: OwnSession): Reply | undefined {
  const { method, headers } = request;
  if (method !== 'GET') return bare(405, 'bad method');
  if (headers['sec-websocket-version'] !== '13')
    return bare(400, 'missing or bad WebSocket Version', { 'Sec-WebSocket-Version': '13' });
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? ''))
    return bare(400, 'mismatch challenge/response');
  return chooseProtocol(request, session) === undefined ? { status: 403 } : undefined;
}

function bare(status: number, body: string, headers: Reply['headers'] = {}): Reply {
  return { status, contentType: textType, headers, body };
}

/** The subprotocol to speak: the first one offered that fits; empty when none was offered. */
function chooseProtocol(request: IncomingMessage, session: OwnSession): string | undefined {
  const names = offered(request, 'sec-websocket-protocol');
  const known = protocolsOf(session);
  if (known === undefined || names.length === 0) return '';
  return names.find((name) => known.includes(name));
}

/** What may be spoken; `undefined` when it is the same whatever a client offers, as for KubeSphere's terminal. */
function protocolsOf(session: OwnSession): readonly string[] | undefined {
  switch (session.kind) {
    case 'channels':
      return channelProtocols;
    case 'messages':
      return session.protocols;
    case 'forward':
      return [tunnel, ...forwardProtocols];
  }
}

/** Accepts a WebSocket handshake and runs a session over it, to its end. */
export async function openWebSocket(leaving: Leaving, session: OwnSession, life: SessionLife): Promise<void> {
  const protocol = chooseProtocol(leaving.request, session) ?? '';
  const socket = await accept(leaving, protocol);
  switch (session.kind) {
    case 'channels':
      await runWebChannels(socket, protocol, session, life);
      return;
    case 'messages':
      await runWebMessages(socket, protocol, session, life);
      return;
    case 'forward':
      if (protocol !== tunnel) await runWebForward(socket, protocol, session, life);
      else await forwardOverSpdy(new SpdyConnection(webPipe(socket)), session, life);
      socket.close(1000);
  }
}

async function accept({ request, socket, head }: Leaving, protocol: string): Promise<WebSocket> {
  const { WebSocketServer } = await import('ws');
  const door = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: messageLimit,
  });
  // The library would refuse names with a slash.
  delete request.headers['sec-websocket-protocol'];
  door.on('headers', (lines) => {
    lines.push(`X-Fake-Ks-Apiserver: ${version}`);
    if (protocol !== '') lines.push(`Sec-WebSocket-Protocol: ${protocol}`);
  });
  const accepted = await new Promise<WebSocket>((resolve) => {
    door.handleUpgrade(request, socket, head, resolve);
  });
  // A frame against the rules ends the connection; the library has closed it by then.
  accepted.on('error', () => undefined);
  return accepted;
}
