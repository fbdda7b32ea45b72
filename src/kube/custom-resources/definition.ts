import { dig, digArray, digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { ScalePaths } from '../../registry/contract.js';

/** The kind CustomResourceDefinitions are themselves. */
export const definitions = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' };

/** Holds a definition that is being deleted until its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** What a CustomResourceDefinition calls its kind. */
export interface DefinedNames {
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
}

/** Reads `spec.names`, or `status.acceptedNames`. */
export function namesOf(names: JsonObject): DefinedNames {
  const kind = digString(names, 'kind');
  const texts = (key: string): readonly string[] =>
    digArray(names, key).filter((one): one is string => typeof one === 'string');
  return {
    kind,
    listKind: digString(names, 'listKind') || `${kind}List`,
    plural: digString(names, 'plural'),
    singular: digString(names, 'singular') || kind.toLowerCase(),
    shortNames: texts('shortNames'),
    categories: texts('categories'),
  };
}

/** The status of a condition; `undefined` when the definition does not have it. */
export function conditionOf(definition: KubeObject, type: string): string | undefined {
  const found = digArray(definition, 'status', 'conditions').find((one) => digString(one, 'type') === type);
  return found === undefined ? undefined : digString(found, 'status');
}

/** The versions of a definition, those that are no objects left out. */
export function versionsOf(definition: KubeObject): readonly JsonObject[] {
  return digArray(definition, 'spec', 'versions').filter(isJsonObject);
}

/** The version a definition keeps its objects in. */
export function storageOf(definition: KubeObject): string {
  const versions = versionsOf(definition);
  return digString(versions.find((version) => version['storage'] === true) ?? versions[0], 'name');
}

/** The schema of a version; empty when it has none. */
export function schemaOf(version: JsonObject): JsonObject {
  return digObject(version, 'schema', 'openAPIV3Schema');
}

/** Where the `scale` subresource of a version finds its numbers; `undefined` when it has none. */
export function scaleOf(version: JsonObject): ScalePaths | undefined {
  const scale = dig(version, 'subresources', 'scale');
  if (!isJsonObject(scale)) return undefined;
  const selector = digString(scale, 'labelSelectorPath');
  return {
    spec: digString(scale, 'specReplicasPath'),
    status: digString(scale, 'statusReplicasPath'),
    ...(selector !== '' && { selector }),
  };
}
