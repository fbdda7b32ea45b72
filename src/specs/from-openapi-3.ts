import { dig, isJsonObject, type Json, type JsonObject } from '../core/json.js';
import { mappingsOf } from './repair-schema.js';

const deepest = 500;
const formTypes = ['multipart/form-data', 'application/x-www-form-urlencoded'];

/**
 * Writes an OpenAPI 3.0 or 3.1 document in the words of Swagger 2.0: components become definitions, bodies parameters,
 * contents schemas. What Swagger has no words for (links, callbacks, cookies, security) is left out; schemas keep theirs.
 */
export function fromOpenApi3(document: JsonObject): JsonObject {
  const components = document['components'];
  const part = (name: string): Json | undefined => dig(components, name);
  const shared = Object.fromEntries(
    mappingsOf(part('parameters')).map(([name, parameter]) => [name, plainParameter(parameter)]),
  );
  const responses = Object.fromEntries(
    mappingsOf(part('responses')).map(([name, response]) => [
      name,
      plainResponse(response, part('examples')),
    ]),
  );
  const bodies = part('requestBodies');
  const paths = mappingsOf(document['paths']).map(([path, item]) => {
    const operations = mappingsOf(item).map(([method, operation]) => [
      method,
      plainOperation(method, operation, { bodies, examples: part('examples') }),
    ]);
    const { parameters } = item;
    return [
      path,
      {
        ...(Object.fromEntries(operations) as JsonObject),
        ...(Array.isArray(parameters) && { parameters: parameters.map(plainParameterOrNot) }),
      },
    ];
  });
  return renamed({
    swagger: '2.0',
    info: document['info'],
    basePath: serverPath(document['servers']),
    paths: Object.fromEntries(paths) as JsonObject,
    definitions: part('schemas'),
    parameters: shared,
    responses,
  }) as JsonObject;
}

function plainOperation(
  method: string,
  operation: JsonObject,
  { bodies, examples }: { readonly bodies: Json | undefined; readonly examples: Json | undefined },
): JsonObject {
  const { requestBody, parameters, responses, ...rest } = operation;
  const body = bodyParameters(requestBody, bodies);
  const answers = mappingsOf(responses);
  const produced = answers.flatMap(([, { content }]) => (isJsonObject(content) ? Object.keys(content) : []));
  return {
    ...rest,
    parameters: [
      ...(Array.isArray(parameters) ? parameters.map(plainParameterOrNot) : []),
      ...body.parameters,
    ],
    ...(body.consumes.length > 0 && { consumes: body.consumes }),
    ...(produced.length > 0 && { produces: [...new Set(produced)] }),
    responses: Object.fromEntries(
      answers.map(([status, response]) => [
        statusOf(status, method, answers),
        plainResponse(response, examples),
      ]),
    ),
  };
}

function bodyParameters(
  given: Json | undefined,
  shared: Json | undefined,
): { readonly parameters: readonly JsonObject[]; readonly consumes: readonly string[] } {
  const target = dig(given, '$ref');
  const prefix = '#/components/requestBodies/';
  const body =
    typeof target === 'string' && target.startsWith(prefix)
      ? dig(shared, target.slice(prefix.length))
      : given;
  if (!isJsonObject(body)) return { parameters: [], consumes: [] };
  const content = mappingsOf(body['content']);
  const consumes = content.map(([type]) => type);
  const required = body['required'] === true;
  const json = jsonContent(body['content']);
  const form = content.find(([type]) => formTypes.includes(type))?.[1];
  const fields = json === undefined ? dig(form, 'schema', 'properties') : undefined;
  if (fields === undefined)
    return { parameters: [{ name: 'body', in: 'body', required, schema: json ?? {} }], consumes };
  const needed = dig(form, 'schema', 'required');
  const parameters = mappingsOf(fields).map(([name, schema]) => ({
    name,
    in: 'formData',
    required: Array.isArray(needed) && needed.includes(name),
    ...(schema['format'] === 'binary' ? { type: 'file' } : plainSchema(schema)),
  }));
  return { parameters, consumes };
}

