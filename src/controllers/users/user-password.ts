import { digString } from '../../core/json.js';
import { isHashed } from '../../auth/passwords.js';
import type { StoredObject } from '../../state/object-store.js';
import type { Controller } from '../controller.js';

/**
 * Forgets the plain passwords a fake accepts for a user once they are no longer the user's: another hash was stored
 * in place of the old one, or the user is gone.
 */
export const userPasswordController: Controller = {
  name: 'user-password',
  hostOnly: true,
  watches: ['users.iam.kubesphere.io'],
  reconcile: ({ world }, { type, stored, previous }) => {
    const before = passwordOf(previous);
    const after = passwordOf(stored);
    const isReplaced = before !== after && isHashed(before) && (isHashed(after) || after === '');
    if (type === 'DELETED' || isReplaced) world.passwords.delete(stored.object.metadata.name);
  },
};

function passwordOf(user: StoredObject | undefined): string {
  return digString(user?.object, 'spec', 'password');
}
