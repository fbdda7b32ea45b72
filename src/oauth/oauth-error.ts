import { ApiError } from '../core/api-error.js';

/** A refusal in the words of RFC 6749: `{"error": …, "error_description": …}`. */
export class OAuthError extends ApiError {
  /** @param description Left out of the answer when empty. */
  constructor(code: number, error: string, description = '', headers?: Readonly<Record<string, string>>) {
    super(code, error, description, { dialect: 'oauth', ...(headers && { headers }) });
  }
}
