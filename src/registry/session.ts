import type { Duplex } from 'node:stream';
import type { JsonObject } from '../core/json.js';

/** What goes on over a connection after an upgrade, as plain functions over bytes: no handler touches a socket. */
export type Session = OwnSession | TunnelSession;

/** One whose protocol is spoken here. */
export type OwnSession = ChannelSession | ForwardSession | MessageSession;

/** What an upstream speaks after it took the upgrade: passed on in both directions, whatever it is. */
export interface TunnelSession {
  readonly kind: 'tunnel';
  /** Names and values in turns, of the answer with which it took the upgrade. */
  readonly rawHeaders: readonly string[];
  readonly stream: Duplex;
  /** What it had sent by then. */
  readonly first: Buffer;
}

/** Tells what became of a session when it has nothing more to say. */
export interface Caller {
  /** Aborted once the client is gone or its world is given up. */
  readonly gone: AbortSignal;
}

/** The streams of a process, as `exec` and `attach` carry them. */
export interface Channels extends Caller {
  /** Ends when the client closes its side; nothing when no stdin was asked for. */
  readonly stdin: AsyncIterable<Buffer>;
  /** Resolves when more may be written; what the client did not ask for is dropped. */
  readonly stdout: (data: Buffer | string) => Promise<void>;
  /** Like stdout. With a terminal both are one stream, and this writes to stdout. */
  readonly stderr: (data: Buffer | string) => Promise<void>;
  /** Sizes of the client's terminal, as they change. */
  readonly sizes: AsyncIterable<TerminalSize>;
}

/** Columns and rows of a terminal. */
export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/** A process in a container: Kubernetes' `channel.k8s.io` protocols over WebSocket or SPDY. */
export interface ChannelSession {
  readonly kind: 'channels';
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
  /** Runs to the end of the process; gives the `Status` that the error channel tells. */
  readonly run: (channels: Channels) => Promise<JsonObject>;
}

/** Who answers a connection to a port. */
export type ForwardTarget =
  | {
      /** Another server, connected to over TCP. */
      readonly host: string;
      readonly port: number;
    }
  | {
      /** Something of our own: what it answers to what comes in. */
      readonly serve: (input: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;
    };

/** Connections to ports of a pod: Kubernetes' `portforward.k8s.io`. */
export interface ForwardSession {
  readonly kind: 'forward';
  /** Ports named by the request itself, as the WebSocket form has it. */
  readonly ports: readonly number[];
  /** Who answers at a port. @throws Error whose message the client is told */
  readonly connect: (port: number) => ForwardTarget;
}

/** Messages in both directions, over WebSocket only; those of the client are read as text. */
export interface MessageSession {
  readonly kind: 'messages';
  /** Subprotocols it speaks besides none; absent: none is chosen, whatever a client offers. */
  readonly protocols?: readonly string[];
  /** How the server ends it: as RFC 6455 says, or by closing the connection at once. */
  readonly ending: 'close frame' | 'cut';
  /** Milliseconds between pings; absent: none. */
  readonly pingEvery?: number;
  readonly run: (peer: MessagePeer) => Promise<void>;
}

/** The other end of a {@link MessageSession}. */
export interface MessagePeer extends Caller {
  /** The subprotocol chosen; empty: none. */
  readonly protocol: string;
  readonly messages: AsyncIterable<string>;
  /** Resolves when more may be sent. */
  readonly send: (message: string | Buffer) => Promise<void>;
}
