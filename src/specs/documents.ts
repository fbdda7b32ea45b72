import type { Coverage } from './coverage.js';
import type { PublishedSpecs } from './published-specs.js';
import type { RequestChecks } from './request-checks.js';

/** What a server does with the documents of its API. */
export interface Documents {
  readonly published: PublishedSpecs;
  readonly coverage: Coverage;
  readonly checks: RequestChecks;
}
