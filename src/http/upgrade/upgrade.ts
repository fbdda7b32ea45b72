import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Reply } from '../../registry/contract.js';
import type { Session } from '../../registry/session.js';

/** What a session depends on besides its client. */
export interface SessionLife {
  /** Aborted when the world it belongs to is given up. */
  readonly ended: AbortSignal;
  /** Told about an error that is a bug of ours. */
  readonly failed: (error: unknown) => void;
}

/** Opens a session over the connection of a request. @returns the refusal when no protocol offered fits it */
export type Upgrade = (session: Session, life: SessionLife) => Reply | undefined;

/** Answers a request. @param upgrade Opens what follows an upgrade; absent when none is asked for */
export type Answer = (request: IncomingMessage, response: ServerResponse, upgrade?: Upgrade) => void;

/** A connection that is about to leave HTTP. */
export interface Leaving {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  /** Bytes that came after the head of the request. */
  readonly head: Buffer;
}

/** What a request offers to speak in a header that lists names, the preferred first. */
export function offered({ headers }: IncomingMessage, name: string): string[] {
  const value = headers[name];
  const text = Array.isArray(value) ? value.join(',') : (value ?? '');
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
