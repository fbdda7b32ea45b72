import { readFileSync } from 'node:fs';
import { digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { packageFile } from '../../core/package-file.js';
import type { KindCatalog, Resource } from '../../registry/contract.js';

/** What is read of the published Swagger 2.0 document of Kubernetes. */
interface Published {
  readonly definitions: Readonly<Record<string, JsonObject>>;
  /** Names of definitions by `group/version/kind`. */
  readonly byKind: ReadonlyMap<string, string>;
}

const file = packageFile('fixtures/specs/kubernetes.json');
const kindsMember = 'x-kubernetes-group-version-kind';
const oldPrefix = '#/definitions/';
const newPrefix = '#/components/schemas/';

let published: Published | undefined;

/** Read when somebody first asks; it does not change. */
function readPublished(): Published {
  if (published !== undefined) return published;
  const { definitions } = JSON.parse(readFileSync(file, 'utf8')) as Pick<Published, 'definitions'>;
  const byKind = new Map<string, string>();
  for (const [name, definition] of Object.entries(definitions)) {
    const kinds = definition[kindsMember];
    // Types that many groups share, such as DeleteOptions, are no kind of any one of them.
    if (!Array.isArray(kinds) || kinds.length !== 1) continue;
    const [kind] = kinds as readonly Json[];
    byKind.set(['group', 'version', 'kind'].map((part) => digString(kind, part)).join('/'), name);
  }
  return (published = { definitions, byKind });
}

/** Tells whether a kind is served at a group and version. */
function isServed(resource: Resource, group: string, version: string): boolean {
  return resource.group === group && resource.versions.includes(version);
}

/**
 * The OpenAPI 3.0 document of a group and version: schemas of its kinds, and the operations clients look for.
 *
 * Native kinds have the published schemas; custom ones only say that they are objects.
 *
 * @returns `undefined` when nothing is served there
 * @see kubernetes/kube-openapi pkg/builder3/openapi.go
 */
export function groupVersionDocument(
  catalog: KindCatalog,
  group: string,
  version: string,
): JsonObject | undefined {
  const kinds = catalog.resources.filter((resource) => isServed(resource, group, version));
  if (kinds.length === 0) return undefined;
  const schemas = new Map<string, JsonObject>();
  const paths: Record<string, JsonObject> = {};
  for (const resource of kinds) {
    const name = addSchemas(resource, version, schemas);
    Object.assign(paths, pathsOf(resource, version, name));
  }
  const sorted = [...schemas].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths,
    components: { schemas: Object.fromEntries(sorted) },
  };
}

/** Adds the schema of a kind and all it refers to. @returns its name */
function addSchemas(resource: Resource, version: string, schemas: Map<string, JsonObject>): string {
  const { definitions, byKind } = readPublished();
  const { group, kind } = resource;
  const known = resource.custom ? undefined : byKind.get(`${group}/${version}/${kind}`);
  const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
  if (known === undefined) schemas.set(nameOf(resource, version), customSchema(resource, version, meta));
  const waiting = [known ?? meta];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const definition = definitions[name];
    if (definition === undefined || schemas.has(name)) continue;
    schemas.set(name, moved(definition, waiting) as JsonObject);
  }
  return known ?? nameOf(resource, version);
}

/** As the real server names it: the group backwards, version and kind. */
function nameOf({ group, kind }: Resource, version: string): string {
  return [...group.split('.').reverse(), version, kind].join('.');
}

function customSchema({ group, kind }: Resource, version: string, meta: string): JsonObject {
  return {
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { allOf: [{ $ref: newPrefix + meta }] },
    },
    'x-kubernetes-preserve-unknown-fields': true,
    [kindsMember]: [{ group, kind, version }],
  };
}

/** A schema with its references where OpenAPI 3 has them; what they lead to is collected. */
function moved(schema: Json, found: string[]): Json {
  if (Array.isArray(schema)) return schema.map((one: Json) => moved(one, found));
  if (!isJsonObject(schema)) return schema;
  const reference = schema['$ref'];
  // A property may be called so as well; it is no text then.
  if (typeof reference === 'string' && reference.startsWith(oldPrefix)) {
    const name = reference.slice(oldPrefix.length);
    found.push(name);
    const { $ref: _reference, ...rest } = schema;
    const target = { $ref: newPrefix + name };
    return Object.keys(rest).length === 0 ? target : { ...rest, allOf: [target] };
  }
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, value === undefined ? null : moved(value, found)]),
  );
}

const writes = ['dryRun', 'fieldManager', 'fieldValidation'];
const patches = ['apply-patch+yaml', 'json-patch+json', 'merge-patch+json'];

function pathsOf(resource: Resource, version: string, schema: string): Record<string, JsonObject> {
  const { group, kind, plural, namespaced, verbs } = resource;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const collection = `${root}${namespaced ? '/namespaces/{namespace}' : ''}/${plural}`;
  const has = (verb: string): boolean => verbs.includes(verb);
  const ref = { schema: { $ref: newPrefix + schema } };
  const operation = (action: string, query: readonly string[], types?: readonly string[]): JsonObject => ({
    'x-kubernetes-action': action,
    [kindsMember]: { group, kind, version },
    parameters: query.map((name) => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } })),
    ...(types && {
      requestBody: { content: Object.fromEntries(types.map((type) => [type, ref])), required: true },
    }),
    responses: { '200': { description: 'OK', content: { 'application/json': ref } } },
  });
  const patchTypes = [...patches, ...(resource.custom ? [] : ['strategic-merge-patch+json'])];
  return {
    [collection]: {
      ...(has('list') && { get: operation('list', ['labelSelector', 'fieldSelector', 'limit', 'watch']) }),
      ...(has('create') && { post: operation('post', writes, ['*/*']) }),
    },
    [`${collection}/{name}`]: {
      ...(has('get') && { get: operation('get', []) }),
      ...(has('update') && { put: operation('put', writes, ['*/*']) }),
      ...(has('delete') && { delete: operation('delete', ['dryRun', 'propagationPolicy']) }),
      ...(has('patch') && {
        patch: operation(
          'patch',
          [...writes, 'force'],
          patchTypes.map((type) => `application/${type}`),
        ),
      }),
    },
  };
}
