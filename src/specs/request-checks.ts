import type { JournalEntry } from '../state/journal.js';
import type { SentRequest } from './check-request.js';
import type { PublishedSpecs } from './published-specs.js';
import { requestPath } from './request-path.js';

type Body = Pick<SentRequest, 'body' | 'contentType'>;

/** Bytes of bodies kept for whoever reads the journal; the oldest go first. */
const roomForBodies = 4 * 1024 * 1024;
/** Refusals that say nothing of what was sent. */
const refusals = new Set([0, 401, 403, 404, 405, 501]);

/**
 * Finds out which requests did not fit the published documents, and notes it in the journal: not before somebody reads that,
 * as few do.
 */
export class RequestChecks {
  readonly #specs: PublishedSpecs;
  readonly #unbrand: (url: string) => string;
  readonly #bodies = new Map<JournalEntry, Body>();
  readonly #forgotten = new WeakSet<JournalEntry>();
  readonly #checked = new WeakSet<JournalEntry>();
  #kept = 0;

  /** @param unbrand Turns a URL with names of a brand into one with KubeSphere's */
  constructor(specs: PublishedSpecs, unbrand: (url: string) => string) {
    this.#specs = specs;
    this.#unbrand = unbrand;
  }

  /** Keeps what was sent with a request until it is checked, while there is room. */
  keep(entry: JournalEntry, body: Buffer, contentType: string): void {
    this.#bodies.set(entry, { body, contentType });
    this.#kept += body.length;
    for (const [oldest, { body: old }] of this.#bodies) {
      if (this.#kept <= roomForBodies) return;
      this.#bodies.delete(oldest);
      this.#forgotten.add(oldest);
      if (Buffer.isBuffer(old)) this.#kept -= old.length;
    }
  }

  /** Adds to entries what did not fit; each is looked at once. */
  async note(entries: readonly JournalEntry[]): Promise<void> {
    const open = entries.filter((entry) => entry.status !== 0 && !this.#checked.has(entry));
    if (open.length === 0) return;
    const { mistypedNames, requestProblems } = await import('./check-request.js');
    const { index } = this.#specs;
    for (const entry of open) {
      this.#checked.add(entry);
      const { body, contentType } = this.#take(entry);
      if (refusals.has(entry.status)) continue;
      const url = this.#unbrand(entry.url);
      const match = index.find(entry.method, requestPath(url));
      if (match === undefined) continue;
      const mark = url.indexOf('?');
      const query = new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1));
      const problems = [
        ...requestProblems(match, { query, contentType, body }),
        ...mistypedNames(match, query),
      ];
      if (problems.length > 0) (entry.notes ??= []).push(...problems);
    }
  }

  #take(entry: JournalEntry): Body {
    const kept = this.#bodies.get(entry);
    if (kept === undefined)
      return { body: this.#forgotten.has(entry) ? 'unknown' : undefined, contentType: '' };
    this.#bodies.delete(entry);
    if (Buffer.isBuffer(kept.body)) this.#kept -= kept.body.length;
    return kept;
  }
}
