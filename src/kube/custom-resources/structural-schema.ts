import { isDeepStrictEqual } from 'node:util';
import { digObject, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { forbidden, invalidShown, invalidValue, required, type Cause } from '../validation/causes.js';
import { alternativeProblems, completenessProblems } from './structural-alternatives.js';
import { isSet } from './schema-nodes.js';

type Level = 'root' | 'field' | 'item';

const missingType: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  field: 'must not be empty for specified object fields',
  item: 'must not be empty for specified array items',
};

const embedded = 'x-kubernetes-embedded-resource';
const mixed = 'x-kubernetes-int-or-string';
const preserving = 'x-kubernetes-preserve-unknown-fields';

/**
 * What keeps a schema from being structural, sorted by its words.
 *
 * @param path Of the schema within its definition.
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/schema/validation.go, complete.go
 */
export function structuralProblems(schema: JsonObject, path: string): Cause[] {
  const causes = [...invariantProblems(schema, path, 'root'), ...completenessProblems(schema, path)];
  const text = ({ field, message }: Cause): string => `${field}: ${message}`;
  return causes.sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

function invariantProblems(schema: JsonObject, path: string, level: Level): Cause[] {
  const { properties, items, additionalProperties: rest } = schema;
  const causes: Cause[] = [];
  if (schema['type'] === 'array' && !isJsonObject(items) && !isFilledList(items))
    causes.push(required(`${path}.items`, 'must be specified'));
  if (isJsonObject(items)) causes.push(...invariantProblems(items, `${path}.items`, 'item'));
  for (const [key, inner] of Object.entries(digObject(properties)))
    if (isJsonObject(inner)) causes.push(...invariantProblems(inner, `${path}.properties[${key}]`, 'field'));
  const isOpen = typeof rest === 'boolean' || isJsonObject(rest);
  if (isOpen && level === 'root')
    causes.push(forbidden(`${path}.additionalProperties`, 'must not be used at the root'));
  if (isJsonObject(rest)) causes.push(...invariantProblems(rest, `${path}.additionalProperties`, 'field'));
  causes.push(...extensionProblems(schema, path), ...alternativeProblems(schema, path));
  causes.push(...typeProblems(schema, path, level));
  if (isOpen && isSet(schema, embedded)) {
    const why = 'must not be used if x-kubernetes-embedded-resource is set';
    causes.push(forbidden(`${path}.additionalProperties`, why));
  }
  return [...causes, ...resourceProblems(schema, path, level)];
}

function isFilledList(value: Json | undefined): boolean {
  return Array.isArray(value) && value.length > 0;
}

function extensionProblems(schema: JsonObject, path: string): Cause[] {
  if (!isSet(schema, mixed)) return [];
  return [preserving, embedded]
    .filter((key) => isSet(schema, key))
    .map((key) =>
      invalidShown(`${path}.${key}`, 'true', 'must be false if x-kubernetes-int-or-string is true'),
    );
}

function typeProblems(schema: JsonObject, path: string, level: Level): Cause[] {
  const type = digString(schema, 'type');
  const field = `${path}.type`;
  const causes: Cause[] = [];
  if (isSet(schema, embedded) && type !== 'object') {
    const why = 'must be object if x-kubernetes-embedded-resource is true';
    causes.push(type === '' ? required(field, why) : invalidValue(field, type, why));
  } else if (type === '' && !isSet(schema, mixed) && !isSet(schema, preserving))
    causes.push(required(field, missingType[level]));
  if (level === 'root' && type !== '' && type !== 'object')
    causes.push(invalidValue(field, type, 'must be object at the root'));
  return causes;
}

/** What a resource must say of itself, and what a schema may say of that. */
function resourceProblems(schema: JsonObject, path: string, level: Level): Cause[] {
  const properties = digObject(schema, 'properties');
  const isResource = level === 'root' || isSet(schema, embedded);
  const causes: Cause[] = [];
  const { metadata } = properties;
  for (const [key, wanted] of [
    ['kind', 'string'],
    ['apiVersion', 'string'],
    ['metadata', 'object'],
  ] as const) {
    const member = properties[key];
    const type = digString(member, 'type');
    if (isResource && isJsonObject(member) && type !== wanted)
      causes.push(invalidValue(`${path}.properties[${key}].type`, type, `must be ${wanted}`));
  }
  if (level === 'root' && isJsonObject(metadata) && !isPlainMetadata(metadata)) {
    const why =
      'must not specify anything other than name and generateName, but metadata is implicitly specified';
    causes.push(forbidden(`${path}.properties[metadata]`, why));
  }
  if (isSet(schema, embedded) && !isSet(schema, preserving) && Object.keys(properties).length === 0) {
    const why =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    causes.push(required(`${path}.properties`, why));
  }
  return causes;
}

/** Descriptions are part of what a structural schema keeps, so even these are too much. */
function isPlainMetadata({ properties, type: _type, default: _default, ...rest }: JsonObject): boolean {
  const known = new Set(['name', 'generateName']);
  const kept = Object.entries(rest).filter(([key, value]) => !isNothing(key, value));
  return Object.keys(digObject(properties)).every((key) => known.has(key)) && kept.length === 0;
}

/** Members Go cannot tell from nothing, or does not keep. */
function isNothing(key: string, value: Json | undefined): boolean {
  if (key === 'externalDocs' || key === 'example') return true;
  return [undefined, null, '', false].some((one) => one === value) || isDeepStrictEqual(value, []);
}
