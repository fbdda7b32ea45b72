/** One request and what became of it. */
export interface JournalEntry {
  /** Counts up from 1. */
  readonly id: number;
  /** Milliseconds since 1970 by the world's clock. */
  readonly at: number;
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  /** Name of the caller once known. */
  user: string;
  /** Status answered; 0 while open or when the connection was cut on purpose. */
  status: number;
  /** Things a test author should know: unsupported operations, ignored values, faults, our own errors. */
  notes: string[] | undefined;
  /** The stack of an unexpected error, when there was one. */
  error: string | undefined;
}

/** Told about what a journal is told, as it happens. */
export interface JournalObserver {
  readonly noted?: (entry: JournalEntry, text: string) => void;
  readonly failed?: (entry: JournalEntry) => void;
  readonly answered?: (entry: JournalEntry) => void;
}

/** Entries kept unless configured otherwise. */
const defaultCapacity = 1000;

/** What was asked and answered, the latest entries first to survive. */
export class Journal {
  readonly capacity: number;
  /** Set once by the composition root, kept by forks. */
  observer: JournalObserver | undefined;
  #entries: JournalEntry[] = [];
  #count = 0;
  readonly #errors: JournalEntry[] = [];

  constructor(capacity: number = defaultCapacity) {
    this.capacity = capacity;
  }

  /** Opens an entry for a request that has just arrived. */
  open(method: string, url: string, at: number): JournalEntry {
    this.#count += 1;
    const entry: JournalEntry = {
      id: this.#count,
      at,
      method,
      url,
      user: '',
      status: 0,
      notes: undefined,
      error: undefined,
    };
    this.#entries.push(entry);
    if (this.#entries.length >= this.capacity * 2) this.#entries = this.#entries.slice(-this.capacity);
    return entry;
  }

  /** Adds something a test author should know to an entry. */
  note(entry: JournalEntry, text: string): void {
    (entry.notes ??= []).push(text);
    this.observer?.noted?.(entry, text);
  }

  /** Keeps an unexpected error of ours. */
  fail(entry: JournalEntry, error: unknown): void {
    entry.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#errors.push(entry);
    this.observer?.failed?.(entry);
  }

  /** Closes an entry: the answer is on its way. */
  close(entry: JournalEntry, status: number): void {
    entry.status = status;
    this.observer?.answered?.(entry);
  }

  /** The latest entries, oldest first. */
  get entries(): readonly JournalEntry[] {
    return this.#entries.slice(-this.capacity);
  }

  /** Entries whose handling hit a bug of ours. */
  get errors(): readonly JournalEntry[] {
    return this.#errors;
  }

  /** How many requests have arrived. */
  get count(): number {
    return this.#count;
  }

  /** An empty journal of the same kind. */
  fork(): Journal {
    const copy = new Journal(this.capacity);
    copy.observer = this.observer;
    return copy;
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries = [];
    this.#errors.length = 0;
    this.#count = 0;
  }
}
