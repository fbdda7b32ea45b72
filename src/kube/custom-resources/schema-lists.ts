import { digArray, digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import {
  forbidden,
  goStrings,
  invalidShown,
  invalidValue,
  required,
  unsupported,
  type Cause,
} from '../validation/causes.js';

const listType = 'x-kubernetes-list-type';
const mapType = 'x-kubernetes-map-type';
const listKeys = 'x-kubernetes-list-map-keys';
const asItem = 'must be atomic as item of a list with x-kubernetes-list-type=set';

/**
 * What is wrong with how the items of a list, and the members of an object, are told apart.
 *
 * @see kubernetes/apiextensions-apiserver pkg/apis/apiextensions/validation ValidateCustomResourceDefinitionOpenAPISchema
 */
export function collectionProblems(schema: JsonObject, path: string): Cause[] {
  const [kind, map] = [schema[listType], schema[mapType]];
  const keys = digArray(schema, listKeys).map(String);
  const { items } = schema;
  const causes: Cause[] = [];
  if (typeof map === 'string') {
    causes.push(...typeProblems(schema, 'object', mapType, path));
    if (!['atomic', 'granular'].includes(map))
      causes.push(unsupported(`${path}.${mapType}`, map, ['atomic', 'granular']));
  }
  if (typeof kind === 'string') {
    const wrong = typeProblems(schema, 'array', listType, path);
    causes.push(...wrong);
    if (wrong.length === 0 && kind === 'set' && isJsonObject(items))
      causes.push(...setItemProblems(items, path));
    if (!['atomic', 'set', 'map'].includes(kind))
      causes.push(unsupported(`${path}.${listType}`, kind, ['atomic', 'set', 'map']));
  }
  if (keys.length > 0 && kind !== 'map') {
    const why = 'must be map if x-kubernetes-list-map-keys is non-empty';
    const field = `${path}.${listType}`;
    causes.push(typeof kind === 'string' ? invalidValue(field, kind, why) : required(field, why));
  }
  if (kind === 'map') causes.push(...mapListProblems(schema, keys, path));
  return [...causes, ...nullableProblems(schema, keys, path)];
}

function typeProblems(schema: JsonObject, wanted: string, extension: string, path: string): Cause[] {
  const type = digString(schema, 'type');
  const why = `must be ${wanted} if ${extension} is specified`;
  if (type === wanted) return [];
  return [type === '' ? required(`${path}.type`, why) : invalidValue(`${path}.type`, type, why)];
}

/** Items that are told apart as a whole must be one thing. */
function setItemProblems(items: JsonObject, path: string): Cause[] {
  const [kind, map] = [items[listType], items[mapType]];
  // What is shown is the list type, whichever of the two is wrong.
  const shown = typeof kind === 'string' ? kind : 'null';
  if (items['type'] === 'array' && shown !== 'null' && shown !== 'atomic')
    return [invalidValue(`${path}.items.${listType}`, shown, asItem)];
  if (items['type'] === 'object' && map !== 'atomic')
    return [invalidValue(`${path}.items.${mapType}`, shown, asItem)];
  return [];
}

function mapListProblems({ items }: JsonObject, keys: readonly string[], path: string): Cause[] {
  const causes: Cause[] = [];
  const field = `${path}.${listKeys}`;
  if (keys.length === 0) causes.push(required(field, 'must not be empty if x-kubernetes-list-type is map'));
  if (items === undefined || items === null)
    return [...causes, required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map')];
  if (!isJsonObject(items)) return causes;
  const type = digString(items, 'type');
  if (type !== 'object') {
    const why = "must be object if parent array's x-kubernetes-list-type is map";
    return [...causes, invalidValue(`${path}.items.type`, type, why)];
  }
  const members = digObject(items, 'properties');
  for (const [at, key] of keys.entries()) {
    const member = members[key];
    if (!isJsonObject(member))
      causes.push(invalidShown(field, goStrings(keys), 'entries must all be names of item properties'));
    else if (member['type'] === 'array' || member['type'] === 'object') {
      const why = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      causes.push(invalidValue(`${path}.items.properties[${key}].type`, type, why));
    }
    if (keys.indexOf(key) < at)
      causes.push(invalidShown(field, goStrings(keys), 'must not contain duplicate entries'));
  }
  return causes;
}

function nullableProblems(schema: JsonObject, keys: readonly string[], path: string): Cause[] {
  const kind = digString(schema, listType);
  const { items } = schema;
  if (!isJsonObject(items) || (kind !== 'set' && kind !== 'map')) return [];
  const causes: Cause[] = [];
  if (items['nullable'] === true)
    causes.push(
      forbidden(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${kind}`),
    );
  if (kind === 'set') return causes;
  const needed = digArray(items, 'required');
  for (const key of keys) {
    const member = digObject(items, 'properties')[key];
    if (!isJsonObject(member)) continue;
    const field = `${path}.items.properties[${key}]`;
    const why = 'this property is in x-kubernetes-list-map-keys, so it';
    if (!needed.includes(key) && (member['default'] ?? null) === null)
      causes.push(required(`${field}.default`, `${why} must have a default or be a required property`));
    if (member['nullable'] === true) causes.push(forbidden(`${field}.nullable`, `${why} cannot be nullable`));
  }
  return causes;
}
