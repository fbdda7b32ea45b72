import { compareVersions } from '../../charts/semver.js';
import { digArray, digObject, digString, type JsonObject } from '../../core/json.js';
import { label, type KubeObject, type OwnerReference } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { writeBack } from '../controller.js';
import {
  categoryLabel,
  extensionGroup,
  extensionKinds,
  extensionLabel,
  repositoryLabel,
} from './extension-keys.js';

/** Members that an extension and its versions have in common. */
const shared = ['displayName', 'description', 'icon', 'provider', 'created'];

function ownerOf({ apiVersion, kind, metadata }: KubeObject): OwnerReference {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '' };
}

function withOwner({ metadata }: KubeObject, owner: KubeObject): readonly OwnerReference[] {
  const { ownerReferences = [] } = metadata;
  const reference = ownerOf(owner);
  return ownerReferences.some(({ uid }) => uid === reference.uid)
    ? ownerReferences
    : [...ownerReferences, reference];
}

/**
 * Has an Extension say what its newest version says.
 *
 * @param repository Where it is from; absent for one that was made by hand.
 * @returns `undefined` when another repository has one of this name: that one stays
 */
export function putExtension(
  context: WriteContext,
  name: string,
  spec: JsonObject,
  repository?: KubeObject,
): KubeObject | undefined {
  const resource = context.catalog.get(extensionGroup, extensionKinds.extensions.plural);
  const known = context.cluster.store.find(resource, undefined, name)?.object;
  const origin = known === undefined ? '' : (label(known, repositoryLabel) ?? '');
  if (repository !== undefined && origin !== '' && origin !== repository.metadata.name) return undefined;
  if (repository === undefined && known !== undefined && !isNewest(known, digString(spec, 'version')))
    return known;
  const category = digString(spec, 'category');
  const labels = {
    ...known?.metadata.labels,
    ...(category !== '' && { [categoryLabel]: category }),
    ...(repository !== undefined && { [repositoryLabel]: repository.metadata.name }),
  };
  const info = Object.fromEntries(
    shared.flatMap((key) => (spec[key] === undefined ? [] : [[key, spec[key]]])),
  ) as JsonObject;
  if (known === undefined) {
    const ownerReferences = repository === undefined ? [] : [ownerOf(repository)];
    const metadata = { name, labels, ...(ownerReferences.length > 0 && { ownerReferences }) };
    createObject(context, resource, { metadata, spec: info });
  } else {
    const ownerReferences =
      repository === undefined ? (known.metadata.ownerReferences ?? []) : withOwner(known, repository);
    const metadata = {
      ...known.metadata,
      labels,
      ...(ownerReferences.length > 0 && { ownerReferences }),
    };
    writeBack(context, resource, { ...known, metadata, spec: info });
  }
  return context.cluster.store.find(resource, undefined, name)?.object;
}

function isNewest(extension: KubeObject, version: string): boolean {
  return !digArray(extension, 'status', 'versions').some(
    (one) => compareVersions(digString(one, 'version'), version) > 0,
  );
}

/** Has a version of an Extension, as a repository tells of it. */
export function putVersion(
  context: WriteContext,
  extension: KubeObject,
  spec: JsonObject,
  annotations: Readonly<Record<string, string>>,
): void {
  const resource = context.catalog.get(extensionGroup, extensionKinds.versions.plural);
  const name = `${extension.metadata.name}-${digString(spec, 'version')}`;
  const known = context.cluster.store.find(resource, undefined, name)?.object;
  const category = digString(spec, 'category');
  const labels = {
    ...known?.metadata.labels,
    [repositoryLabel]: digString(spec, 'repository'),
    [extensionLabel]: extension.metadata.name,
    ...(category !== '' && { [categoryLabel]: category }),
  };
  if (known === undefined) {
    const metadata = {
      name,
      labels,
      ...(Object.keys(annotations).length > 0 && { annotations }),
      ownerReferences: [ownerOf(extension)],
    };
    createObject(context, resource, { metadata, spec });
    return;
  }
  const metadata = { ...known.metadata, labels, ownerReferences: withOwner(known, extension) };
  // What the definition completes stays as it is.
  writeBack(context, resource, { ...known, metadata, spec: { ...digObject(known, 'spec'), ...spec } });
}
