import type { WebSocket } from 'ws';
import { byteInbox, type Inbox } from '../../core/inbox.js';
import type { ForwardSession } from '../../registry/session.js';
import { openTarget } from './forward-target.js';
import type { SessionLife } from './upgrade.js';
import { bytesOf, goneSignal, holdBack, sendTo } from './web-socket-life.js';

/**
 * Forwards connections over a WebSocket: two channels per port of the request, data (even) and error (odd), each
 * beginning with the port in two bytes, the lower first.
 *
 * @see kubernetes/kubelet pkg/cri/streaming/portforward/websocket.go
 */
export async function runWebForward(
  socket: WebSocket,
  protocol: string,
  session: ForwardSession,
  { ended, failed }: SessionLife,
): Promise<void> {
  const isText = protocol.includes('base64');
  const gone = goneSignal(socket, ended);
  const inputs: readonly Inbox<Buffer>[] = session.ports.map(() => byteInbox());
  const send = (channel: number, data: Buffer): Promise<void> =>
    sendTo(
      socket,
      isText ? `${String.fromCharCode(0x30 + channel)}${data.toString('base64')}` : tagged(channel, data),
    );
  socket.on('message', (data) => {
    const bytes = bytesOf(data);
    const channel = isText ? (bytes[0] ?? 0) - 0x30 : (bytes[0] ?? 0);
    const payload = isText ? Buffer.from(bytes.toString('latin1', 1), 'base64') : bytes.subarray(1);
    const input = channel % 2 === 0 ? inputs[channel / 2] : undefined;
    if (input === undefined || payload.length === 0) return;
    input.push(payload);
    if (input.full) holdBack(socket, input.room());
  });
  gone.addEventListener('abort', () => {
    for (const input of inputs) input.end();
  });
  const forwards = session.ports.map(async (port, at) => {
    const name = Buffer.from([port & 0xff, port >> 8]);
    await send(at * 2, name);
    await send(at * 2 + 1, name);
    const input = inputs[at] ?? byteInbox();
    const problem = await openTarget(session, port, input, (bytes) => send(at * 2, bytes), gone);
    if (problem !== undefined) await send(at * 2 + 1, Buffer.from(problem));
  });
  await Promise.all(forwards).catch(failed);
}

function tagged(channel: number, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([channel]), data]);
}
