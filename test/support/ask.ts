import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';

/** A JSON body as tests look into it: members that are not there are undefined all the same. */
export interface Body {
  readonly [key: string]: unknown;
  readonly metadata: {
    readonly [key: string]: unknown;
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly items: readonly Body[];
}

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly contentType: string | null;
  readonly text: string;
  /** Empty when the body is no JSON. */
  readonly json: Body;
}

/** Sends requests to a fake as one user. */
export interface Asker {
  get(path: string): Promise<Answer>;
  /** @param body A string is sent as it is, anything else as JSON; `undefined` sends none. */
  send(method: string, path: string, body?: unknown, contentType?: string | null): Promise<Answer>;
}

/** Speaks to a fake as a user with a freshly minted token, or as nobody. */
export async function as(ks: InProcessFake, user: string | undefined): Promise<Asker> {
  const token = user === undefined ? undefined : await ks.token({ user });
  const send = async (
    method: string,
    path: string,
    body?: unknown,
    contentType: string | null = body === undefined ? null : 'application/json',
  ): Promise<Answer> => {
    const response = await fetch(ks.url + path, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(contentType !== null && { 'content-type': contentType }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      contentType: response.headers.get('content-type'),
      text,
      json: parse(text),
    };
  };
  return { send, get: (path) => send('GET', path) };
}

function parse(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {} as Body;
  }
}

/** Names of the items of a list, in order; none when there is no list. */
export function namesOf({ json }: Answer): string[] {
  return ((json.items as readonly Body[] | undefined) ?? []).map(({ metadata }) => metadata.name);
}
