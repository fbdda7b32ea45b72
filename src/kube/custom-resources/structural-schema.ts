import { quote } from '../../core/api-error.js';
import { encodeCompact, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { Cause } from '../../registry/object-meta.js';
import { forbidden, invalidShown, invalidValue, required, unsupported } from '../validation/causes.js';
import { firstLine, ruleProblem, rulesOf } from './cel-rules.js';
import { withDefaults } from './schema-defaults.js';
import { isSet } from './schema-nodes.js';
import { prune } from './schema-pruning.js';
import { patternProblem, schemaProblems } from './schema-validation.js';

/** Keywords of JSON schema that definitions must do without. */
const refused: Readonly<Record<string, string>> = {
  $ref: '$ref is not supported',
  additionalItems: 'additionalItems is not supported',
  definitions: 'definitions is not supported',
  dependencies: 'dependencies is not supported',
  id: 'id is not supported',
  patternProperties: 'patternProperties is not supported',
};

/** What only the outside of `allOf`, `anyOf`, `oneOf` and `not` may say. */
const structure = ['additionalProperties', 'default', 'description', 'nullable', 'title', 'type'] as const;
const extensions = [
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
];

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

type Level = 'root' | 'field' | 'item';

const missingType: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  field: 'must not be empty for specified object fields',
  item: 'must not be empty for specified array items',
};

/**
 * What keeps a schema from being structural, or from being usable at all.
 *
 * @param path Of the schema within its definition.
 * @throws ApiError 501 for rules that the fake cannot evaluate
 * @see kubernetes/apiextensions-apiserver pkg/apis/apiextensions/validation, pkg/apiserver/schema/validation.go
 */
export function schemaDefinitionProblems(schema: JsonObject, path: string): Cause[] {
  return [...keywordProblems(schema, path), ...structuralProblems(schema, path, 'root')];
}

