import { appStoreGroup } from '../../core/app-store-keys.js';
import { dig, type JsonObject } from '../../core/json.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { hasFinalizer, isDeleting, withFinalizer, withoutFinalizer, writeBack } from '../controller.js';

/** Categories of an app store, old or new. */
export interface CountedKind {
  readonly plural: string;
  readonly finalizer: string;
  /** The category for apps without one: its name, and the rest of it when it has to be made. */
  readonly uncategorized: string;
  readonly made: JsonObject;
  readonly countApps: (context: WriteContext, category: string) => number;
}

/** Writes down how many apps a category has; one that is to go waits until it has none, the one for all others comes back. */
export function countCategory(context: WriteContext, kind: CountedKind, name: string): void {
  const { finalizer, uncategorized, made, countApps } = kind;
  const resource = context.catalog.get(appStoreGroup, kind.plural);
  const category = context.cluster.store.find(resource, undefined, name)?.object;
  if (category === undefined) {
    if (name === uncategorized) createObject(context, resource, { metadata: { name }, ...made });
    return;
  }
  const total = dig(category, 'status', 'total') ?? 0;
  if (isDeleting(category)) {
    if (total === 0 && hasFinalizer(category, finalizer))
      writeBack(context, resource, withoutFinalizer(category, finalizer));
    return;
  }
  const counted = countApps(context, name);
  if (hasFinalizer(category, finalizer) && total === counted) return;
  writeBack(context, resource, { ...withFinalizer(category, finalizer), status: { total: counted } });
}
