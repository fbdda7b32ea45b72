import { ApiError } from '../core/api-error.js';
import { digString, isJsonObject, type Json, type JsonObject } from '../core/json.js';
import { forward } from '../upstream/forward.js';
import type { Upstream } from '../upstream/upstream.js';

/** Speaks JSON with a kube-apiserver, in the name of the server itself. */
export class KubernetesClient {
  readonly #upstream: Upstream;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  /**
   * Sends a request and reads the answer.
   *
   * @param target Escaped path and query.
   * @throws ApiError 502 when nobody answers, else what the `Status` it answers says
   */
  async send(method: string, target: string, body?: Json): Promise<JsonObject> {
    const chunks: Buffer[] = [];
    const { status, body: answer } = await this.#ask(method, target, body);
    for await (const chunk of answer) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
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
    const { status, body } = await this.#ask('GET', target);
    if (status >= 400) throw refusalOf(status, {}, '');
    const source = body as AsyncIterable<Buffer> & { destroy?: () => void };
    const stop = (): void => source.destroy?.();
    signal.addEventListener('abort', stop);
    try {
      let rest = '';
      const decoder = new TextDecoder();
      for await (const chunk of source) {
        const pieces = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = pieces.pop() ?? '';
        for (const piece of pieces) if (piece !== '') yield JSON.parse(piece) as JsonObject;
      }
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
    }
  }

  async #ask(
    method: string,
    target: string,
    body?: Json,
  ): Promise<{ readonly status: number; readonly body: AsyncIterable<Buffer> }> {
    const reply = await forward(
      {
        method,
        target,
        headers: {
          accept: 'application/json',
          'user-agent': 'fake-ks-apiserver',
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
        remoteAddress: '127.0.0.1',
      },
      this.#upstream,
    );
    return { status: reply.status, body: reply.body as AsyncIterable<Buffer> };
  }
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
