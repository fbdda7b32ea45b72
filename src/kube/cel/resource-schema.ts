import { digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';

const text: JsonObject = { type: 'string' };

/** What rules see of a whole resource, whatever its schema says of it. */
const resourceProperties: JsonObject = {
  apiVersion: text,
  kind: text,
  metadata: { type: 'object', properties: { name: text, generateName: text } },
};

/**
 * The schema of a whole resource with the members every one has: of the metadata only the name.
 *
 * @see kubernetes/apiserver pkg/cel/common/schemas.go WithTypeAndObjectMeta
 */
export function withResourceMembers(schema: JsonObject): JsonObject {
  const properties = digObject(schema, 'properties');
  const isText = (owner: JsonObject, key: string): boolean => digString(owner, key, 'type') === 'string';
  const named = digObject(properties, 'metadata', 'properties');
  const isWhole =
    isText(properties, 'apiVersion') &&
    isText(properties, 'kind') &&
    digString(properties, 'metadata', 'type') === 'object' &&
    isText(named, 'name') &&
    isText(named, 'generateName');
  if (isWhole && isJsonObject(schema['properties'])) return schema;
  return { ...schema, properties: { ...properties, ...resourceProperties } };
}
