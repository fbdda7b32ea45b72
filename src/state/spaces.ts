import { ApiError, notImplemented } from '../core/api-error.js';
import type { World } from './world.js';

/** Spaces one server holds at most; beyond it somebody is inventing names in a loop. */
const mostSpaces = 1000;
/** Tokens whose space is remembered, so that a signature is looked at once. */
const mostTokens = 10_000;

/**
 * The worlds of one server: the main one, and a further one per named space, all forked from the same seed.
 *
 * Spaces share nothing: each has its own objects, users, clock, faults, journal and signing secret.
 */
export class Spaces {
  readonly #seed: World;
  #main: World;
  readonly #single: string | undefined;
  readonly #named = new Map<string, World>();
  /** Undefined for a token that no space has minted. */
  readonly #byToken = new Map<string, World | undefined>();

  /**
   * @param seed What every world starts as; it is never served or changed.
   * @param single Why there can be no world but the first, when that is so.
   */
  constructor(seed: World, single?: string) {
    this.#seed = seed;
    this.#single = single;
    this.#main = served(seed);
  }

  /** The world of requests that name no space. */
  get main(): World {
    return this.#main;
  }

  /** True when there is only the main world: the hot path asks only this. */
  get none(): boolean {
    return this.#named.size === 0;
  }

  /** Names of the spaces, in the order they were opened. */
  get names(): readonly string[] {
    return [...this.#named.keys()];
  }

  /**
   * The world of a space, forked from the seed when first named.
   *
   * @throws ApiError 400 for a name that cannot stand in a URL, 429 when there are too many, 501 when there can be none
   */
  open(name: string): World {
    const known = this.#named.get(name);
    if (known !== undefined) return known;
    this.#checkSingle('a space');
    if (!/^[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$/.test(name)) {
      const message = `a space is named with up to 63 letters, digits, "-", "_" and ".", not ${JSON.stringify(name)}`;
      throw new ApiError(400, 'BadRequest', message, { dialect: 'status' });
    }
    if (this.#named.size >= mostSpaces) {
      const message = `there are ${String(mostSpaces)} spaces already; close some with DELETE /__fake/spaces/{name}`;
      throw new ApiError(429, 'TooManyRequests', message, { dialect: 'status' });
    }
    return this.#fork(name);
  }

  /** The space in which a token was minted; `undefined` when it was in none, or nowhere. */
  ofToken(token: string): World | undefined {
    if (this.#byToken.has(token)) return this.#byToken.get(token);
    const dot = token.lastIndexOf('.');
    const [input, signature] = [token.slice(0, dot), Buffer.from(token.slice(dot + 1), 'base64url')] as const;
    const found = [...this.#named.values()].find(({ keys }) => dot !== -1 && keys.signed(input, signature));
    if (this.#byToken.size >= mostTokens) this.#byToken.clear();
    this.#byToken.set(token, found);
    return found;
  }

  /**
   * Puts a space, or the main world, back to the seed. Worlds handed out before are no longer served.
   *
   * @throws ApiError 501 when there can be no other world than the first
   */
  reset(name?: string): World {
    this.#checkSingle('a reset');
    if (name !== undefined) return this.#fork(name);
    this.#main.retire();
    this.#main = served(this.#seed);
    return this.#main;
  }

  /** Forgets a space. @returns false when there was none of that name */
  close(name: string): boolean {
    this.#byToken.clear();
    this.#named.get(name)?.retire();
    return this.#named.delete(name);
  }

  /** Lets go of every world: nobody asks any more, and what they still had to do by themselves stays undone. */
  retire(): void {
    for (const world of [this.#main, ...this.#named.values()]) world.retire();
  }

  #fork(name: string): World {
    this.#named.get(name)?.retire();
    const world = served(this.#seed);
    world.keys = this.#seed.keys.branch(name);
    this.#byToken.clear();
    this.#named.set(name, world);
    return world;
  }

  #checkSingle(what: string): void {
    if (this.#single !== undefined) throw notImplemented(`${what} ${this.#single}`);
  }
}

function served(seed: World): World {
  const world = seed.fork();
  world.isServed = true;
  return world;
}
