import { digObject, digString, isJsonObject, type Json, type JsonObject } from '../../../core/json.js';
import { annotationProblems, labelProblems } from '../../../registry/object-meta.js';

/** What of its metadata a webhook may change. */
const changeable = ['labels', 'annotations'] as const;

/**
 * An object a webhook has converted, with the metadata it had before, but for labels and annotations.
 *
 * @param kind `group/version, Kind=kind` of the object before, for errors.
 * @throws Error when it is none that could have been made of this one
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/conversion/webhook_converter.go
 */
export function acceptConverted(
  given: JsonObject,
  found: Json,
  apiVersion: string,
  kind: string,
): JsonObject {
  const problem = (what: string): Error => new Error(`conversion webhook for ${kind} returned ${what}`);
  const at = 'invalid object at index 0: ';
  const converted = isJsonObject(found) ? found : {};
  const [was, is] = [digString(given, 'kind'), digString(converted, 'kind')];
  const got = digString(converted, 'apiVersion');
  if (got !== apiVersion)
    throw problem(`${at}invalid groupVersion (expected ${apiVersion}, received ${got})`);
  if (was !== is) throw problem(`${at}invalid kind (expected ${was}, received ${is})`);
  for (const [key, name] of [
    ['name', 'name'],
    ['namespace', 'namespace'],
    ['uid', 'UID'],
  ] as const) {
    const [before, after] = [given, converted].map((one) => digString(one, 'metadata', key));
    if (before !== after)
      throw problem(`invalid object: must have the same ${name}: ${before ?? ''} != ${after ?? ''}`);
  }
  try {
    return { ...converted, metadata: restored(digObject(given, 'metadata'), converted['metadata']) };
  } catch (error) {
    throw problem(`invalid metadata: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function restored(given: JsonObject, found: Json | undefined): JsonObject {
  if (found === undefined) throw new Error('missing metadata in converted object');
  if (!isJsonObject(found)) throw new Error(`invalid metadata of type ${goType(found)} in converted object`);
  const metadata: Record<string, Json | undefined> = { ...given };
  for (const key of changeable) {
    const value = found[key];
    if (value === undefined || value === null) {
      Reflect.deleteProperty(metadata, key);
      continue;
    }
    if (!isJsonObject(value))
      throw new Error(`invalid metadata.${key} of type ${goType(value)} in converted object`);
    for (const [name, one] of Object.entries(value))
      if (typeof one !== 'string')
        throw new Error(
          `metadata.${key}[${name}] must be a string, but is ${goType(one)} in converted object`,
        );
    checkTexts(key, value as Record<string, string>);
    metadata[key] = value;
  }
  return metadata;
}

function checkTexts(key: (typeof changeable)[number], value: Record<string, string>): void {
  const causes =
    key === 'labels'
      ? labelProblems(value, 'metadata.labels')
      : annotationProblems(value, 'metadata.annotation');
  if (causes.length === 0) return;
  const texts = causes.map(({ field, message }) => `${field}: ${message}`);
  throw new Error(texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`);
}

/** What Go calls the type of a value that was JSON. */
function goType(value: Json | undefined): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  switch (typeof value) {
    case 'object':
      return 'map[string]interface {}';
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64';
    default:
      return 'string';
  }
}
