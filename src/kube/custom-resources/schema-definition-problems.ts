import { isDeepStrictEqual } from 'node:util';
import { digString, type Json, type JsonObject } from '../../core/json.js';
import { forbidden, invalidShown, invalidValue, type Cause } from '../validation/causes.js';
import { defaultProblems } from './schema-default-problems.js';
import { keywordProblems } from './schema-keywords.js';
import { someSchema } from './schema-nodes.js';
import { structuralProblems } from './structural-schema.js';

/** What the root of a schema may say when status is written by itself, as Go names it and as it is written. */
const atRoot = [
  ...['Description', 'Type', 'Format', 'Title', 'Maximum', 'ExclusiveMaximum', 'Minimum', 'ExclusiveMinimum'],
  ...['MaxLength', 'MinLength', 'Pattern', 'MaxItems', 'MinItems', 'UniqueItems', 'MultipleOf', 'Required'],
  ...['Items', 'Properties', 'ExternalDocs', 'Example', 'XPreserveUnknownFields', 'XValidations'],
];
const written = new Set([
  ...atRoot.map((name) => name.charAt(0).toLowerCase() + name.slice(1)),
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-validations',
]);

const unread = [
  'id',
  '$schema',
  '$ref',
  'patternProperties',
  'dependencies',
  'additionalItems',
  'definitions',
];

/**
 * What keeps a schema from being structural, or from being usable at all.
 *
 * @param path Of the schema within its definition.
 * @param hasStatus Whether the status of its kind is written by itself.
 * @see kubernetes/apiextensions-apiserver pkg/apis/apiextensions/validation validateCustomResourceDefinitionValidation
 */
export function schemaDefinitionProblems(schema: JsonObject, path: string, hasStatus: boolean): Cause[] {
  const causes = hasStatus ? rootProblems(schema, path) : [];
  if (schema['nullable'] === true)
    causes.push(forbidden(`${path}.nullable`, 'nullable cannot be true at the root'));
  // Schemas with keywords that do not exist are not taken for structural ones; these keywords are told below.
  const isReadable = !someSchema(schema, isUnreadable);
  const structural = isReadable ? structuralProblems(schema, path) : [];
  const more = structural.length === 0 && isReadable ? defaultProblems(schema, path) : structural;
  const isSound = isReadable && more.length === 0;
  causes.push(...more, ...keywordProblems(schema, path, isSound));
  return causes.length === 0 && typeof schema['$schema'] === 'string' && schema['$schema'] !== ''
    ? [invalidValue(path, '', "OpenAPIV3Schema 'schema' is not supported")]
    : causes;
}

/** @see kubernetes/apiextensions-apiserver pkg/apiserver/schema/convert.go NewStructural */
function isUnreadable(schema: JsonObject): boolean {
  const { items } = schema;
  return (
    unread.some((key) => isSomething(schema[key])) ||
    schema['x-kubernetes-preserve-unknown-fields'] === false ||
    (Array.isArray(items) && items.length > 0)
  );
}

function rootProblems(schema: JsonObject, path: string): Cause[] {
  const type = digString(schema, 'type');
  if (type !== '' && type !== 'object') {
    const why =
      'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    return [invalidValue(`${path}.type`, type, why)];
  }
  const other = Object.entries(schema).some(([key, value]) => !written.has(key) && isSomething(value));
  if (!other) return [];
  const why = `only [${atRoot.join(' ')}] fields are allowed at the root of the schema if the status subresource is enabled`;
  // Differs from Kubernetes: the whole Go struct of the schema is shown there, addresses included.
  return [invalidShown(path, 'apiextensions.JSONSchemaProps{}', why)];
}

function isSomething(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === false) return false;
  return !isDeepStrictEqual(value, {}) && !isDeepStrictEqual(value, []);
}
