import { badRequest } from '../../../core/api-error.js';
import { goJsonType } from '../../../core/go-json.js';
import type { RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';

/** The texts of a body that 2.1 reads into its struct of a user; absent ones are empty. */
export type SentUser<Key extends string> = Readonly<Record<Key, string>>;

/** Reads members of a body that are texts. @throws ApiError 400 in Go's words, also for a member of another type */
export function readUser<Key extends string>(context: RequestContext, keys: readonly Key[]): SentUser<Key> {
  const sent = readBodyObject(context, 'models.User');
  const entries = keys.map((key): readonly [Key, string] => {
    const value = Object.hasOwn(sent, key) ? sent[key] : undefined;
    if (value === undefined || value === null) return [key, ''];
    if (typeof value === 'string') return [key, value];
    const what = `cannot unmarshal ${goJsonType(value)} into Go struct field User.${key} of type string`;
    throw badRequest(`json: ${what}`);
  });
  return Object.fromEntries(entries) as SentUser<Key>;
}
