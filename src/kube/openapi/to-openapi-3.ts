import {
  dig,
  digArray,
  digObject,
  isJsonObject,
  type Json,
  type JsonArray,
  type JsonObject,
} from '../../core/json.js';

/** Members of a parameter of Swagger 2.0 that are its schema in OpenAPI 3. */
const schemaKeys = new Set([
  'type',
  'format',
  'default',
  'enum',
  'items',
  'minimum',
  'maximum',
  'pattern',
  'minLength',
  'maxLength',
  'uniqueItems',
]);

/**
 * A Swagger 2.0 document in OpenAPI 3.0, as Kubernetes' library converts them.
 *
 * @see kubernetes/kube-openapi pkg/openapiconv/convert.go
 */
export function toOpenapi3(document: JsonObject): JsonObject {
  const paths = Object.entries(digObject(document, 'paths')).map(([path, item]) => [path, pathItem(item)]);
  return {
    openapi: '3.0.0',
    info: document['info'],
    paths: Object.fromEntries(paths) as JsonObject,
    components: {
      schemas: referring(digObject(document, 'definitions')),
      securitySchemes: digObject(document, 'securityDefinitions'),
    },
  };
}

function pathItem(item: Json | undefined): Json {
  if (!isJsonObject(item)) return {};
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => [
      key,
      key === 'parameters' ? digArray(item, key).map(parameter) : operation(value),
    ]),
  );
}

function operation(value: Json | undefined): Json {
  if (!isJsonObject(value)) return value ?? null;
  const { consumes, produces, parameters, responses, schemes: _schemes, ...rest } = value;
  const sent = Array.isArray(parameters) ? (parameters as JsonArray) : [];
  const body = sent.find((one) => dig(one, 'in') === 'body');
  const others = sent.filter((one) => dig(one, 'in') !== 'body').map(parameter);
  return {
    ...rest,
    ...(others.length > 0 && { parameters: others }),
    ...(body !== undefined && { requestBody: requestBody(body, mediaTypes(consumes)) }),
    responses: Object.fromEntries(
      Object.entries(isJsonObject(responses) ? responses : {}).map(([status, one]) => [
        status,
        response(one, mediaTypes(produces)),
      ]),
    ),
  };
}

function mediaTypes(listed: Json | undefined): readonly string[] {
  const types = Array.isArray(listed) ? (listed as JsonArray).filter((type) => typeof type === 'string') : [];
  return types.length === 0 ? ['*/*'] : types;
}

function requestBody(body: Json, types: readonly string[]): JsonObject {
  const schema = referring(digObject(body, 'schema'));
  const required = dig(body, 'required') === true;
  return {
    content: Object.fromEntries(types.map((type) => [type, { schema }])),
    ...(required && { required }),
  };
}

function response(value: Json | undefined, types: readonly string[]): Json {
  if (!isJsonObject(value)) return {};
  const { schema, ...rest } = value;
  if (schema === undefined) return rest;
  const content = Object.fromEntries(types.map((type) => [type, { schema: referring(schema) }]));
  return { ...rest, content };
}

function parameter(value: Json): Json {
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'collectionFormat');
  const schema = Object.fromEntries(entries.filter(([key]) => schemaKeys.has(key)));
  return {
    ...Object.fromEntries(entries.filter(([key]) => !schemaKeys.has(key))),
    schema: referring(schema),
  };
}

/** A schema whose references lead to where OpenAPI 3 keeps schemas. */
function referring(schema: Json): Json {
  if (Array.isArray(schema)) return (schema as JsonArray).map(referring);
  if (!isJsonObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string'
        ? value.replace('#/definitions/', '#/components/schemas/')
        : referring(value ?? null),
    ]),
  );
}
