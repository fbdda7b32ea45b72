import { ApiError } from '../core/api-error.js';
import type { JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { Resource } from '../registry/contract.js';
import { typed } from '../registry/typed-json.js';

const metaTypes = { types: { v1: 'meta/v1.ObjectMeta' } };

/**
 * The metadata of an object and nothing else, as caches ask for that need no more.
 *
 * @see kubernetes/apiserver pkg/endpoints/handlers/response.go asPartialObjectMetadata
 */
export function partialMetadata({ metadata }: KubeObject, version: string): JsonObject {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: typed(metadata, metaTypes, 'v1'),
  };
}

/** Many of them. @param metadata That of the list */
export function partialMetadataList(
  objects: readonly KubeObject[],
  metadata: JsonObject,
  version: string,
): JsonObject {
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    items: objects.map((object) => partialMetadata(object, version)),
  };
}

/** 406 for the form of one object, asked of a list. */
export function noPartialOfList(resource: Resource): ApiError {
  const type = goType(resource, 'List');
  return notAcceptable(`you requested PartialObjectMetadata, but the requested object is a list (${type})`);
}

/** 406 for the form of a list, asked of one object. */
export function noPartialListOfOne(resource: Resource): ApiError {
  const type = goType(resource, '');
  return notAcceptable(
    `you requested PartialObjectMetadataList, but the requested object is not a list (${type})`,
  );
}

function notAcceptable(message: string): ApiError {
  return new ApiError(406, 'NotAcceptable', message);
}

/** Packages of kinds whose internal one is not named for the group. */
const packages: Readonly<Record<string, string>> = { '': 'core', 'events.k8s.io': 'core' };

function goType({ group, kind, custom }: Resource, suffix: string): string {
  if (custom) return `*unstructured.Unstructured${suffix}`;
  return `*${packages[group] ?? group.split('.', 1)[0] ?? group}.${kind}${suffix}`;
}
