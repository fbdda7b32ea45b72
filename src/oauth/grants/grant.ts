import type { JsonObject } from '../../core/json.js';
import type { OAuthClient } from '../../core/settings.js';
import type { RequestContext } from '../../registry/contract.js';
import type { Form } from '../form.js';

/** A grant asked for at the token endpoint. */
export interface GrantRequest {
  readonly context: RequestContext;
  readonly form: Form;
  /** Absent in 3.0 and 3.1, which do not look at clients. */
  readonly client: OAuthClient | undefined;
}

/** Answers a grant with the token document. @throws ApiError */
export type Grant = (request: GrantRequest) => JsonObject | Promise<JsonObject>;
