import { fixedUid } from '../../core/fixed-uid.js';
import { deepFreeze, type JsonObject } from '../../core/json.js';
import type { ObjectMeta } from '../../core/kube-object.js';
import { StoredObject } from '../../state/object-store.js';

/** When a fresh install got what it begins with, and what stands in for the version that was written at. */
const installedAt = '2024-01-10T08:00:00Z';
const installedVersion = 50;

const installed = new WeakSet<StoredObject>();

/** What an object every cluster begins with says of itself. */
export interface InstalledBody extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/**
 * An object every cluster begins with, the same in every world.
 *
 * @param body Its uid, version and time of creation are filled in; a time that is given stays.
 */
export function installedObject({ apiVersion, kind, metadata, ...rest }: InstalledBody): StoredObject {
  const { name, namespace, generation, creationTimestamp = installedAt, ...others } = metadata;
  const place = namespace === undefined ? '' : `${namespace}/`;
  const stored = new StoredObject(
    deepFreeze({
      // Answers that leave the type out look for it in front.
      kind,
      apiVersion,
      metadata: {
        name,
        ...(namespace !== undefined && { namespace }),
        uid: fixedUid(`${kind.toLowerCase()} ${place}${name}`),
        resourceVersion: String(installedVersion),
        ...(generation !== undefined && { generation }),
        creationTimestamp,
        ...others,
      },
      ...rest,
    }),
    installedVersion,
  );
  installed.add(stored);
  return stored;
}

/** Tells whether an object is one a cluster began with, as it came. */
export function isInstalled(stored: StoredObject): boolean {
  return installed.has(stored);
}

/** Orders objects without a namespace as a store lists them. */
export function byName(a: StoredObject, b: StoredObject): number {
  return a.object.metadata.name < b.object.metadata.name ? -1 : 1;
}
