import { ApiError } from '../core/api-error.js';

/** What goes wrong with the directory behind 2.1, by LDAP's result code. */
const names = { 32: 'No Such Object', 49: 'Invalid Credentials', 68: 'Entry Already Exists' } as const;

/** What go-ldap says of a result code, with what the directory added to it: OpenLDAP adds nothing. */
export function ldapText(code: keyof typeof names, detail = ''): string {
  return `LDAP Result Code ${String(code)} "${names[code]}": ${detail}`;
}

/** A refusal with the text of go-ldap. */
export function ldapError(status: 404 | 409 | 500, code: keyof typeof names, detail = ''): ApiError {
  const reason = { 404: 'NotFound', 409: 'Conflict', 500: 'InternalError' }[status];
  return new ApiError(status, reason, ldapText(code, detail));
}
