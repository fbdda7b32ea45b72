import type { JsonObject } from '../../core/json.js';
import type { WriteOptions } from '../../registry/verbs/create.js';
import type { KindRequest } from '../kind-request.js';

/** What a write says of itself to admission. */
export interface GuardedWrite {
  readonly request: KindRequest;
  /** Empty: the object itself. */
  readonly subresource: string;
  /** What its options say beside the query: those of a deletion; absent: nothing. */
  readonly options?: JsonObject;
  readonly dryRun: boolean;
  /** Told what clients are to be warned of. */
  readonly warn: (text: string) => void;
}

/** The parts of a write that admission has its hands in. */
export type AdmissionSteps = Pick<WriteOptions, 'mutate' | 'admit' | 'dryRun'>;
