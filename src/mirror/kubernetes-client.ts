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
   * @param program Name of the program that asks, as `managedFields` show it.
   * @throws ApiError 502 when nobody answers, 504 when the answer takes half a minute, else what the `Status` it answers says
   */
  async send(method: string, target: string, body?: Json, program = 'ks-apiserver'): Promise<JsonObject> {
    const { status, text } = await inTime(this.#read(method, target, body, program));
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
    const { status, body } = await this.#ask('GET', target, undefined, 'ks-apiserver');
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

  async #read(
    method: string,
    target: string,
    body: Json | undefined,
    program: string,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const chunks: Buffer[] = [];
    const { status, body: answer } = await this.#ask(method, target, body, program);
    for await (const chunk of answer) chunks.push(chunk);
    return { status, text: Buffer.concat(chunks).toString('utf8') };
  }

  async #ask(
    method: string,
    target: string,
    body: Json | undefined,
    program: string,
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
      },
      this.#upstream,
    );
    return { status: reply.status, body: reply.body as AsyncIterable<Buffer> };
  }
}

/** @throws ApiError 504 when it takes longer than half a minute */
function inTime<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new ApiError(504, 'Timeout', 'the Kubernetes API server takes more than 30 s to answer'));
    }, 30_000);
  });
  return Promise.race([work, late]).finally(() => {
    clearTimeout(timer);
  });
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
