import type { JsonObject } from '../../core/json.js';
import type { ReleaseName } from '../../core/release.js';
import type { KindCatalog } from '../../registry/contract.js';
import { addKind, asSwagger2 } from './kind-schema.js';
import { operationsOf, type KindOperation } from './operations.js';
import { publishedSchemas } from './published-schemas.js';

/**
 * The Swagger 2.0 document of everything a cluster serves, as kubectl before 1.27 and helm 3 want it.
 *
 * @param version `gitVersion` of the Kubernetes it is.
 * @see kubernetes/kube-openapi pkg/builder/openapi.go
 */
export function swaggerDocument(catalog: KindCatalog, release: ReleaseName, version: string): JsonObject {
  const published = publishedSchemas(release);
  const schemas = new Map<string, JsonObject>();
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const { group, plural, versions } of catalog.resources) {
    for (const at of versions) {
      const resource = catalog.find(group, at, plural);
      if (resource === undefined) continue;
      const name = addKind(resource, at, published, schemas);
      if (resource.defined !== undefined) schemas.set(name, asSwagger2(schemas.get(name) ?? {}));
      for (const operation of operationsOf(resource, at))
        (paths[operation.path] ??= {})[operation.method] = written(operation, name);
    }
  }
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version },
    paths,
    definitions: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function written({ common, query, consumes }: KindOperation, name: string): JsonObject {
  const schema = { $ref: `#/definitions/${name}` };
  return {
    consumes: consumes.length > 0 ? consumes : ['*/*'],
    produces: ['application/json', 'application/yaml'],
    parameters: [
      ...(consumes.length > 0 ? [{ name: 'body', in: 'body', required: true, schema }] : []),
      ...query.map((each) => ({ name: each, in: 'query', type: 'string', uniqueItems: true })),
    ],
    responses: { '200': { description: 'OK', schema } },
    ...common,
  };
}
