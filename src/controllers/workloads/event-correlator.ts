import { formatTimestamp } from '../../state/clock.js';
import type { ObjectStore } from '../../state/object-store.js';

/** An event as its recorder tells it from others: who, about what, which reason. */
export interface EventKey {
  /** Who notices and about which object. */
  readonly source: string;
  /** What happened, but for the words. */
  readonly kind: string;
  readonly message: string;
}

/** What has become of events that are the same. */
export interface Told {
  readonly message: string;
  /** How often it has happened. */
  readonly count: number;
  /** When it happened first, as the Event says it. */
  readonly first: string;
  /** Name of the Event that tells of it; empty when none does yet. */
  readonly name: string;
}

/** An event set against those before it. */
export interface Correlated extends Told {
  /** True when nobody is to be told: the source has said too much about the object lately. */
  readonly isDropped: boolean;
  /** Notes the Event that tells of it, for those that follow. */
  readonly keep: (name: string) => void;
}

/** Events of a source about one object in a row, and milliseconds until it may tell another one. */
const burst = 25;
const refill = 300_000;
/** Different messages of one kind within milliseconds; those beyond are told as one. */
const mostSimilar = 10;
const similarWithin = 600_000;
/** Entries kept of each sort; the oldest are forgotten. */
const mostKept = 4096;

interface Memory {
  readonly budgets: Map<string, { left: number; at: number }>;
  readonly similar: Map<string, { readonly messages: Set<string>; at: number }>;
  readonly told: Map<string, Omit<Told, 'message'>>;
}

const memories = new WeakMap<ObjectStore, Memory>();

/**
 * Counts an event that repeats an earlier one, gathers many similar ones into one, and drops what is too much, as the
 * recorder of client-go does.
 *
 * @param now Milliseconds since 1970.
 * @see kubernetes/client-go tools/record/events_cache.go
 */
export function correlate(store: ObjectStore, { source, kind, message }: EventKey, now: number): Correlated {
  let memory = memories.get(store);
  if (memory === undefined)
    memories.set(store, (memory = { budgets: new Map(), similar: new Map(), told: new Map() }));
  const { told } = memory;
  const group = `${source} ${kind}`;
  const isGathered = isOneOfMany(memory, group, message, now);
  const key = isGathered ? group : `${group} ${message}`;
  const before = told.get(key);
  const counted = {
    count: (before?.count ?? 0) + 1,
    first: before?.first ?? formatTimestamp(now),
    name: before?.name ?? '',
  };
  put(told, key, counted);
  return {
    ...counted,
    message: isGathered ? `(combined from similar events): ${message}` : message,
    isDropped: !isWithinBudget(memory, source, now),
    keep: (name) => {
      put(told, key, { ...counted, name });
    },
  };
}

function isWithinBudget({ budgets }: Memory, source: string, now: number): boolean {
  const known = budgets.get(source);
  if (known === undefined) {
    put(budgets, source, { left: burst - 1, at: now });
    return true;
  }
  known.left = Math.min(burst, known.left + Math.max(0, now - known.at) / refill);
  known.at = now;
  if (known.left < 1) return false;
  known.left -= 1;
  return true;
}

function isOneOfMany({ similar }: Memory, group: string, message: string, now: number): boolean {
  const known = similar.get(group);
  if (known === undefined || now - known.at > similarWithin) {
    put(similar, group, { messages: new Set([message]), at: now });
    return false;
  }
  known.at = now;
  known.messages.add(message);
  if (known.messages.size < mostSimilar) return false;
  const [oldest = ''] = known.messages;
  known.messages.delete(oldest);
  return true;
}

/** Puts an entry last, so that those not met for longest go first. */
function put<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  if (map.size >= mostKept) {
    const [oldest = ''] = map.keys();
    map.delete(oldest);
  }
  map.set(key, value);
}
