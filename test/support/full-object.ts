import { nativeResources } from '../../src/apis/native-resources.js';
import type { Json, JsonObject } from '../../src/core/json.js';
import type { KubeObject } from '../../src/core/kube-object.js';
import { hasProtobuf } from '../../src/kube/protobuf/answers.js';
import type { Resource } from '../../src/registry/contract.js';
import { fieldsOf } from '../../src/registry/type-table.js';

const samples: Readonly<Record<string, Json>> = {
  string: 'ä<1>',
  bool: true,
  int32: -7,
  int64: 4_294_967_300,
  bytes: 'AP8=',
  'meta/v1.Time': '2026-01-02T03:04:05Z',
  'meta/v1.MicroTime': '2026-01-02T03:04:05.000678Z',
  'meta/v1.Duration': '1h0m0.5s',
  'meta/v1.FieldsV1': { 'f:a': {} },
  'runtime.RawExtension': { a: [1, 'b', null] },
  'resource.Quantity': '100m',
  'intstr.IntOrString': '25%',
  'items:string': ['a', 'b'],
};

function valueOf(type: string): Json {
  return samples[type] ?? message(type);
}

function message(type: string): JsonObject {
  const members = (fieldsOf(type) ?? []).map(([name, number, inner, flags]): JsonObject => {
    if (number === 0 || inner.includes('alpha')) return {};
    const value = valueOf(inner);
    if (name === '') return value as JsonObject;
    if (flags.includes('r')) return { [name]: [value, value] };
    return { [name]: flags.includes('m') ? { b: value, a: value } : value };
  });
  return Object.assign({}, ...members) as JsonObject;
}

/** An object of a native kind with every field its type has, none of them zero. */
export function fullObject(resource: Resource, version: string): KubeObject {
  const { group, kind, namespaced, types } = resource;
  const { metadata, ...members } = message(types?.[version] ?? '');
  const { namespace: _namespace, ...meta } = metadata as JsonObject;
  return {
    kind,
    apiVersion: group === '' ? version : `${group}/${version}`,
    ...members,
    metadata: { ...meta, name: 'full', ...(namespaced && { namespace: 'default' }), resourceVersion: '900' },
  };
}

/** Every stored kind of Kubernetes' own that has a protobuf form, at its preferred version. */
export function protobufKinds(): (readonly [resource: Resource, version: string])[] {
  return nativeResources().flatMap((resource) => {
    const [version = ''] = resource.versions;
    // Events of the newer group are those of the core group in another form.
    const isStored =
      resource.group !== 'events.k8s.io' && ['list', 'create'].every((verb) => resource.verbs.includes(verb));
    return isStored && hasProtobuf({ resource, version }) ? [[resource, version] as const] : [];
  });
}
