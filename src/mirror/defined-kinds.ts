import { dig, digString, isJsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import { conditionOf, definitions, storageOf, versionsOf } from '../kube/custom-resources/definition.js';
import type { KindCatalog } from '../registry/contract.js';
import type { Change } from '../state/object-store.js';
import type { MirroredKind } from './mirrored-kind.js';

/** Tells whether a change is one of a CustomResourceDefinition. */
export function isOfDefinition({ resource }: Pick<Change, 'resource'>): boolean {
  return resource.group === definitions.group && resource.plural === definitions.plural;
}

/**
 * The kind a CustomResourceDefinition over there makes; `undefined` while it is not served there, or known here as a kind of
 * Kubernetes itself.
 *
 * @param catalogs Where kinds are looked up: those of the release, then those of the cluster, of this definition too.
 */
export function kindDefinedBy(
  definition: KubeObject,
  catalogs: readonly KindCatalog[],
): MirroredKind | undefined {
  if (conditionOf(definition, 'Established') !== 'True') return undefined;
  const group = digString(definition, 'spec', 'group');
  const plural = digString(definition, 'spec', 'names', 'plural');
  const resource = catalogs.map((one) => one.byPlural(group, plural)).find((one) => one !== undefined);
  if (resource?.custom !== true) return undefined;
  const served = versionsOf(definition).filter((version) => version['served'] === true);
  // Only a webhook can make something else of what is stored; without one the first version is as good as any.
  const first = resource.defined?.conversion === undefined ? [] : [storageOf(definition)];
  const name = [...first, ...resource.versions].find((one) =>
    served.some((version) => digString(version, 'name') === one),
  );
  if (name === undefined) return undefined;
  const version = served.find((one) => digString(one, 'name') === name);
  const apiVersion = `${group}/${name}`;
  const hasStatus = isJsonObject(dig(version, 'subresources', 'status'));
  return { resource, apiVersion, root: `/apis/${apiVersion}`, hasStatus };
}
