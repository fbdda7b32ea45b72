import type { JsonObject } from '../../../core/json.js';
import type { Resource } from '../../../registry/contract.js';
import { fieldsOf, type TypeField } from '../../../registry/type-table.js';
import { atomicTypes, fieldRules, optionalFields, plainTypes, requiredFields } from './type-rules.js';

const made = new Map<string, JsonObject>();

/**
 * The structural schema of a version of one of KubeSphere's own kinds, as its published CustomResourceDefinition has it:
 * made of the fields of its Go type, and of what is known beyond them.
 *
 * @returns `undefined` for kinds whose fields are not known, and for those of other projects
 * @see kubesphere/kubesphere config/ks-core/charts/ks-crds/crds; kubernetes-sigs/controller-tools pkg/crd/schema.go
 */
export function ownSchema({ custom, types }: Resource, version: string): JsonObject | undefined {
  const type = custom ? types?.[version] : undefined;
  if (type === undefined) return undefined;
  const known = made.get(type);
  if (known !== undefined) return known;
  const fields = fieldsOf(type);
  if (fields === undefined) return undefined;
  const schema = structSchema(type, fields);
  const { properties, ...rest } = schema;
  const whole: JsonObject = {
    ...rest,
    properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, ...(properties as JsonObject) },
  };
  made.set(type, whole);
  return whole;
}

function structSchema(type: string, fields: readonly TypeField[]): JsonObject {
  const properties: Record<string, JsonObject> = {};
  const required: string[] = [];
  const add = (owner: string, members: readonly TypeField[]): void => {
    for (const field of members) {
      const [name, , inner, flags] = field;
      if (name === '') add(inner, fieldsOf(inner) ?? []);
      else {
        const place = `${owner} ${name}`;
        properties[name] = { ...fieldSchema(field), ...fieldRules[place] };
        // As controller-gen reads Go: what is always written has to be there.
        const isRequired = !flags.includes('o') && !optionalFields.has(place);
        if (isRequired || requiredFields.has(place)) required.push(name);
      }
    }
  };
  add(type, fields);
  return {
    type: 'object',
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required: required.sort() }),
    ...(atomicTypes.has(type) && { 'x-kubernetes-map-type': 'atomic' }),
  };
}

function fieldSchema([, , type, flags, rules]: TypeField): JsonObject {
  const value = valueSchema(type);
  if (flags.includes('m')) return { type: 'object', additionalProperties: value };
  if (!flags.includes('r')) return value;
  const listType = rules?.[2];
  return {
    type: 'array',
    items: value,
    ...(listType === 'atomic' && { 'x-kubernetes-list-type': listType }),
  };
}

function valueSchema(type: string): JsonObject {
  const known = plainTypes[type];
  if (known !== undefined) return known;
  const fields = fieldsOf(type);
  return fields === undefined ? { type: 'object' } : structSchema(type, fields);
}
