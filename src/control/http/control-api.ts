import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type ErrorRequestHandler, type Request, type Response } from 'express';
import type { z } from 'zod';
import { fieldOf, problemsOf } from '../../config/schema-problems.js';
import { ApiError } from '../../core/api-error.js';
import { InputError } from '../../core/input-error.js';
import { Commands, type ControlTarget } from '../commands.js';
import { routes } from './routes.js';

/** Answers requests to `/__fake`. @param url Path and query without the prefix of the space */
export type ControlApi = (
  request: IncomingMessage,
  response: ServerResponse,
  space: string | undefined,
  url: string,
) => void;

/** Refusal of the control API: what is wrong, in machine words and in people's, and what to do. */
export interface ControlRefusal {
  readonly reason: string;
  readonly message: string;
  readonly hint: string;
}

/** Largest body taken, in bytes. */
const bodyLimit = 3 * 1024 * 1024;
const spaceHeader = 'x-fake-space';
const index = 'GET /__fake lists what there is';

/** Builds the control API of a server. */
export function createControlApi(target: ControlTarget): ControlApi {
  const main = new Commands(target);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(express.json({ limit: bodyLimit, type: 'application/json', strict: true }));
  for (const { method, path, body, query, run } of routes) {
    app[method](`/__fake${path}`, async (request, response) => {
      const space = request.headers[spaceHeader];
      const commands = typeof space === 'string' ? main.space(space) : main;
      const sent = body === undefined ? undefined : accept(body, sentBody(request), 'body');
      const asked = query === undefined ? {} : accept(query, { ...request.query }, 'query');
      const answer = await run({ commands, params: request.params, body: sent, query: asked });
      if (answer === undefined) response.status(204).end();
      else response.json(answer);
    });
  }
  app.use((request, response) => {
    const known = routes.filter(({ path }) => request.path === `/__fake${path}`).map(({ method }) => method);
    const message = `there is no ${request.method} ${request.path}`;
    if (known.length === 0) refuse(response, 404, { reason: 'NotFound', message, hint: index });
    else
      refuse(response, 405, {
        reason: 'MethodNotAllowed',
        message,
        hint: `use ${known.join(' or ').toUpperCase()}`,
      });
  });
  app.use(refuseError);
  return (request, response, space, url) => {
    request.url = url;
    if (space !== undefined) request.headers[spaceHeader] = space;
    app(request, response);
  };
}

/** Refuses what is no JSON, so that no web page can steer the fake with a plain form. */
function sentBody(request: Request): unknown {
  if (request.body !== undefined) return request.body as unknown;
  if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined)
    return {};
  throw new ControlError(415, {
    reason: 'UnsupportedMediaType',
    message: `the body is ${request.headers['content-type'] ?? 'of no declared type'}, not JSON`,
    hint: 'send JSON with the header Content-Type: application/json',
  });
}

function accept<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const problems = problemsOf(schema, value);
  if (problems.length === 0) return schema.parse(value);
  const lines = problems.map(
    ({ path, message }) => `${[where, fieldOf(path)].filter(Boolean).join('.')}: ${message}`,
  );
  throw new ControlError(400, { reason: 'BadRequest', message: lines.join('\n'), hint: index });
}

class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly status: number;
  readonly refusal: ControlRefusal;

  constructor(status: number, refusal: ControlRefusal) {
    super(refusal.message);
    this.status = status;
    this.refusal = refusal;
  }
}

const refuseError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) {
    next(error);
  } else if (error instanceof ControlError) {
    refuse(response, error.status, error.refusal);
  } else if (error instanceof InputError) {
    refuse(response, 400, { reason: 'BadRequest', message: error.message, hint: 'nothing was changed' });
  } else if (error instanceof ApiError) {
    refuse(response, error.code, { reason: error.reason, message: error.message, hint: index });
  } else if (isClientError(error)) {
    const reason = error.status === 413 ? 'RequestEntityTooLarge' : 'BadRequest';
    refuse(response, error.status, { reason, message: error.message, hint: 'send JSON of at most 3 MiB' });
  } else {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    refuse(response, 500, { reason: 'InternalError', message, hint: 'this is a bug of fake-ks-apiserver' });
  }
};

/** What express and its body reader throw for requests that are wrong. */
function isClientError(error: unknown): error is Error & { readonly status: number } {
  return (
    error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500
  );
}

function refuse(response: Response, status: number, refusal: ControlRefusal): void {
  response.status(status).json(refusal);
}
