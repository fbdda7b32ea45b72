/** When a remembered token stops being known; `undefined` for never. Milliseconds since 1970. */
type Expiry = number | undefined;

/** Logins of a user kept in the log of 2.1. */
const keptLogins = 10;

/** One line of a user's login log. */
export interface LoginLogEntry {
  /** RFC 3339. */
  readonly time: string;
  readonly address: string;
}

/** Growth at which expired entries of a user are dropped. */
const sweepAt = 256;

/**
 * The tokens a server remembers having issued, per user: what KubeSphere keeps in Redis or in its in-process cache.
 *
 * @see kubesphere/kubesphere pkg/models/auth/token.go
 */
export class Sessions {
  readonly #tokens = new Map<string, Map<string, Expiry>>();
  /** Moments at which failed logins stop counting; only 2.1 keeps them here. */
  readonly #failures = new Map<string, readonly number[]>();
  readonly #logins = new Map<string, readonly LoginLogEntry[]>();

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

  /** Counts a failed login against a name until a moment. */
  noteFailure(name: string, until: number): void {
    this.#failures.set(name, [...(this.#failures.get(name) ?? []), until]);
  }

  /** Failed logins of a name that still count. */
  failures(name: string, now: number): number {
    const counting = (this.#failures.get(name) ?? []).filter((until) => until > now);
    if (counting.length === 0) this.#failures.delete(name);
    else this.#failures.set(name, counting);
    return counting.length;
  }

  /** Adds to a user's login log, which keeps the latest. */
  noteLogin(username: string, entry: LoginLogEntry): void {
    this.#logins.set(username, [...(this.#logins.get(username) ?? []), entry].slice(-keptLogins));
  }

  /** A user's login log, oldest first. */
  logins(username: string): readonly LoginLogEntry[] {
    return this.#logins.get(username) ?? [];
  }

  /** An independent copy. */
  fork(): Sessions {
    const copy = new Sessions();
    for (const [name, until] of this.#failures) copy.#failures.set(name, until);
    for (const [name, log] of this.#logins) copy.#logins.set(name, log);
    for (const [username, known] of this.#tokens) copy.#tokens.set(username, new Map(known));
    return copy;
  }
}
