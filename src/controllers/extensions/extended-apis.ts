import { digObject, digString } from '../../core/json.js';
import { label } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { isDeleting, writeBack } from '../controller.js';
import { extensionLabel } from './extension-keys.js';

const group = 'extensions.kubesphere.io';
/** Kinds of an extension that are served while it is enabled. */
const served = ['jsbundles', 'apiservices', 'reverseproxies', 'extensionentries'];

/** Has what belongs to an extension in a cluster served or not. */
export function setServed(context: WriteContext, extension: string, isEnabled: boolean): void {
  const state = isEnabled ? 'Available' : 'Disabled';
  for (const plural of served) {
    const resource = context.catalog.get(group, plural);
    for (const { object } of context.cluster.store.list(resource)) {
      if (label(object, extensionLabel) !== extension || isDeleting(object)) continue;
      if (digString(object, 'status', 'state') === state) continue;
      writeBack(context, resource, { ...object, status: { ...digObject(object, 'status'), state } });
    }
  }
}
