import { channel, type Channel } from 'node:diagnostics_channel';
import type { Reply } from '../registry/contract.js';
import type { JournalEntry } from '../state/journal.js';
import type { World } from '../state/world.js';

/** An answer about to be written, as those who look on see it. */
export interface RepliedMessage {
  readonly world: World;
  readonly entry: JournalEntry;
  /** Path and query, in KubeSphere's own names. */
  readonly url: string;
  readonly reply: Reply;
}

/**
 * Every answer of every server of the process, as `RepliedMessage`: our own tests hold them against the published
 * documents. A channel that nobody listens to costs nothing.
 */
export const replies: Channel = channel('fake-ks-apiserver:replied');
