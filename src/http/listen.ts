import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import type { ServerOptions } from 'node:https';
import { InputError } from '../core/input-error.js';
import { mendingFront } from './mend-target.js';
import type { Answer } from './upgrade/upgrade.js';

/** A listening HTTP server. */
export interface Listener {
  /** Without a slash at the end; the port is the one really bound. */
  readonly url: string;
  /** Stops listening and ends every open connection; may be called twice. */
  close(): Promise<void>;
}

/** How to listen, besides where. */
export interface ListenOptions {
  /** Takes spaces in request targets, as old curls send them. */
  readonly mendTargets?: boolean;
  /** Milliseconds open requests are given to end when the server closes; absent: none. */
  readonly drain?: number;
  /** PEM of certificate and private key; given: HTTPS. */
  readonly identity?: string;
}

/** Largest request head, in bytes: that of Go's HTTP server. */
const headLimit = 1024 * 1024;
/** Go keeps idle connections open; so long that clients never lose a race against the server closing one. */
const idleMilliseconds = 75_000;

/**
 * Listens on an address; resolves when connections are taken.
 *
 * @throws InputError when the address cannot be listened on, saying what to do
 */
export async function listenOn(
  host: string,
  port: number,
  handle: Answer,
  { mendTargets = false, drain = 0, identity }: ListenOptions = {},
): Promise<Listener> {
  const options: ServerOptions = {
    maxHeaderSize: headLimit,
    keepAliveTimeout: idleMilliseconds,
    headersTimeout: 60_000,
    requestTimeout: 0,
  };
  const server =
    identity === undefined
      ? createServer(options)
      : (await import('node:https')).createServer({ ...options, cert: identity, key: identity });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response);
  });
  server.on('clientError', answerBadHead);
  const upgraded = takeUpgrades(server, handle);
  const front = mendTargets ? mendingFront(server) : server;
  await new Promise<void>((resolve, reject) => {
    front.once('error', (error) => {
      reject(cannotListen(host, port, error));
    });
    front.listen(port, host, resolve);
  });
  const bound = front.address() as AddressInfo;
  const shown = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  let closed: Promise<void> | undefined;
  return {
    url: `http${identity === undefined ? '' : 's'}://${shown}:${String(bound.port)}`,
    close: () => (closed ??= closeServer(front, server, upgraded, drain)),
  };
}

/** Has upgrades answered, by code that is loaded for the first of them. @returns the connections that left HTTP */
function takeUpgrades(server: Server, handle: Answer): ReadonlySet<Socket> {
  const open = new Set<Socket>();
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    void import('./upgrade/take-upgrade.js').then(({ takeUpgrade }) => {
      takeUpgrade(server, { request, socket, head }, handle);
    });
  });
  return open;
}

function closeServer(
  front: NetServer,
  server: Server,
  upgraded: ReadonlySet<Socket>,
  drain: number,
): Promise<void> {
  return new Promise((resolve) => {
    const cutAll = (): void => {
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
    };
    const cut = setTimeout(cutAll, drain);
    front.close(() => {
      clearTimeout(cut);
      resolve();
    });
    if (drain === 0) cutAll();
    else server.closeIdleConnections();
  });
}

/** What Go's HTTP server answers to something that is not HTTP, or has a head too large. */
function answerBadHead(error: Error & { readonly code?: string }, socket: Socket): void {
  // More of a body nobody waits for: the answer that ends this connection is already on its way.
  if (error.code === 'HPE_CLOSED_CONNECTION') return;
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const status = tooLarge ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${status}`,
  );
}

function cannotListen(host: string, port: number, error: NodeJS.ErrnoException): Error {
  const where = `port ${String(port)} of ${host}`;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `${where} is in use; stop what listens there, or choose another port (0 picks a free one)`,
    EACCES: `${where} may not be used by this user; choose a port above 1023`,
    EADDRNOTAVAIL: `${host} is no address of this machine; choose 127.0.0.1 or 0.0.0.0`,
    ENOTFOUND: `${host} is no address of this machine; choose 127.0.0.1 or 0.0.0.0`,
  };
  const reason = reasons[error.code ?? ''];
  return reason === undefined ? error : new InputError([reason], { cause: error });
}
