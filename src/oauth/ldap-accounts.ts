import { emailOf } from '../auth/find-user.js';
import { checkPassword } from '../auth/passwords.js';
import { findUser, users } from '../auth/find-user.js';
import type { World } from '../state/world.js';

/** Uid of the account a login names, by uid or mail; `undefined` unless there is exactly one. */
export function findAccount(world: World, login: string): string | undefined {
  const uids = new Set(world.passwords.keys());
  for (const { object } of world.host.store.list(users)) uids.add(object.metadata.name);
  const hits = [...uids].filter((uid) => uid === login || emailOf(world, uid) === login);
  return hits.length === 1 ? hits[0] : undefined;
}

/** Tells whether a password is the account's: what a bind as that user finds out. */
export async function bind(world: World, uid: string, password: string): Promise<boolean> {
  const user = findUser(world, uid)?.object;
  return user === undefined
    ? world.passwords.get(uid)?.includes(password) === true
    : await checkPassword(world, user, password);
}
