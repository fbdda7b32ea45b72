/** When a remembered token stops being known; `undefined` for never. Milliseconds since 1970. */
type Expiry = number | undefined;

/** Growth at which expired entries of a user are dropped. */
const sweepAt = 256;

/**
 * The tokens a server remembers having issued, per user: what KubeSphere keeps in Redis or in its in-process cache.
 *
 * @see kubesphere/kubesphere pkg/models/auth/token.go
 */
export class Sessions {
  readonly #tokens = new Map<string, Map<string, Expiry>>();

  /** Remembers a token of a user until it expires. */
  remember(username: string, token: string, expiresAt: Expiry, now: number): void {
    let known = this.#tokens.get(username);
    if (known === undefined) {
      known = new Map();
      this.#tokens.set(username, known);
    } else if (known.size >= sweepAt && known.size % sweepAt === 0) {
      for (const [text, expiry] of known) if (expiry !== undefined && expiry <= now) known.delete(text);
    }
    known.set(token, expiresAt);
  }

  /** Tells whether a token is remembered and has not run out. */
  knows(username: string, token: string, now: number): boolean {
    const known = this.#tokens.get(username);
    if (known === undefined || !known.has(token)) return false;
    const expiry = known.get(token);
    return expiry === undefined || expiry > now;
  }

  /** Forgets one token. */
  revoke(username: string, token: string): void {
    this.#tokens.get(username)?.delete(token);
  }

  /** Forgets every token of a user. */
  revokeAll(username: string): void {
    this.#tokens.delete(username);
  }

  /** An independent copy. */
  fork(): Sessions {
    const copy = new Sessions();
    for (const [username, known] of this.#tokens) copy.#tokens.set(username, new Map(known));
    return copy;
  }
}
