import { ApiError, invalid, quote } from '../../core/api-error.js';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import type { DefinedVersion, Resource, ResourceHooks, WriteContext } from '../../registry/contract.js';
import { knownMembers } from '../strict-fields.js';
import { hasRules } from './cel-rules.js';
import { contentProblems, type Checked } from './content-problems.js';
import { embeddedMisread } from './embedded-resources.js';
import { ownSchema } from './own/own-schema.js';
import { ratchets } from './ratcheting.js';
import { hasDefaults, withDefaults, withoutNulls } from './schema-defaults.js';
import { prune } from './schema-pruning.js';

/**
 * What is special about writing a custom resource: what its schema does not know is dropped, defaults are filled in, and the
 * outcome is checked.
 *
 * @param ending True while the definition is being deleted: nothing new is taken then.
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/customresource_handler.go, pkg/registry/customresource/strategy.go
 */
export function customHooks(
  group: string,
  plural: string,
  defined: DefinedVersion,
  ending: boolean,
): ResourceHooks {
  return {
    prepare: (object, previous) => {
      if (ending && previous === undefined) throw endingKind(group, plural);
      return asDefined(object, defined.schema);
    },
    validate: (object, previous, context) => {
      checkBySchema(object, previous, { group, ...defined }, context);
    },
  };
}

/** An object without what its schema does not know, and with the defaults of the rest. */
export function asDefined(object: KubeObject, schema: JsonObject): KubeObject {
  const kept = withoutNulls(prune(object, schema).value, schema, true);
  return (hasDefaults(schema) ? withDefaults(kept, schema, true) : kept) as KubeObject;
}

/**
 * Refuses an object that does not fit its schema, on updates as far as Kubernetes does: from 1.30 on what was wrong before
 * and did not change is tolerated. Where an older one is reported, an object whose content is what it was before is not
 * looked at: what a world was loaded with is not judged when somebody labels it.
 *
 * @throws ApiError 422
 */
export function checkBySchema(
  object: KubeObject,
  previous: KubeObject | undefined,
  { group, ...defined }: Checked & { readonly group: string },
  context: WriteContext,
): void {
  const isTolerant = ratchets(context.world);
  if (previous !== undefined && !isTolerant && isSameContent(object, previous)) return;
  // What is compared with is what was read: with the defaults of the schema.
  const isCompared = previous !== undefined && (isTolerant || hasRules(defined.schema));
  const before = isCompared ? asDefined(previous, defined.schema) : previous;
  const causes = contentProblems({ object, previous: before, ...defined }, isTolerant, context);
  if (causes.length > 0) throw invalid({ group, kind: object.kind }, object.metadata.name, causes);
}

/** An object as it is read: a schema that changed since it was written holds for it all the same. */
export function asRead(object: JsonObject, { defined }: Pick<Resource, 'defined'>): JsonObject {
  return defined === undefined ? object : asDefined(object as KubeObject, defined.schema);
}

/**
 * What a strict decoder has against a custom resource: members of its metadata nobody knows, then those its schema does
 * not know, such as `unknown field "spec.list[0].foo"`. Empty for kinds without a schema.
 *
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/customresource_handler.go schemaCoercingDecoder
 */
export function unknownMembers(object: JsonObject, resource: Resource, version: string): readonly string[] {
  const { metadata } = object;
  const schema = resource.defined?.schema ?? ownSchema(resource, version);
  if (schema === undefined) return [];
  const inMetadata = isJsonObject(metadata)
    ? knownMembers({ metadata }, 'meta/v1.PartialObjectMetadata').unknown
    : [];
  const inContent = prune(object, schema).unknown.map((path) => `unknown field ${quote(path)}`);
  return [...inMetadata, ...inContent.sort()];
}

/** Why an object of a custom resource cannot be read at all: for a resource in it; `undefined` when it can. */
export function misreadWithin(object: JsonObject, resource: Resource): string | undefined {
  return resource.defined === undefined ? undefined : embeddedMisread(object, resource.defined.schema);
}

/** Whether only metadata differs: what a world was loaded with is not judged when somebody labels it. */
function isSameContent(object: KubeObject, previous: KubeObject): boolean {
  const content = ({
    metadata: _metadata,
    apiVersion: _version,
    ...rest
  }: KubeObject): Record<string, Json | undefined> => rest;
  return sameJson(content(object), content(previous));
}

function endingKind(group: string, plural: string): ApiError {
  return new ApiError(
    405,
    'MethodNotAllowed',
    'create not allowed while custom resource definition is terminating',
    { details: { group, kind: plural } },
  );
}
