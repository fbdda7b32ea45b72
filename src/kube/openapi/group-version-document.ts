import type { JsonObject } from '../../core/json.js';
import type { ReleaseName } from '../../core/release.js';
import type { KindCatalog } from '../../registry/contract.js';
import { servedAt } from '../discovery.js';
import { addKind, asOpenApi3 } from './kind-schema.js';
import { operationsOf, type KindOperation } from './operations.js';
import { publishedSchemas } from './published-schemas.js';

const newPrefix = '#/components/schemas/';

/** Values that have one type in the older document and several in this one, by which `kubectl explain` names them. */
const severalTypes: Readonly<Record<string, JsonObject>> = {
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': {
    format: 'int-or-string',
    oneOf: [{ type: 'integer' }, { type: 'string' }],
  },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { oneOf: [{ type: 'string' }, { type: 'number' }] },
};

/**
 * The OpenAPI 3.0 document of a group and version: schemas of its kinds and all they refer to, and the operations on them.
 *
 * @returns `undefined` when nothing is served there
 * @see kubernetes/kube-openapi pkg/builder3/openapi.go
 */
export function groupVersionDocument(
  catalog: KindCatalog,
  release: ReleaseName,
  group: string,
  version: string,
): JsonObject | undefined {
  const kinds = servedAt(catalog, group, version);
  if (kinds.length === 0) return undefined;
  const schemas = new Map<string, JsonObject>();
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const resource of kinds) {
    const name = addKind(resource, version, publishedSchemas(release), schemas);
    for (const operation of operationsOf(resource, version))
      (paths[operation.path] ??= {})[operation.method] = written(operation, name);
  }
  const sorted = [...schemas].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths,
    components: {
      schemas: Object.fromEntries(
        sorted.map(([name, schema]) => [name, severalTypes[name] ?? asOpenApi3(schema)]),
      ),
    },
  };
}

function written({ common, query, consumes }: KindOperation, schema: string): JsonObject {
  const ref = { schema: { $ref: newPrefix + schema } };
  return {
    ...common,
    parameters: query.map((name) => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } })),
    ...(consumes.length > 0 && {
      requestBody: { content: Object.fromEntries(consumes.map((type) => [type, ref])), required: true },
    }),
    responses: { '200': { description: 'OK', content: { 'application/json': ref } } },
  };
}
