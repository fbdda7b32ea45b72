import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly contentType: string | null;
  readonly text: string;
  /** The body as JSON; `undefined` when it is none. */
  readonly json: Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests look into any body
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

function parse(text: string): Answer['json'] {
  try {
    return JSON.parse(text) as Answer['json'];
  } catch {
    return {};
  }
}

/** Names of the items of a list, in order. */
export function namesOf(answer: Answer): string[] {
  const items = (answer.json['items'] ?? []) as { metadata: { name: string } }[];
  return items.map(({ metadata }) => metadata.name);
}
