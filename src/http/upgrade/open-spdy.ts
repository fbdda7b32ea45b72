import type { IncomingMessage } from 'node:http';
import { version } from '../../core/version.js';
import type { Reply } from '../../registry/contract.js';
import { textType } from '../../registry/reply.js';
import type { OwnSession } from '../../registry/session.js';
import { SpdyConnection } from '../spdy/connection.js';
import { socketPipe } from '../spdy/socket-pipe.js';
import { runSpdyChannels } from './spdy-channels.js';
import { forwardOverSpdy } from './spdy-forward.js';
import { offered, type Leaving, type SessionLife } from './upgrade.js';

const header = 'x-stream-protocol-version';
const protocols: Readonly<Record<OwnSession['kind'], readonly string[]>> = {
  channels: ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io'],
  forward: ['portforward.k8s.io'],
  messages: [],
};
const plain = { 'X-Content-Type-Options': 'nosniff' };

/**
 * The refusal of a SPDY handshake; `undefined` when it can be accepted.
 *
 * @see kubernetes/apimachinery pkg/util/httpstream/httpstream.go Handshake
 */
export function spdyRefusal(request: IncomingMessage, { kind }: OwnSession): Reply | undefined {
  if (kind === 'messages')
    return { status: 400, contentType: textType, headers: plain, body: 'Bad Request\n' };
  const names = offered(request, header);
  if (names.length === 0) {
    const body = 'unable to upgrade: X-Stream-Protocol-Version is required\n';
    return { status: 400, contentType: textType, headers: plain, body };
  }
  const known = protocols[kind];
  if (chooseProtocol(request, kind) !== undefined) return undefined;
  return {
    status: 403,
    contentType: textType,
    headers: { ...plain, 'X-Accepted-Stream-Protocol-Versions': known },
    body: `unable to upgrade: unable to negotiate protocol: client supports [${names.join(' ')}], server accepts [${known.join(' ')}]\n`,
  };
}

function chooseProtocol(request: IncomingMessage, kind: OwnSession['kind']): string | undefined {
  return offered(request, header).find((name) => protocols[kind].includes(name));
}

/** Accepts a SPDY handshake and runs a session over it, to its end. */
export async function openSpdy(
  { request, socket, head }: Leaving,
  session: OwnSession,
  life: SessionLife,
): Promise<void> {
  const protocol = chooseProtocol(request, session.kind) ?? '';
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: SPDY/3.1',
    'Connection: Upgrade',
    `X-Stream-Protocol-Version: ${protocol}`,
    `X-Fake-Ks-Apiserver: ${version}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const connection = new SpdyConnection(socketPipe(socket, head));
  if (session.kind === 'channels') await runSpdyChannels(connection, protocol, session, life);
  else if (session.kind === 'forward') await forwardOverSpdy(connection, session, life);
}
