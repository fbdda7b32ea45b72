import type { IncomingHttpHeaders } from 'node:http';
import { readFileSync } from 'node:fs';
import { digObject, digString, type Json, type JsonObject } from '../../src/core/json.js';
import { call, form } from '../support/call.js';
import { comparable } from './comparable.js';
import { worldFile, type RecordedCase } from './recorded-case.js';

/** The headers a recording lists; one it does not name was absent. */
const watchedHeaders = [
  'www-authenticate',
  'cache-control',
  'pragma',
  'location',
  'x-content-type-options',
  'retry-after',
  'allow',
  'vary',
];

/** Replays recorded cases against one running fake, in order. */
export class Replay {
  readonly #url: string;
  readonly #tokens = new Map<string, string>();
  readonly #variables = new Map<string, string>();
  readonly #world: JsonObject;

  constructor(url: string, release: string) {
    this.#url = url;
    this.#world = JSON.parse(readFileSync(worldFile(release), 'utf8')) as JsonObject;
  }

  /** What the fake answered and what the real server had answered, both ready to be compared. */
  async play(recorded: RecordedCase): Promise<{ got: unknown; wanted: unknown }> {
    const authorization = await this.#authorization(recorded.as);
    const path = encodeURI(this.#fill(recorded.path)).replaceAll('%25', '%');
    const answer = await call(this.#url, path, {
      method: recorded.method,
      headers: {
        ...recorded.requestHeaders,
        ...(authorization !== undefined && { Authorization: authorization }),
      },
      ...(recorded.requestBody !== undefined && { body: this.#fill(recorded.requestBody) }),
    });
    this.#capture(recorded, answer.body);
    const { volatile } = recorded;
    return {
      got: {
        status: answer.status,
        contentType: answer.headers['content-type'] ?? null,
        headers: maskHeaders(answer.headers, volatile),
        body: comparable(answer.body, volatile),
      },
      wanted: {
        status: recorded.status,
        contentType: recorded.contentType,
        headers: maskHeaders(recorded.headers, volatile),
        body: comparable(recorded.method === 'HEAD' ? '' : recorded.body, volatile),
      },
    };
  }

  #fill(text: string): string {
    return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => this.#variables.get(name) ?? whole);
  }

  #capture({ capture }: RecordedCase, body: string): void {
    if (capture === undefined) return;
    const answer = JSON.parse(body) as JsonObject;
    for (const [variable, key] of Object.entries(capture))
      this.#variables.set(variable, digString(answer, key));
  }

  async #authorization(as: string): Promise<string | undefined> {
    if (as === 'anonymous') return undefined;
    if (as.startsWith('raw:')) return this.#fill(as.slice(4));
    const known =
      this.#tokens.get(as) ??
      (as.startsWith('sa:') ? this.#accountToken(as.slice(3)) : await this.#login(as));
    this.#tokens.set(as, known);
    return `Bearer ${known}`;
  }

  async #login(username: string): Promise<string> {
    const users = this.#world['users'] as readonly JsonObject[];
    const password = digString(
      users.find(({ name }) => name === username),
      'password',
    );
    const client = { client_id: 'kubesphere', client_secret: 'kubesphere' };
    const login = form({ grant_type: 'password', username, password, ...client });
    const answer = await call(this.#url, '/oauth/token', login);
    if (answer.status !== 200) throw new Error(`${username} cannot log in: ${answer.body}`);
    return digString(JSON.parse(answer.body) as Json, 'access_token');
  }

  #accountToken(account: string): string {
    const [namespace, name] = account.split('/');
    const secret = (this.#world['objects'] as readonly JsonObject[]).find(
      (object) =>
        digString(object, 'type') === 'kubesphere.io/service-account-token' &&
        digString(object, 'metadata', 'namespace') === namespace &&
        digObject(object, 'metadata', 'annotations')['kubesphere.io/service-account.name'] === name,
    );
    return Buffer.from(digString(secret, 'data', 'token'), 'base64').toString('utf8');
  }
}

function maskHeaders(headers: IncomingHttpHeaders, volatile: readonly string[]): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const name of watchedHeaders) {
    const value = headers[name];
    if (typeof value === 'string') shown[name] = comparable(value, volatile);
  }
  return shown;
}
