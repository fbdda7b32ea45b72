import { appIdLabel, appStoreGroup, storeSuffix } from '../../core/app-store-keys.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { versionsOfApp } from '../../controllers/helm/app-status.js';
import {
  offeredApps,
  offeredVersion,
  type OfferedApp,
  type OfferedVersion,
} from '../../controllers/helm/repo-charts.js';
import type { RequestContext, Resource, WriteContext } from '../../registry/contract.js';
import { updateObject } from '../../registry/verbs/update.js';
import { missing } from './failures.js';

/** The kinds of the store, by what this API calls them. */
const plurals = {
  app: 'helmapplications',
  version: 'helmapplicationversions',
  category: 'helmcategories',
  repo: 'helmrepos',
  release: 'helmreleases',
} as const;

/** What the store holds. */
export type StoreKind = keyof typeof plurals;

/** A kind of the store. */
export function kindOf({ catalog }: Pick<WriteContext, 'catalog'>, kind: StoreKind): Resource {
  return catalog.get(appStoreGroup, plurals[kind]);
}

/** All objects of a kind. */
export function allOf(context: WriteContext, kind: StoreKind): readonly KubeObject[] {
  return context.cluster.store.list(kindOf(context, kind)).map(({ object }) => object);
}

/** An object, if there is one. */
export function find(context: WriteContext, kind: StoreKind, id: string): KubeObject | undefined {
  return context.cluster.store.find(kindOf(context, kind), undefined, id)?.object;
}

/** An object as a lister gives it. @throws ApiError 404 or 500 */
export function listed(context: RequestContext, kind: StoreKind, id: string): KubeObject {
  const found = find(context, kind, id);
  if (found === undefined) throw missing(context, kindOf(context, kind).singular, id);
  return found;
}

/** An object as a client gets it. @throws ApiError 404 or 500 */
export function got(context: RequestContext, kind: StoreKind, id: string): KubeObject {
  const found = find(context, kind, id);
  if (found === undefined) throw missing(context, kindOf(context, kind).plural, id);
  return found;
}

/** Writes an object back, whatever its version. */
export function put(context: WriteContext, kind: StoreKind, object: KubeObject): KubeObject {
  return updateObject(context, kindOf(context, kind), object, { unconditional: true }).object;
}

/** The id of an app, given that of the app or of its copy in the store. */
export function appIdOf(id: string): string {
  return id.endsWith(storeSuffix) ? id.slice(0, -storeSuffix.length) : id;
}

/** An app a repository offers. */
export function offeredApp({ cluster }: WriteContext, id: string): OfferedApp | undefined {
  return offeredApps(cluster.store).find(({ object }) => object.metadata.name === id);
}

/** The versions of an app, offered by a repository or uploaded. */
export function versionsOf(context: WriteContext, appId: string): readonly KubeObject[] {
  const offered = offeredApp(context, appId);
  return offered === undefined ? versionsOfApp(context, appId) : offered.versions.map(({ object }) => object);
}

/** A version, offered by a repository or uploaded. @throws ApiError 404 or 500 */
export function versionAnywhere(
  context: RequestContext,
  id: string,
): { readonly object: KubeObject; readonly offer?: OfferedVersion } {
  const offer = offeredVersion(context.cluster.store, id);
  return offer === undefined ? { object: listed(context, 'version', id) } : { object: offer.object, offer };
}

/** The app a version or release belongs to. */
export function appOf(object: KubeObject): string {
  return label(object, appIdLabel) ?? '';
}