/** A status, or that of a range of successes where no single one is described: what is made anew answers 201. */
function statusOf(
  written: string,
  method: string,
  answers: readonly (readonly [string, JsonObject])[],
): string {
  if (written !== '2XX' || answers.some(([status]) => /^2\d\d$/.test(status))) return written;
  return method.toLowerCase() === 'post' ? '201' : '200';
}

function plainResponse(response: JsonObject, shared: Json | undefined): JsonObject {
  const target = response['$ref'];
  if (typeof target === 'string')
    return { $ref: target.replace(/^#\/components\/responses\//, '#/responses/') };
  const media = jsonMedia(response['content']);
  const { schema, example, examples } = media ?? {};
  const shown = [
    ...(example === undefined ? [] : [[example] as const]),
    ...mappingsOf(examples).flatMap(([, one]) => exampleValue(one, shared)),
  ];
  return {
    description: response['description'],
    ...(schema !== undefined && { schema }),
    ...(shown.length > 0 && { examples: shown.map(([value]) => value) }),
  };
}

/** What an example shows, itself or the shared one it refers to; wrapped, as it may be a list. */
function exampleValue(given: JsonObject, shared: Json | undefined): readonly (readonly [Json])[] {
  const target = given['$ref'];
  const prefix = '#/components/examples/';
  const found =
    typeof target === 'string' && target.startsWith(prefix)
      ? dig(shared, target.slice(prefix.length))
      : given;
  const value = dig(found, 'value');
  return value === undefined ? [] : [[value]];
}

/** The JSON among several contents. */
function jsonMedia(content: Json | undefined): JsonObject | undefined {
  const all = mappingsOf(content);
  return all.find(([type]) => /^(?:[^;]*[/+]json|\*\/\*|application\/yaml)\b|^\*\/\*/.test(type))?.[1];
}

/** Its schema. */
function jsonContent(content: Json | undefined): Json | undefined {
  return jsonMedia(content)?.['schema'];
}

function plainParameterOrNot(parameter: Json): Json {
  return isJsonObject(parameter) ? plainParameter(parameter) : parameter;
}

function plainParameter(parameter: JsonObject): JsonObject {
  const target = parameter['$ref'];
  if (typeof target === 'string')
    return { $ref: target.replace(/^#\/components\/parameters\//, '#/parameters/') };
  const { schema, content, ...rest } = parameter;
  const inContent = mappingsOf(content)[0]?.[1]['schema'];
  return { ...rest, ...plainSchema(schema ?? inContent) };
}

/** The members of a schema that a parameter itself has in Swagger 2.0. A reference says nothing a request can be checked by. */
function plainSchema(schema: Json | undefined): JsonObject {
  if (!isJsonObject(schema) || schema['$ref'] !== undefined) return { type: 'string' };
  const { type, description: _, ...rest } = schema;
  const named = Array.isArray(type) ? (type.find((each: Json) => each !== 'null') as Json | undefined) : type;
  return { ...rest, type: typeof named === 'string' && named !== 'object' ? named : 'string' };
}

/** The path of the first server, without which no path of the document is complete. */
function serverPath(servers: Json | undefined): string {
  const url = Array.isArray(servers) ? dig(servers[0] as Json | undefined, 'url') : undefined;
  if (typeof url !== 'string') return '';
  const path = url.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/\/+$/, '');
  return path.startsWith('/') ? path : '';
}

/** With references into the components turned into ones into the definitions. */
function renamed(value: Json | undefined, depth = 0): Json | undefined {
  if (depth > deepest) return {};
  if (Array.isArray(value)) return value.map((item: Json) => renamed(item, depth + 1) ?? null);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === '$ref' && typeof member === 'string'
        ? member.replace(/^#\/components\/schemas\//, '#/definitions/')
        : renamed(member, depth + 1),
    ]),
  );
}
