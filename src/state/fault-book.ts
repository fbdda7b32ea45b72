import { InputError } from '../core/input-error.js';

/** What a fault does to a request it matches. */
export interface FaultEffect {
  /** Milliseconds to wait before going on. */
  readonly delayMs?: number;
  /** Cuts the connection without an answer. */
  readonly reset?: boolean;
  /** Answers with this status instead of going on. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Body of that answer; without one a `Status` object is made from the status. */
  readonly body?: string;
}

/** A fault and the requests it strikes. */
export interface Fault extends FaultEffect {
  /** Names the fault in the journal. */
  readonly name?: string;
  /** HTTP method, upper case; any when absent. */
  readonly method?: string;
  /** Path to match: exact, or a prefix when it ends in `*`; any when absent. */
  readonly path?: string;
  /** Requests to let pass before it strikes. */
  readonly after?: number;
  /** How often it strikes; without it, until cleared. */
  readonly times?: number;
}

const framingHeaders = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

interface ArmedFault {
  readonly fault: Fault;
  seen: number;
  struck: number;
}

/** The faults armed in a world, in the order they were armed. */
export class FaultBook {
  #armed: ArmedFault[] = [];

  /** True when nothing is armed: the hot path asks only this. */
  get empty(): boolean {
    return this.#armed.length === 0;
  }

  /**
   * Arms a fault; the earliest armed one that matches strikes.
   *
   * @throws InputError for a header that says how the answer is framed: that is the server's own business
   */
  arm(fault: Fault): void {
    const framing = Object.keys(fault.headers ?? {}).find((name) => framingHeaders.has(name.toLowerCase()));
    if (framing !== undefined) {
      throw new InputError([
        `fault: headers: ${framing} frames the answer and is set by the server; remove it`,
      ]);
    }
    this.#armed.push({ fault, seen: 0, struck: 0 });
  }

  /** Disarms everything, or the faults of one name. */
  clear(name?: string): void {
    this.#armed = name === undefined ? [] : this.#armed.filter(({ fault }) => fault.name !== name);
  }

  /** The fault that strikes this request, used up by one; `undefined` for none. */
  strike(method: string, path: string): Fault | undefined {
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (!matches(fault, method, path)) continue;
      armed.seen += 1;
      if (armed.seen <= (fault.after ?? 0)) continue;
      if (fault.times !== undefined && armed.struck >= fault.times) continue;
      armed.struck += 1;
      return fault;
    }
    return undefined;
  }

  /** What is armed, with how often each has struck. */
  list(): readonly (Fault & { readonly struck: number })[] {
    return this.#armed.map(({ fault, struck }) => ({ ...fault, struck }));
  }

  /** An independent copy, counters included. */
  fork(): FaultBook {
    const copy = new FaultBook();
    copy.#armed = this.#armed.map((armed) => ({ ...armed }));
    return copy;
  }
}

function matches(fault: Fault, method: string, path: string): boolean {
  if (fault.method !== undefined && fault.method !== method) return false;
  if (fault.path === undefined) return true;
  return fault.path.endsWith('*') ? path.startsWith(fault.path.slice(0, -1)) : path === fault.path;
}
