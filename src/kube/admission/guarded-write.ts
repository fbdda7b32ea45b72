import type { JsonObject } from '../../core/json.js';
import type { User } from '../../core/kube-object.js';
import type { RequestContext, WriteSteps } from '../../registry/contract.js';
import type { JournalEntry } from '../../state/journal.js';
import type { ConvertedStore } from '../custom-resources/conversion/converted-store.js';
import type { ServedKind } from '../served-kind.js';

/** Where something is written, as far as admission has to know; a request's context is one. */
export interface AdmissionContext extends Pick<RequestContext, 'world' | 'cluster' | 'catalog' | 'query'> {
  /** Where calls of webhooks that fail are noted; absent: nowhere. */
  readonly entry?: JournalEntry | undefined;
}

/** What a write says of itself to admission. */
export interface GuardedWrite {
  readonly context: AdmissionContext;
  readonly kind: ServedKind;
  /** What it is to; the name is empty while there is none. */
  readonly path: { readonly namespace: string; readonly name: string };
  /** Who writes, as Kubernetes sees it. */
  readonly user: () => User;
  /** The context's store, where a webhook converts the objects of the kind; absent: nothing has to be converted. */
  readonly converted?: ConvertedStore;
  /** Empty: the object itself. */
  readonly subresource: string;
  /** What its options say beside the query: those of a deletion; absent: nothing. */
  readonly options?: JsonObject;
  readonly dryRun: boolean;
  /** Told what clients are to be warned of. */
  readonly warn: (text: string) => void;
}

/** The parts of a write that admission has its hands in. */
export type AdmissionSteps = WriteSteps;
