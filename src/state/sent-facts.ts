import { digString, isJsonObject, type Json } from '../core/json.js';
import type { JournalEntry } from './journal.js';

/** What an audit record tells of the body of a request that writes. */
export interface SentFacts {
  /** `metadata.name`; empty when there is none. */
  readonly name: string;
  /** `status.state`, as users have it. */
  readonly state: string;
}

/** Bodies up to this many bytes are kept until somebody wants to know; of larger ones the facts are. */
const keptBytes = 16 * 1024;

const sent = new WeakMap<JournalEntry, Buffer | SentFacts | undefined>();

/** Remembers what was sent with a request, for as long as its entry lives. */
export function rememberSent(entry: JournalEntry, body: Buffer): void {
  sent.set(entry, body.length > keptBytes ? factsOf(body) : body);
}

/** What was sent with a request; `undefined` when there was no body, or none in JSON that could be an object. */
export function sentFacts(entry: JournalEntry): SentFacts | undefined {
  const kept = sent.get(entry);
  if (!Buffer.isBuffer(kept)) return kept;
  const facts = factsOf(kept);
  sent.set(entry, facts);
  return facts;
}

function factsOf(body: Buffer): SentFacts | undefined {
  let value: Json;
  try {
    value = JSON.parse(body.toString('utf8')) as Json;
  } catch {
    return undefined;
  }
  if (!isJsonObject(value) && value !== null) return undefined;
  return { name: digString(value, 'metadata', 'name'), state: digString(value, 'status', 'state') };
}
