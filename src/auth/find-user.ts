import { digString } from '../core/json.js';
import type { ObjectStore, StoredObject } from '../state/object-store.js';
import type { World } from '../state/world.js';

/** Where User objects are kept; 2.1 really keeps its users in LDAP. */
export const users = { group: 'iam.kubesphere.io', plural: 'users' } as const;

interface EmailIndex {
  readonly writes: number;
  readonly byEmail: ReadonlyMap<string, StoredObject>;
}

const emailIndexes = new WeakMap<ObjectStore, EmailIndex>();

/** Close enough to RFC 5322: what Go's mail.ParseAddress takes for one address without a display name. */
const address = /^[^\s@<>()[\],;:\\"]+@[^\s@<>()[\],;:\\"]+$/;

/** A user by object name. */
export function findUser(world: World, name: string): StoredObject | undefined {
  return world.host.store.find(users, undefined, name);
}

/** A user as people type it: an e-mail address is compared with `spec.email`, anything else is a name. */
export function findLogin(world: World, login: string): StoredObject | undefined {
  return address.test(login) ? byEmail(world.host.store, login) : findUser(world, login);
}

/** A user's e-mail address; for 2.1, whose LDAP is not imitated, one made of the name. */
export function emailOf(world: World, name: string): string {
  return digString(findUser(world, name)?.object, 'spec', 'email') || `${name}@kubesphere.io`;
}

function byEmail(store: ObjectStore, email: string): StoredObject | undefined {
  const writes = store.writesOf(users);
  let index = emailIndexes.get(store);
  if (index?.writes !== writes) {
    const found = new Map<string, StoredObject>();
    for (const user of store.list(users)) {
      const owned = digString(user.object, 'spec', 'email');
      if (owned !== '' && !found.has(owned)) found.set(owned, user);
    }
    index = { writes, byEmail: found };
    emailIndexes.set(store, index);
  }
  return index.byEmail.get(email);
}
