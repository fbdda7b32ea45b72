import { digArray, digString } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';

/** Tells whether a binding has a user, by name, among its subjects. */
export function namesUser(binding: KubeObject, user: string): boolean {
  return digArray(binding, 'subjects').some(
    (subject) => digString(subject, 'kind') === 'User' && digString(subject, 'name') === user,
  );
}
