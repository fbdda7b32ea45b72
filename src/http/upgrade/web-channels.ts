import type { WebSocket } from 'ws';
import { byteInbox, Inbox } from '../../core/inbox.js';
import { encodeCompact } from '../../core/json.js';
import type { ChannelSession, TerminalSize } from '../../registry/session.js';
import { readTerminalSize } from './terminal-size.js';
import { errorText } from './error-channel.js';
import type { SessionLife } from './upgrade.js';
import { bytesOf, goneSignal, holdBack, sendLast, sendTo } from './web-socket-life.js';

/** Numbers of the channels: the first byte of every message. */
const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/**
 * Subprotocols spoken, without and with base64. Differs from Kubernetes: the real one speaks v2 and v3 over SPDY only, and
 * v5 from 1.30 on only.
 */
export const channelProtocols: readonly string[] = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v3.channel.k8s.io',
  'v2.channel.k8s.io',
  'channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'base64.channel.k8s.io',
];

/**
 * Runs a process over a WebSocket whose messages begin with the number of their channel.
 *
 * @see kubernetes/kubelet pkg/cri/streaming/remotecommand/websocket.go
 */
export async function runWebChannels(
  socket: WebSocket,
  protocol: string,
  session: ChannelSession,
  { ended, failed }: SessionLife,
): Promise<void> {
  const isText = protocol.includes('base64');
  const stdin = byteInbox();
  const sizes = new Inbox<TerminalSize>(100, () => 1);
  if (!session.stdin) stdin.end();
  const send = (number: number, data: Buffer | string): Promise<void> =>
    sendTo(socket, message(number, Buffer.from(data), isText));
  socket.on('message', (data) => {
    const bytes = bytesOf(data);
    const [number, payload] = isText ? fromText(bytes) : [bytes[0], bytes.subarray(1)];
    if (number === channel.stdin && payload.length > 0) stdin.push(payload);
    if (number === channel.resize && session.tty) {
      const size = readTerminalSize(payload);
      if (size !== undefined && !sizes.full) sizes.push(size);
    }
    if (number === channel.close && protocol.startsWith('v5') && payload[0] === channel.stdin) stdin.end();
    if (stdin.full) holdBack(socket, stdin.room());
  });
  socket.once('close', () => {
    stdin.end();
    sizes.end();
  });
  // Tells the client that the process is about to start.
  await send(session.stdout ? channel.stdout : session.stderr ? channel.stderr : channel.error, '');
  const gone = goneSignal(socket, ended);
  const write = (wanted: boolean, number: number) => (data: Buffer | string) =>
    wanted && data.length > 0 ? send(number, data) : Promise.resolve();
  try {
    const status = await session.run({
      stdin,
      sizes,
      gone,
      stdout: write(session.stdout, channel.stdout),
      stderr: session.tty ? write(session.stdout, channel.stdout) : write(session.stderr, channel.stderr),
    });
    const isStructured = /^v[45]/.test(protocol);
    const told = isStructured ? encodeCompact(status) : errorText(status);
    if (told !== '') await sendLast(socket, message(channel.error, Buffer.from(told), isText));
    socket.close(1000);
  } catch (error) {
    failed(error);
    socket.close(1011);
  } finally {
    stdin.drop();
    sizes.drop();
  }
}

function message(number: number, data: Buffer, isText: boolean): Buffer | string {
  return isText
    ? `${String(number)}${data.toString('base64')}`
    : Buffer.concat([Buffer.from([number]), data]);
}

function fromText(bytes: Buffer): [number | undefined, Buffer] {
  const number = (bytes[0] ?? 0) - 0x30;
  return [number, Buffer.from(bytes.toString('latin1', 1), 'base64')];
}
