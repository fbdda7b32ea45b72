import type { Subject } from '../token-response.js';
import type { Identity } from './identity.js';

/** Whoever an identity belongs to while there is no user of theirs: somebody who may sign up as one. */
export function preRegistered(provider: string, { uid, username, email }: Identity): Subject {
  return {
    name: 'system:pre-registration',
    extra: { idp: [provider], uid: [uid], username: [username], email: [email] },
  };
}
