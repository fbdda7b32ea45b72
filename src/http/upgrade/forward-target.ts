import { connect, type Socket } from 'node:net';
import type { ForwardSession, ForwardTarget } from '../../registry/session.js';

/** A TCP port as text; `undefined` when it is none. */
export function readPort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 0xffff ? port : undefined;
}

/**
 * Carries bytes between a client and whoever answers at a port, until one of them is done.
 *
 * @returns what to tell the client when it went wrong
 */
export async function openTarget(
  session: ForwardSession,
  port: number,
  input: AsyncIterable<Buffer>,
  write: (bytes: Buffer) => Promise<void>,
  gone: AbortSignal,
): Promise<string | undefined> {
  let target: ForwardTarget;
  try {
    target = session.connect(port);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if ('serve' in target) {
    for await (const bytes of target.serve(input)) {
      if (gone.aborted) break;
      await write(bytes);
    }
    return undefined;
  }
  return relay(target, input, write, gone);
}

/** Carries bytes to and from a TCP server. @returns what to tell the client when it cannot be reached */
export async function relay(
  { host, port }: { readonly host: string; readonly port: number },
  input: AsyncIterable<Buffer>,
  write: (bytes: Buffer) => Promise<void>,
  gone: AbortSignal,
): Promise<string | undefined> {
  const socket = connect({ host, port });
  const leave = (): void => {
    socket.destroy();
  };
  gone.addEventListener('abort', leave);
  try {
    void pump(input, socket);
    for await (const bytes of socket) await write(bytes as Buffer);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return gone.aborted ? undefined : `failed to connect to ${host}:${String(port)}: ${reason}`;
  } finally {
    gone.removeEventListener('abort', leave);
    socket.destroy();
  }
}

async function pump(input: AsyncIterable<Buffer>, socket: Socket): Promise<void> {
  for await (const bytes of input) {
    if (socket.destroyed) return;
    if (!socket.write(bytes)) {
      await new Promise<void>((resolve) => {
        socket.once('drain', resolve);
        socket.once('close', resolve);
      });
    }
  }
  socket.end();
}
