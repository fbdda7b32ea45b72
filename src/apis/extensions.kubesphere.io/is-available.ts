import { digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';

/** Tells whether an extension object is switched on. */
export function isAvailable(object: KubeObject): boolean {
  return digString(object, 'status', 'state') === 'Available';
}
