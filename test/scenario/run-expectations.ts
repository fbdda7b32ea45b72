import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { expect } from 'vitest';
import { inRange } from '../../src/core/release.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { milliseconds } from '../../src/scenario/check.js';
import type {
  ExpectedRequest,
  ExpectedResponse,
  ExpectedStep,
  Scenario,
} from '../../src/scenario/scenario.js';

interface Answer {
  /** 0 when the connection was cut. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly milliseconds: number;
}

/** Sends the requests of a scenario's `expect` list to a running fake and checks every answer. */
export async function runExpectations(
  ks: InProcessFake,
  scenario: Scenario,
  tokens: Readonly<Record<string, string>> = ks.tokens,
): Promise<void> {
  const known = new Map(Object.entries(tokens));
  for (const [at, step] of (scenario.expect ?? []).entries()) {
    if (!inRange(ks.release, step)) continue;
    if (step.advance !== undefined) await ks.clock.advance(step.advance);
    else await runStep(ks, step, `expect[${String(at)}] ${step.title ?? ''}`, known);
  }
}

async function runStep(
  ks: InProcessFake,
  step: ExpectedStep,
  title: string,
  known: Map<string, string>,
): Promise<void> {
  const { request, response } = step;
  if (request === undefined || response === undefined) throw new Error(`${title}: nothing to do`);
  for (let count = 0; count < (step.repeat ?? 1); count += 1) {
    const answer = await send(ks, request, known);
    checkAnswer(answer, response, title);
    for (const [name, member] of Object.entries(step.capture ?? {})) {
      known.set(name, String((JSON.parse(answer.body) as Record<string, unknown>)[member]));
    }
  }
}

function checkAnswer(answer: Answer, wanted: ExpectedResponse, title: string): void {
  const context = `${title}: ${String(answer.status)} ${answer.body.slice(0, 500)}`;
  if (wanted.reset === true) expect(answer.status, context).toBe(0);
  if (wanted.status !== undefined) expect(answer.status, context).toBe(wanted.status);
  if (wanted.body !== undefined) expect(answer.body, context).toBe(wanted.body);
  for (const part of wanted.contains ?? []) expect(answer.body, context).toContain(part);
  if (wanted.json !== undefined) expect(JSON.parse(answer.body), context).toMatchObject(wanted.json);
  for (const [name, value] of Object.entries(wanted.headers ?? {})) {
    expect(answer.headers[name.toLowerCase()] ?? null, `${context}: ${name}`).toBe(value);
  }
  if (wanted.atLeast !== undefined) {
    // Timers may fire a millisecond early.
    expect(answer.milliseconds, context).toBeGreaterThanOrEqual(milliseconds(wanted.atLeast) - 2);
  }
}

async function send(
  ks: InProcessFake,
  request: ExpectedRequest,
  known: ReadonlyMap<string, string>,
): Promise<Answer> {
  const fill = (text: string): string =>
    text.replace(/\$\{([^}]+)\}/g, (whole, name: string) => known.get(name) ?? whole);
  const token = await tokenOf(ks, request, known);
  const [type, body] = bodyOf(request, fill);
  const headers = {
    ...(type !== undefined && { 'Content-Type': type }),
    ...(body !== undefined && { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    ...Object.fromEntries(Object.entries(request.headers ?? {}).map(([name, value]) => [name, fill(value)])),
  };
  const base = new URL(ks.url);
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        host: base.hostname,
        port: base.port,
        path: base.pathname.replace(/\/$/, '') + fill(request.path),
        method: request.method ?? 'GET',
        headers,
        agent: false,
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks).toString('utf8'),
            milliseconds: performance.now() - started,
          });
        });
      },
    );
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') {
        resolve({ status: 0, headers: {}, body: '', milliseconds: performance.now() - started });
      } else reject(error);
    });
    outgoing.end(body);
  });
}

async function tokenOf(
  ks: InProcessFake,
  { as, token }: ExpectedRequest,
  known: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  if (token !== undefined) return known.get(token);
  if (as === undefined) return undefined;
  const [namespace = '', name] = as.split('/');
  return name === undefined ? ks.token({ user: as }) : ks.serviceAccountToken(namespace, name);
}

function bodyOf(
  { form, json, body }: ExpectedRequest,
  fill: (text: string) => string,
): [type: string | undefined, body: string | undefined] {
  if (form !== undefined) {
    const filled = Object.entries(form).map(([name, value]): [string, string] => [name, fill(value)]);
    return ['application/x-www-form-urlencoded', new URLSearchParams(filled).toString()];
  }
  if (json !== undefined) return ['application/json', fill(JSON.stringify(json))];
  return [undefined, body === undefined ? undefined : fill(body)];
}
