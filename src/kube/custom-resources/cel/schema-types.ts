import { digObject, digString, isJsonObject, type Json, type JsonObject } from '../../../core/json.js';
import { celName, isSet, resourceMembers } from '../schema-nodes.js';

/** Where types and variables are told of. */
export interface Declarations {
  registerVariable(name: string, type: string): unknown;
  registerType(name: string, description: { readonly fields: Record<string, string> }): unknown;
  registerOperator(signature: string, handler: () => boolean): unknown;
}

const scalars: Readonly<Record<string, string>> = { boolean: 'bool', integer: 'int', number: 'double' };
const formats: Readonly<Record<string, string>> = {
  byte: 'bytes',
  date: 'google.protobuf.Timestamp',
  'date-time': 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
};

/**
 * Tells an environment the types of `self` and `oldSelf` by the schema rules are about. What a schema leaves open is of any
 * type, so that nothing is refused that Kubernetes might take.
 *
 * @see kubernetes/apiserver pkg/cel/common/schemas.go SchemaDeclType
 */
export function declareSelf(
  environment: Declarations,
  schema: JsonObject,
  isRoot: boolean,
  optionalOldSelf: boolean,
): void {
  const declared = { count: 0 };
  const type = typeOfSchema(environment, schema, isRoot, declared);
  environment.registerVariable('self', type);
  environment.registerVariable('oldSelf', optionalOldSelf ? `optional<${type}>` : type);
}

function typeOfSchema(
  environment: Declarations,
  schema: JsonObject,
  isRoot: boolean,
  declared: { count: number },
): string {
  const open = ['int-or-string', 'preserve-unknown-fields', 'embedded-resource'];
  if (open.some((one) => isSet(schema, `x-kubernetes-${one}`)) && !isRoot) return 'dyn';
  const inner = (one: Json | undefined): string =>
    isJsonObject(one) ? typeOfSchema(environment, one, false, declared) : 'dyn';
  switch (digString(schema, 'type')) {
    case 'array':
      return `list<${inner(schema['items'])}>`;
    case 'string':
      return formats[digString(schema, 'format')] ?? 'string';
    case 'object':
      break;
    default:
      return scalars[digString(schema, 'type')] ?? 'dyn';
  }
  const properties = Object.entries(digObject(schema, 'properties'));
  if (isJsonObject(schema['additionalProperties']))
    return `map<string, ${inner(schema['additionalProperties'])}>`;
  if (isSet(schema, 'x-kubernetes-preserve-unknown-fields') || (properties.length === 0 && !isRoot))
    return 'dyn';
  const named = properties.filter(([key]) => !isRoot || !resourceMembers.has(key));
  const fields = Object.fromEntries(named.map(([key, member]) => [celName(key), inner(member)]));
  if (isRoot) {
    const metadata = declare(environment, { name: 'string', generateName: 'string' }, declared);
    Object.assign(fields, { apiVersion: 'string', kind: 'string', metadata });
  }
  return declare(environment, fields, declared);
}

function declare(
  environment: Declarations,
  fields: Record<string, string>,
  declared: { count: number },
): string {
  declared.count += 1;
  const name = `fake.object${String(declared.count)}`;
  environment.registerType(name, { fields });
  environment.registerOperator(`${name} == ${name}`, () => true);
  return name;
}
