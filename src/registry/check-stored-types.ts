import { badRequest, invalid, quote } from '../core/api-error.js';
import { goJsonType } from '../core/go-json.js';
import type { Json, JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import { typeMismatches, type TypeMismatch } from './check-go-types.js';
import type { Resource } from './contract.js';
import { undecodable, type Cause } from './object-meta.js';

/**
 * Refuses an object about to be stored whose members are of another type than the kind's fields: what a door has not
 * checked, such as the outcome of a patch.
 *
 * @throws ApiError 400 in the words of Go's decoder; for custom resources 422 in those of schema validation
 * @see kubernetes/apiserver pkg/endpoints/handlers/patch.go; kube-openapi pkg/validation/errors/schema.go
 */
export function checkStoredTypes(object: KubeObject, resource: Resource): void {
  const version = object.apiVersion.slice(object.apiVersion.indexOf('/') + 1);
  const type = resource.types?.[version];
  if (type === undefined) return;
  if (!resource.custom) {
    const [first] = typeMismatches(object, type, 1);
    if (first !== undefined) throw undecodable(resource, first.message);
    return;
  }
  // What these types take is said by the schema.
  const found = typeMismatches(object, type).filter(({ wanted }) => !bySchema.has(wanted));
  if (found.length > 0) throw invalid(resource, object.metadata.name, found.map(schemaCause));
}

const bySchema: ReadonlySet<string> = new Set(['quantity', 'intOrString', 'time', 'microTime']);

/** One cause as kube-apiserver's schema validation words it. */
function schemaCause({ path, value, wanted }: TypeMismatch): Cause {
  const field = path.map((step, at) =>
    typeof step === 'number' ? `[${String(step)}]` : at === 0 ? step : `.${step}`,
  );
  const place = field.join('');
  const got = quote(wanted === 'base64' && typeof value === 'string' ? value : schemaType(value));
  const why = `${place} in body must be of type ${wanted === 'base64' ? 'byte' : wanted}: ${got}`;
  return { reason: 'FieldValueTypeInvalid', message: `Invalid value: ${got}: ${why}`, field: place };
}

/** What JSON schema calls the type of a value. */
function schemaType(value: Json): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'boolean' ? 'boolean' : goJsonType(value);
}

/**
 * Refuses an object that a patch made into another kind.
 *
 * @throws ApiError 400
 */
export function checkSameKind({ kind, apiVersion }: JsonObject, resource: Resource): void {
  for (const [key, value] of [
    ['apiVersion', apiVersion],
    ['kind', kind],
  ] as const) {
    if (value === undefined || value === null || typeof value === 'string') continue;
    const why = `couldn't get version/kind; json parse error: json: cannot unmarshal ${goJsonType(value)} into Go struct field .${key} of type string`;
    throw badRequest(why);
  }
  const version = resource.versions[0] ?? 'v1';
  const expected = resource.group === '' ? version : `${resource.group}/${version}`;
  if (typeof apiVersion === 'string' && apiVersion !== '') {
    const known = resource.versions.some(
      (each) => apiVersion === (resource.group === '' ? each : `${resource.group}/${each}`),
    );
    if (!known) {
      throw badRequest(
        `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
      );
    }
  }
  if (typeof kind === 'string' && kind !== '' && kind !== resource.kind)
    throw otherKind(kind, expected, resource.kind);
}

/** 400 for an object of another kind than the URL's. @param apiVersion As in the URL, `group/version`. */
export function otherKind(given: string, apiVersion: string, kind: string): Error {
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  const group = apiVersion.includes('/') ? (apiVersion.split(/[./]/, 1)[0] ?? '') : 'core';
  return badRequest(
    `${given} in version ${quote(version)} cannot be handled as a ${kind}: converting (${version}.${given}) to (${group}.${kind}): unknown conversion`,
  );
}
