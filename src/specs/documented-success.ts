import type { Json } from '../core/json.js';
import type { Schema } from './spec-document.js';
import type { Operation } from './spec-index.js';

/** What an operation documents for success; the schema is absent where it says nothing of a body. */
export interface DocumentedSuccess {
  readonly status: number;
  readonly schema: Schema | undefined;
  /** Whole bodies it shows. */
  readonly examples: readonly Json[];
}

/** The first status of success an operation documents; one that only has a `default` answers 200 with that. */
export function documentedSuccess({ responses }: Operation): DocumentedSuccess {
  const entries = Object.entries(responses);
  const success = entries.find(([status]) => /^2\d\d$/.test(status));
  const usual = entries.find(([status]) => status === 'default');
  const [status = '200', response] = success ?? usual ?? [];
  const number = status === 'default' ? 200 : Number(status);
  return { status: number, schema: response?.schema, examples: response?.['x-examples'] ?? [] };
}
