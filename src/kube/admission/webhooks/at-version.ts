import type { JsonObject } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import { convertObjects } from '../../custom-resources/conversion/convert-objects.js';
import { asRead } from '../../custom-resources/hooks.js';
import type { Attributes } from '../attributes.js';

/**
 * A write as it is at another version of its kind, which a webhook may have to make of it; versions that only differ by
 * their name are shown as they are.
 *
 * @throws ApiError 500 when it cannot be converted
 */
export async function attributesAt(attributes: Attributes, version: string): Promise<Attributes> {
  const [object, oldObject] = await Promise.all([
    objectAt(attributes, attributes.object, version),
    objectAt(attributes, attributes.oldObject, version),
  ]);
  return { ...attributes, object, oldObject };
}

/** The same of one object of the kind that is written. */
export async function objectAt<T extends JsonObject | undefined>(
  { context, resource, kind }: Attributes,
  object: T,
  version: string,
): Promise<T | JsonObject> {
  const conversion = resource.defined?.conversion;
  const isOwn = kind.kind === resource.kind;
  if (conversion === undefined || object === undefined || !isOwn) return object;
  const apiVersion = `${resource.group}/${version}`;
  const [converted = object] = await convertObjects(context, conversion, [object as KubeObject], apiVersion);
  if (converted === object) return object;
  return asRead(converted, context.catalog.find(resource.group, version, resource.plural) ?? resource);
}
