import { ApiError } from '../core/api-error.js';
import { AskError } from './ask-server.js';
import { forward, type ForwardedRequest } from './forward.js';
import type { Upstream } from './upstream.js';

/** A question of our own to an upstream. */
export type UpstreamQuestion = Pick<ForwardedRequest, 'method' | 'target' | 'headers'> & {
  readonly body?: Buffer;
};

/** What it answered, read to its end. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

const largest = 4 * 1024 * 1024;

/**
 * The answer of an upstream to a question of our own; redirects are not followed.
 *
 * @param timeout Milliseconds.
 * @param left Aborted when nobody wants to know any more.
 * @throws AskError in the words of Go: it cannot be reached, takes too long or says more than 4 MiB
 */
export function askUpstream(
  upstream: Upstream,
  question: UpstreamQuestion,
  timeout = 10_000,
  left?: AbortSignal,
): Promise<UpstreamAnswer> {
  const late = AbortSignal.timeout(timeout);
  return answer(upstream, question, left === undefined ? late : AbortSignal.any([late, left]));
}

async function answer(
  upstream: Upstream,
  question: UpstreamQuestion,
  signal: AbortSignal,
): Promise<UpstreamAnswer> {
  try {
    const request = { ...question, body: question.body, remoteAddress: '127.0.0.1', signal };
    const { status, contentType = '', body } = await forward(request, upstream);
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of (body ?? []) as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > largest) throw new AskError(`more than ${String(largest)} bytes`);
      pieces.push(piece);
    }
    return { status, contentType, text: Buffer.concat(pieces).toString('utf8') };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (signal.aborted)
      throw new AskError('context deadline exceeded (Client.Timeout exceeded while awaiting headers)');
    throw new AskError(error.message.replace(/^Error while proxying request: /, ''));
  }
}
