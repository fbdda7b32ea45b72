import { goValue } from '../../core/go-value.js';
import { dig, digObject, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { nameProblems } from '../../registry/names.js';
import { annotationProblems, labelProblems } from '../validation/labels.js';
import { invalidShown, invalidValue, required, type Cause } from '../validation/causes.js';
import { childPath, isSet, someSchema, walk } from './schema-nodes.js';

/**
 * What is wrong with how resources inside a resource say what they are, and with their metadata.
 *
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/schema/objectmeta/validation.go
 */
export function embeddedProblems(value: JsonObject, schema: JsonObject): Cause[] {
  const causes: Cause[] = [];
  walk(value, schema, (inner, described, path) => {
    if (!isSet(described, 'x-kubernetes-embedded-resource') || !isJsonObject(inner)) return;
    for (const key of ['apiVersion', 'kind'])
      if (inner[key] === undefined) causes.push(required(childPath(path, key), 'must not be empty'));
    for (const [key, problem] of [
      ['apiVersion', groupProblem],
      ['kind', kindProblem],
    ] as const) {
      const given = inner[key];
      if (typeof given !== 'string') continue;
      const field = childPath(path, key);
      const why = given === '' ? 'must not be empty' : problem(given);
      if (why !== undefined) causes.push(invalidValue(field, given, why));
    }
    causes.push(...metadataProblems(inner['metadata'], childPath(path, 'metadata')));
  });
  return causes;
}

/**
 * Why an object cannot even be read: a resource in it whose kind, version or metadata is none. The first such is told, with
 * its place; `undefined` when there is none.
 *
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/schema/objectmeta/algorithm.go CoerceWithOptions
 */
export function embeddedMisread(value: JsonObject, schema: JsonObject): string | undefined {
  if (!embeds(schema)) return undefined;
  let found: string | undefined;
  walk(value, schema, (inner, described, path) => {
    if (found !== undefined || !isSet(described, 'x-kubernetes-embedded-resource') || !isJsonObject(inner))
      return;
    for (const [key, given] of Object.entries(inner)) {
      if (given === undefined || found !== undefined) continue;
      const why =
        key === 'metadata'
          ? metadataMisread(given)
          : (key === 'apiVersion' || key === 'kind') && typeof given !== 'string'
            ? 'must be a string'
            : undefined;
      if (why !== undefined)
        found = `${childPath(path, key)}: ${invalidShown('', goValue(given), why).message}`;
    }
  });
  return found;
}

const embedding = new WeakMap<JsonObject, boolean>();

function embeds(schema: JsonObject): boolean {
  let known = embedding.get(schema);
  if (known === undefined) {
    known = someSchema(schema, (one) => isSet(one, 'x-kubernetes-embedded-resource'));
    embedding.set(schema, known);
  }
  return known;
}

function metadataMisread(metadata: Json): string | undefined {
  const misread = metadata === null ? undefined : misreadMember(metadata);
  return misread === undefined ? undefined : `json: cannot unmarshal ${misread}`;
}

function groupProblem(text: string): string | undefined {
  return text.split('/').length > 2 ? `unexpected GroupVersion string: ${text}` : undefined;
}

function kindProblem(text: string): string | undefined {
  const problems = nameProblems(text.toLowerCase(), 'dns1035');
  return problems.length === 0
    ? undefined
    : `may have mixed case, but should otherwise match: ${problems.join(',')}`;
}

function metadataProblems(metadata: Json | undefined, path: string): Cause[] {
  if (metadata === undefined || metadata === null) return [];
  return [
    ...labelProblems(digObject(metadata, 'labels'), childPath(path, 'labels')),
    ...annotationProblems(digObject(metadata, 'annotations'), childPath(path, 'annotations')),
  ];
}

/** What Go cannot read of metadata, in its words; looked at are the members people write. */
function misreadMember(metadata: Json): string | undefined {
  if (!isJsonObject(metadata)) return `${jsonType(metadata)} into Go value of type v1.ObjectMeta`;
  for (const key of ['name', 'generateName', 'namespace']) {
    const given = metadata[key] ?? '';
    if (typeof given !== 'string')
      return `${jsonType(given)} into Go struct field ObjectMeta.${key} of type string`;
  }
  for (const key of ['labels', 'annotations']) {
    const given = dig(metadata, key) ?? {};
    if (!isJsonObject(given))
      return `${jsonType(given)} into Go struct field ObjectMeta.${key} of type map[string]string`;
    const wrong = Object.values(given).find((one) => typeof (one ?? '') !== 'string');
    if (wrong !== undefined)
      return `${jsonType(wrong)} into Go struct field ObjectMeta.${key} of type string`;
  }
  return undefined;
}

function jsonType(value: Json): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}