function keywordProblems(schema: JsonObject, path: string): Cause[] {
  const causes: Cause[] = [];
  for (const [key, why] of Object.entries(refused))
    if (schema[key] !== undefined && typeof schema[key] !== 'object')
      causes.push(forbidden(`${path}.${key}`, why));
    else if (key !== '$ref' && key !== 'id' && schema[key] !== undefined)
      causes.push(forbidden(`${path}.${key}`, why));
  if (schema['uniqueItems'] === true) {
    const why = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    causes.push(forbidden(`${path}.uniqueItems`, why));
  }
  const { properties, additionalProperties, type, items, pattern } = schema;
  if (hasMembers(properties) && additionalProperties !== undefined && additionalProperties !== true)
    causes.push(
      forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'),
    );
  if (type === 'null')
    causes.push(forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'));
  else if (typeof type === 'string' && type !== '' && !types.includes(type))
    causes.push(unsupported(`${path}.type`, type, types));
  if (Array.isArray(items))
    causes.push(forbidden(`${path}.items`, 'items must be a schema object and not an array'));
  if (typeof pattern === 'string') {
    const why = patternProblem(pattern);
    if (why !== undefined)
      causes.push(
        invalidValue(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${why}`),
      );
  }
  causes.push(...listProblems(schema, path), ...mapProblems(schema, path), ...ruleProblems(schema, path));
  for (const [place, inner] of children(schema, path)) causes.push(...keywordProblems(inner, place));
  return causes;
}

/** The schemas within a schema, with their paths. */
function children(schema: JsonObject, path: string): [string, JsonObject][] {
  const found: [string, JsonObject][] = [];
  const { properties, items, additionalProperties, not } = schema;
  for (const [key, inner] of Object.entries(isJsonObject(properties) ? properties : {}))
    if (isJsonObject(inner)) found.push([`${path}.properties[${key}]`, inner]);
  if (isJsonObject(items)) found.push([`${path}.items`, items]);
  if (isJsonObject(additionalProperties)) found.push([`${path}.additionalProperties`, additionalProperties]);
  if (isJsonObject(not)) found.push([`${path}.not`, not]);
  return [...found, ...branchesOf(schema, path)];
}

function branchesOf(schema: JsonObject, path: string): [string, JsonObject][] {
  return ['allOf', 'anyOf', 'oneOf'].flatMap((key) => {
    const branches = schema[key];
    return Array.isArray(branches)
      ? (branches as readonly Json[]).flatMap((one, at): [string, JsonObject][] =>
          isJsonObject(one) ? [[`${path}.${key}[${String(at)}]`, one]] : [],
        )
      : [];
  });
}

function listProblems(schema: JsonObject, path: string): Cause[] {
  const kind = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'];
  const keysPath = `${path}.x-kubernetes-list-map-keys`;
  if (typeof kind !== 'string') {
    return keys === undefined
      ? []
      : [
          required(
            `${path}.x-kubernetes-list-type`,
            'must be map if x-kubernetes-list-map-keys is non-empty',
          ),
        ];
  }
  const causes = ofType(schema, 'array', 'x-kubernetes-list-type', path);
  if (!['atomic', 'set', 'map'].includes(kind))
    causes.push(unsupported(`${path}.x-kubernetes-list-type`, kind, ['atomic', 'map', 'set']));
  if (kind !== 'map') return causes;
  const names = Array.isArray(keys) ? (keys as readonly Json[]).map(String) : [];
  if (names.length === 0)
    return [...causes, required(keysPath, 'must not be empty if x-kubernetes-list-type is map')];
  const { items } = schema;
  if (!isJsonObject(items))
    return [...causes, required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map')];
  const members = isJsonObject(items['properties']) ? items['properties'] : {};
  const needed = Array.isArray(items['required']) ? (items['required'] as readonly Json[]) : [];
  for (const [at, name] of names.entries()) {
    const member = members[name];
    if (!isJsonObject(member)) {
      const why = 'entries must all be names of item properties';
      causes.push(invalidValue(`${keysPath}[${String(at)}]`, name, why));
    } else if (member['default'] === undefined && !needed.includes(name)) {
      const why =
        'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property';
      causes.push(required(`${path}.items.properties[${name}].default`, why));
    }
  }
  return causes;
}

function mapProblems(schema: JsonObject, path: string): Cause[] {
  const kind = schema['x-kubernetes-map-type'];
  if (typeof kind !== 'string') return [];
  const causes = ofType(schema, 'object', 'x-kubernetes-map-type', path);
  if (!['atomic', 'granular'].includes(kind))
    causes.push(unsupported(`${path}.x-kubernetes-map-type`, kind, ['atomic', 'granular']));
  return causes;
}

function ofType({ type }: JsonObject, wanted: string, extension: string, path: string): Cause[] {
  if (type === wanted) return [];
  const why = `must be ${wanted} if ${extension} is specified`;
  return [
    typeof type === 'string' && type !== ''
      ? invalidValue(`${path}.type`, type, why)
      : required(`${path}.type`, why),
  ];
}

function ruleProblems(schema: JsonObject, path: string): Cause[] {
  const causes: Cause[] = [];
  for (const [at, rule] of rulesOf(schema).entries()) {
    const place = `${path}.x-kubernetes-validations[${String(at)}]`;
    const { rule: text, message, messageExpression } = rule;
    const optional = rule['optionalOldSelf'] === true;
    if (typeof text !== 'string' || text.trim() === '') {
      causes.push(required(`${place}.rule`, 'rule is not specified'));
      continue;
    }
    const why = ruleProblem(text, optional);
    if (why !== undefined) causes.push(uncompiled(`${place}.rule`, rule, why));
    if (typeof message === 'string' && message.includes('\n'))
      causes.push(invalidValue(`${place}.message`, message, 'message must not contain line breaks'));
    if (typeof messageExpression !== 'string') continue;
    const other = ruleProblem(messageExpression, optional);
    if (other !== undefined) causes.push(uncompiled(`${place}.messageExpression`, rule, other));
  }
  return causes;
}

function uncompiled(field: string, rule: JsonObject, why: string): Cause {
  return invalidShown(field, encodeCompact(rule), `compilation failed: ERROR: <input>: ${why}`);
}

function structuralProblems(schema: JsonObject, path: string, level: Level): Cause[] {
  const causes: Cause[] = [];
  const { type, properties, items, additionalProperties } = schema;
  const isFree =
    isSet(schema, 'x-kubernetes-int-or-string') || isSet(schema, 'x-kubernetes-preserve-unknown-fields');
  if (typeof type !== 'string' || type === '') {
    if (level === 'root' || !isFree) causes.push(required(`${path}.type`, missingType[level]));
  } else if (level === 'root' && type !== 'object')
    causes.push(invalidValue(`${path}.type`, type, 'must be object at the root'));
  if (level === 'root' && additionalProperties !== undefined)
    causes.push(forbidden(`${path}.additionalProperties`, 'must not be used at the root'));
  if (level === 'root' && isJsonObject(properties)) causes.push(...metadataProblems(properties, path));
  causes.push(...defaultProblems(schema, path));
  for (const [place, branch] of branchesOf(schema, path))
    causes.push(...branchProblems(branch, place, schema));
  if (isJsonObject(schema['not'])) causes.push(...branchProblems(schema['not'], `${path}.not`, schema));
  for (const [key, inner] of Object.entries(isJsonObject(properties) ? properties : {}))
    if (isJsonObject(inner)) causes.push(...structuralProblems(inner, `${path}.properties[${key}]`, 'field'));
  if (isJsonObject(items)) causes.push(...structuralProblems(items, `${path}.items`, 'item'));
  if (isJsonObject(additionalProperties))
    causes.push(...structuralProblems(additionalProperties, `${path}.additionalProperties`, 'field'));
  return causes;
}

function metadataProblems({ metadata }: JsonObject, path: string): Cause[] {
  if (!isJsonObject(metadata)) return [];
  const { properties, type, description: _text, ...rest } = metadata;
  const named = Object.keys(isJsonObject(properties) ? properties : {});
  const isPlain =
    named.every((key) => key === 'name' || key === 'generateName') && Object.keys(rest).length === 0;
  if (isPlain && (type === undefined || type === 'object')) return [];
  const why =
    'must not specify anything other than name and generateName, but metadata is implicitly specified';
  return [forbidden(`${path}.properties[metadata]`, why)];
}

/** A default must fit its own schema. */
function defaultProblems(schema: JsonObject, path: string): Cause[] {
  const given = schema['default'];
  if (given === undefined) return [];
  const place = `${path}.default`;
  const asMember = { type: 'object', properties: { value: schema } };
  const { value, unknown } = prune({ value: given }, asMember);
  if (unknown.length > 0) return [invalidShown(place, shown(given), 'must not have unknown fields')];
  try {
    const completed = withDefaults(value, asMember) as JsonObject;
    return schemaProblems(completed, asMember).map(({ reason, message, field }) => ({
      reason,
      message: message.replaceAll('value in body', `${place} in body`),
      field: field === '<nil>' ? field : field.replace(/^value/, place),
    }));
  } catch (error) {
    return [invalidShown(place, shown(given), firstLine(error))];
  }
}

function shown(value: Json): string {
  return typeof value === 'string' ? quote(value) : encodeCompact(value);
}

/** Alternatives may only restrict what is described outside of them. */
function branchProblems(branch: JsonObject, path: string, outside: JsonObject): Cause[] {
  const causes: Cause[] = [];
  const isMixed = isSet(outside, 'x-kubernetes-int-or-string');
  for (const key of structure) {
    if (branch[key] === undefined || (key === 'type' && isMixed)) continue;
    causes.push(forbidden(`${path}.${key}`, 'must be empty to be structural'));
  }
  for (const key of extensions)
    if (branch[key] !== undefined) causes.push(forbidden(`${path}.${key}`, 'must be false to be structural'));
  const { properties, items } = branch;
  const described = isJsonObject(outside['properties']) ? outside['properties'] : {};
  for (const [key, inner] of Object.entries(isJsonObject(properties) ? properties : {})) {
    if (!isJsonObject(inner)) continue;
    const place = `${path}.properties[${key}]`;
    const own = described[key];
    if (isJsonObject(own)) causes.push(...branchProblems(inner, place, own));
    else
      causes.push(required(`${outsidePath(path)}.properties[${key}]`, `because it is defined in ${place}`));
  }
  if (isJsonObject(items) && isJsonObject(outside['items']))
    causes.push(...branchProblems(items, `${path}.items`, outside['items']));
  for (const [place, inner] of branchesOf(branch, path))
    causes.push(...branchProblems(inner, place, outside));
  return causes;
}

/** Where the same thing is outside of all alternatives. */
function outsidePath(path: string): string {
  return path.replace(/\.(allOf|anyOf|oneOf)\[\d+\]|\.not(?=\.|$)/g, '');
}

function hasMembers(value: Json | undefined): boolean {
  return isJsonObject(value) && Object.keys(value).length > 0;
}
