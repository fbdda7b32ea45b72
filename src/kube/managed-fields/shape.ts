import { digArray, digObject, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { Resource } from '../../registry/contract.js';
import { fieldIndex, type TypeField } from '../../registry/type-table.js';

/**
 * What ownership knows of a value's place: owned as a whole, member by member, or item by item.
 *
 * @see kubernetes-sigs/structured-merge-diff schema
 */
export type Shape = Leaf | MapShape | ListShape;

/** A plain value, or one that only has one owner. */
interface Leaf {
  readonly kind: 'leaf';
}

/** A struct or map whose members are owned one by one. */
export interface MapShape {
  readonly kind: 'map';
  /** The shape of a declared member; `undefined` for members of a map, and for unknown ones. */
  readonly field: (name: string) => Shape | undefined;
  /** The shape of members that are not declared; `undefined` when there may be none. */
  readonly rest: Shape | undefined;
  /** Whether a plain value or a list may be there as well, since nothing says what is. */
  readonly untyped?: true;
}

/** A list whose items are owned one by one. */
export interface ListShape {
  readonly kind: 'list';
  /** Members that tell items apart; none: the items do so themselves. */
  readonly keys: readonly string[];
  readonly item: Shape;
  /** What a key that an item does not have stands for. */
  readonly defaults: Readonly<Record<string, Json>>;
}

const leaf: Leaf = { kind: 'leaf' };
const none = (): undefined => undefined;

/** Structs that have one owner as a whole. @see `x-kubernetes-map-type: atomic` in Kubernetes' OpenAPI document */
const atomicStructs = new Set([
  'admissionregistration/v1.MatchResources',
  'admissionregistration/v1.NamedRuleWithOperations',
  'admissionregistration/v1.ParamKind',
  'admissionregistration/v1.ParamRef',
  'admissionregistration/v1.Variable',
  'autoscaling/v1.CrossVersionObjectReference',
  'core/v1.ConfigMapKeySelector',
  'core/v1.EndpointAddress',
  'core/v1.EndpointPort',
  'core/v1.FileKeySelector',
  'core/v1.LocalObjectReference',
  'core/v1.NodeSelector',
  'core/v1.NodeSelectorTerm',
  'core/v1.ObjectFieldSelector',
  'core/v1.ObjectReference',
  'core/v1.ResourceFieldSelector',
  'core/v1.ScopeSelector',
  'core/v1.SecretKeySelector',
  'core/v1.SecretReference',
  'core/v1.TopologySelectorTerm',
  'core/v1.TypedLocalObjectReference',
  'discovery/v1.EndpointPort',
  'networking/v1.ServiceBackendPort',
  'rbac/v1.RoleRef',
  'rbac/v1.Subject',
  'meta/v1.LabelSelector',
  'meta/v1.OwnerReference',
]);

/** Types that are no plain members of their fields. */
const opaque = new Set([
  'meta/v1.Time',
  'meta/v1.MicroTime',
  'meta/v1.Duration',
  'meta/v1.FieldsV1',
  'intstr.IntOrString',
  'resource.Quantity',
  'runtime.RawExtension',
]);

/** Keys of list items that have a default: `protocol` is the only one there is. */
const keyDefaults: Readonly<Record<string, Json>> = { protocol: 'TCP' };

/** The shape of an object of a kind at a version. */
export function shapeOf(resource: Resource, version: string): MapShape {
  const { defined } = resource;
  if (defined !== undefined) return withTypeMeta(schemaShape(defined.schema));
  const type = resource.types?.[version];
  const known = type === undefined ? undefined : structShape(type);
  return withTypeMeta(known?.kind === 'map' ? known : deduced);
}

const metaType = 'meta/v1.ObjectMeta';

function withTypeMeta(shape: Shape): MapShape {
  const inner = shape.kind === 'map' ? shape : deduced;
  return {
    kind: 'map',
    field: (name) => {
      if (name === 'apiVersion' || name === 'kind') return leaf;
      return name === 'metadata' ? structShape(metaType) : inner.field(name);
    },
    rest: inner.rest,
  };
}

const structs = new Map<string, Shape>();

/** The shape of a type of the table. */
function structShape(type: string): Shape {
  const known = structs.get(type);
  if (known !== undefined) return known;
  const fields = opaque.has(type) || atomicStructs.has(type) ? undefined : fieldIndex(type);
  const shape: Shape =
    fields === undefined
      ? leaf
      : {
          kind: 'map',
          field: (name) => {
            const field = fields.get(name);
            return field === undefined ? undefined : fieldShape(field);
          },
          rest: undefined,
        };
  structs.set(type, shape);
  return shape;
}

function fieldShape([, , type, flags, rules]: TypeField): Shape {
  const [, , merges = '', ...keys] = rules ?? [];
  if (merges === 'atomic') return leaf;
  if (flags.includes('m')) return { kind: 'map', field: none, rest: structShape(type) };
  if (!flags.includes('r')) return structShape(type);
  if (merges === 'set') return { kind: 'list', keys: [], item: leaf, defaults: {} };
  if (merges === 'map') return { kind: 'list', keys, item: structShape(type), defaults: keyDefaults };
  return leaf;
}

/**
 * A value nothing is known of: objects are owned member by member, lists as a whole.
 *
 * @see kubernetes/kube-openapi pkg/schemaconv smd.go untypedName
 */
const deduced: MapShape = {
  kind: 'map',
  untyped: true,
  field: none,
  get rest(): Shape {
    return deduced;
  },
};

const schemas = new WeakMap<JsonObject, Shape>();

/** The shape an OpenAPI schema describes. @see kubernetes/kube-openapi pkg/schemaconv */
function schemaShape(schema: JsonObject): Shape {
  let shape = schemas.get(schema);
  if (shape === undefined) schemas.set(schema, (shape = readSchema(schema)));
  return shape;
}

function readSchema(schema: JsonObject): Shape {
  const type = digString(schema, 'type');
  if (schema['x-kubernetes-int-or-string'] === true) return leaf;
  if (type === 'array') return listShape(schema);
  if (type !== 'object' && type !== '') return leaf;
  if (schema['x-kubernetes-map-type'] === 'atomic') return leaf;
  const properties = digObject(schema, 'properties');
  const more = schema['additionalProperties'];
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true || more === true || type === '';
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  return {
    kind: 'map',
    ...(type === '' && { untyped: true }),
    field: (name) => {
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (embedded && name === 'metadata') return structShape(metaType);
      if (embedded && (name === 'kind' || name === 'apiVersion')) return leaf;
      return isJsonObject(property) ? schemaShape(property) : undefined;
    },
    rest: isJsonObject(more) ? schemaShape(more) : isOpen ? deduced : undefined,
  };
}

function listShape(schema: JsonObject): Shape {
  const items = digObject(schema, 'items');
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return { kind: 'list', keys: [], item: leaf, defaults: {} };
    case 'map': {
      const keys = digArray(schema, 'x-kubernetes-list-map-keys').map(String);
      const properties = digObject(items, 'properties');
      const defaults = keys.flatMap((key): [string, Json][] => {
        const value = digObject(properties, key)['default'];
        return value === undefined ? [] : [[key, value]];
      });
      return { kind: 'list', keys, item: schemaShape(items), defaults: Object.fromEntries(defaults) };
    }
    default:
      return leaf;
  }
}
