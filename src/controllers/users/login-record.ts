import { dig, digObject, digString } from '../../core/json.js';
import { label } from '../../core/kube-object.js';
import { inRange } from '../../core/release.js';
import { userReferenceLabel } from '../../core/well-known-keys.js';
import { findUser, users } from '../../auth/find-user.js';
import { loginRecords } from '../../auth/login-records.js';
import type { ObjectStore, StoredObject } from '../../state/object-store.js';
import type { Routine, World } from '../../state/world.js';
import type { Controller } from '../controller.js';
import { recordSynced } from '../synced.js';
import { limitLogins } from './user-status.js';

/** The records of each user, oldest first, as of a number of writes. */
interface RecordIndex {
  writes: number;
  readonly byUser: Map<string, StoredObject[]>;
}

const indexes = new WeakMap<ObjectStore, RecordIndex>();

/**
 * Draws the conclusions of a login: the user's last login time, the limit on failed ones, and which old records go.
 *
 * @see kubesphere/kubesphere pkg/controller/loginrecord
 */
export const loginRecordController: Controller = {
  name: 'loginrecord',
  since: 'v3.0',
  hostOnly: true,
  watches: ['loginrecords.iam.kubesphere.io'],
  reconcile: (context, { type, stored }) => {
    const { world } = context;
    const name = ownerOf(stored);
    const { store } = world.host;
    if (type !== 'ADDED' || store.find(loginRecords, undefined, stored.object.metadata.name) === undefined)
      return;
    if (findUser(world, name) === undefined) {
      const forgets = inRange(world.release.name, { since: 'v3.1' });
      if (forgets) store.remove(loginRecords, undefined, stored.object.metadata.name);
      return;
    }
    noteLoginTime(world, name, stored);
    const records = dropOldRecords(world, recordsOf(store, name, stored));
    recordSynced(context, stored.object, 'loginrecord');
    if (dig(stored.object, 'spec', 'success') === true) return;
    limitLogins(world, name, records.filter(isFailure).map(createdAt));
  },
};

/** Deletes login records when they have been kept long enough; those a world was loaded with stay as they are. */
export const expireLoginRecords: Routine = (world) => {
  const { retention } = world.settings.loginHistory;
  const { store } = world.host;
  const loaded = store.version;
  const sweep = (now: number): void => {
    let next = now + retention;
    for (const record of store.list(loginRecords)) {
      if (record.version <= loaded) continue;
      const due = createdAt(record) + retention;
      if (due > now) next = Math.min(next, due);
      else store.remove(loginRecords, undefined, record.object.metadata.name);
    }
    world.clock.schedule(next, sweep);
  };
  world.clock.schedule(world.clock.now() + retention, sweep);
};

/** Failed logins count too, as with the real controller. */
function noteLoginTime(world: World, name: string, record: StoredObject): void {
  const user = findUser(world, name)?.object;
  const at = record.object.metadata.creationTimestamp ?? '';
  if (user === undefined || at <= digString(user, 'status', 'lastLoginTime')) return;
  world.host.store.update(users, { ...user, status: { ...digObject(user, 'status'), lastLoginTime: at } });
}

/** The records left of a user once those beyond the number and the time to keep are gone. */
function dropOldRecords(world: World, records: StoredObject[]): readonly StoredObject[] {
  const { store } = world.host;
  const { retention, maximumEntries } = world.settings.loginHistory;
  const most = inRange(world.release.name, { since: 'v3.1' }) ? maximumEntries : Number.POSITIVE_INFINITY;
  const now = world.clock.now();
  for (let oldest = records[0]; oldest !== undefined; oldest = records[0]) {
    if (records.length <= most && createdAt(oldest) + retention > now) break;
    records.shift();
    if (store.find(loginRecords, undefined, oldest.object.metadata.name) === undefined) continue;
    store.remove(loginRecords, undefined, oldest.object.metadata.name);
    const index = indexes.get(store);
    if (index !== undefined) index.writes += 1;
  }
  return records;
}

/** A user's records, the added one included; kept between calls while nobody else writes records. */
function recordsOf(store: ObjectStore, name: string, added: StoredObject): StoredObject[] {
  const writes = store.writesOf(loginRecords);
  let index = indexes.get(store);
  if (index !== undefined && index.writes + 1 === writes) {
    index.writes = writes;
    const own = index.byUser.get(name);
    if (own !== undefined) own.push(added);
    else index.byUser.set(name, [added]);
  } else if (index?.writes !== writes) {
    index = { writes, byUser: new Map() };
    const oldestFirst = [...store.list(loginRecords)].sort(
      (a, b) => createdAt(a) - createdAt(b) || a.version - b.version,
    );
    for (const record of oldestFirst) {
      const owner = ownerOf(record);
      const own = index.byUser.get(owner);
      if (own !== undefined) own.push(record);
      else index.byUser.set(owner, [record]);
    }
    indexes.set(store, index);
  }
  return index.byUser.get(name) ?? [];
}

function ownerOf(record: StoredObject): string {
  return label(record.object, userReferenceLabel) ?? '';
}

function createdAt(record: StoredObject): number {
  const at = Date.parse(record.object.metadata.creationTimestamp ?? '');
  return Number.isNaN(at) ? 0 : at;
}

function isFailure(record: StoredObject): boolean {
  return dig(record.object, 'spec', 'success') !== true;
}
