import { ApiError } from '../core/api-error.js';
import { goQuote } from '../core/go-format.js';
import { digString, isJsonObject, type Json, type JsonObject } from '../core/json.js';
import { forward } from '../upstream/forward.js';
import type { Upstream } from '../upstream/upstream.js';

/** How long an answer may take, in milliseconds. */
const patience = 30_000;

/** Speaks JSON with a kube-apiserver, in the name of the server itself. */
export class KubernetesClient {
  readonly #upstream: Upstream;
  /** What would leave the questions that wait for an answer. */
  readonly #open = new Set<AbortController>();

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  /**
   * Sends a request and reads the answer.
   *
   * @param target Escaped path and query.
   * @param program Name of the program that asks, as `managedFields` show it.
   * @throws ApiError 500 in the words of client-go when nobody answers, 504 when the answer takes half a minute, else what the
   *   `Status` it answers says
   */
  async send(method: string, target: string, body?: Json, program = 'ks-apiserver'): Promise<JsonObject> {
    const { status, text } = await this.#inTime((signal) =>
      this.#read(method, target, body, program, signal),
    ).catch((error: unknown) => {
      throw isUnreachable(error) ? this.#unreachable(method, target, error) : error;
    });
    let value: Json;
    try {
      value = JSON.parse(text) as Json;
    } catch {
      value = {};
    }
    if (status >= 400) throw refusalOf(status, isJsonObject(value) ? value : {}, text);
    return isJsonObject(value) ? value : {};
  }

  /** The lines of an answer as they come: the events of a watch. @throws ApiError as {@link send} */
  async *lines(target: string, signal: AbortSignal): AsyncGenerator<JsonObject> {
    const { status, body } = await this.#ask('GET', target, undefined, 'ks-apiserver', signal);
    if (status >= 400) {
      await body[Symbol.asyncIterator]().return?.();
      throw refusalOf(status, {}, '');
    }
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of body) {
      const pieces = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = pieces.pop() ?? '';
      for (const piece of pieces) if (piece !== '') yield JSON.parse(piece) as JsonObject;
    }
  }

  /** Leaves all questions that wait for an answer: they fail. */
  stop(): void {
    for (const one of this.#open) one.abort();
  }

  #unreachable(method: string, target: string, error: ApiError): ApiError {
    const why = error.message.replace(/^Error while proxying request: /, '');
    const verb = method.charAt(0) + method.slice(1).toLowerCase();
    const message = `${verb} ${goQuote(this.#upstream.url + target)}: ${why}`;
    return new ApiError(500, 'InternalError', message, { cause: error });
  }

  /** @throws ApiError 504 when it takes longer than half a minute */
  async #inTime<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const leaving = new AbortController();
    this.#open.add(leaving);
    const late = new ApiError(504, 'Timeout', 'the Kubernetes API server takes more than 30 s to answer');
    const timer = setTimeout(() => {
      leaving.abort(late);
    }, patience);
    try {
      return await work(leaving.signal);
    } catch (error) {
      throw leaving.signal.reason === late ? late : error;
    } finally {
      clearTimeout(timer);
      this.#open.delete(leaving);
    }
  }

  async #read(
    method: string,
    target: string,
    body: Json | undefined,
    program: string,
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const chunks: Buffer[] = [];
    const { status, body: answer } = await this.#ask(method, target, body, program, signal);
    for await (const chunk of answer) chunks.push(chunk);
    return { status, text: Buffer.concat(chunks).toString('utf8') };
  }

  async #ask(
    method: string,
    target: string,
    body: Json | undefined,
    program: string,
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly body: AsyncIterable<Buffer> }> {
    const reply = await forward(
      {
        method,
        target,
        headers: {
          accept: 'application/json',
          'user-agent': `${program}/v0.0.0 (linux/amd64) kubernetes/$Format`,
          ...(body !== undefined && {
            'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
          }),
        },
        body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
        remoteAddress: '127.0.0.1',
        signal,
      },
      this.#upstream,
    );
    return { status: reply.status, body: reply.body as AsyncIterable<Buffer> };
  }
}

/** Tells whether a refusal says that nobody answered. */
export function isUnreachable(error: unknown): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  return (error.code === 502 && error.dialect === 'errStatus') || isUnreachable(error.cause);
}

function refusalOf(code: number, status: JsonObject, text: string): ApiError {
  const details = status['details'];
  return new ApiError(
    code,
    digString(status, 'reason'),
    digString(status, 'message') ||
      text.slice(0, 500) ||
      `the Kubernetes API server answered ${String(code)}`,
    isJsonObject(details) ? { details: details } : {},
  );
}
