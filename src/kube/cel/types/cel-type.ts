/** What sort of type one is. `struct` has named members, `opaque` is known to functions only, `param` stands for any type. */
export type CelKind =
  | 'bool'
  | 'bytes'
  | 'double'
  | 'duration'
  | 'dyn'
  | 'error'
  | 'int'
  | 'list'
  | 'map'
  | 'null'
  | 'opaque'
  | 'param'
  | 'string'
  | 'struct'
  | 'timestamp'
  | 'type'
  | 'uint';

/** A type of the expression language. */
export interface CelType {
  readonly kind: CelKind;
  /** As in messages, without parameters: `list`, `selfType1.spec`. */
  readonly name: string;
  readonly of: readonly CelType[];
  /** The types of the members of a struct. */
  readonly members?: ReadonlyMap<string, CelType>;
}

function simple(kind: CelKind, name: string = kind): CelType {
  return { kind, name, of: [] };
}

type ScalarName =
  | 'bool'
  | 'bytes'
  | 'double'
  | 'duration'
  | 'dyn'
  | 'error'
  | 'int'
  | 'null'
  | 'string'
  | 'timestamp'
  | 'uint';

/** The types without parameters, by the names messages give them. */
export const scalarTypes: Readonly<Record<ScalarName, CelType>> = {
  bool: simple('bool'),
  bytes: simple('bytes'),
  double: simple('double'),
  duration: simple('duration'),
  dyn: simple('dyn'),
  error: simple('error', '!error!'),
  int: simple('int'),
  null: simple('null'),
  string: simple('string'),
  timestamp: simple('timestamp'),
  uint: simple('uint'),
};

/** A list whose items are all of a type. */
export function listType(item: CelType): CelType {
  return { kind: 'list', name: 'list', of: [item] };
}

/** A map from keys of one type to values of another. */
export function mapType(key: CelType, value: CelType): CelType {
  return { kind: 'map', name: 'map', of: [key, value] };
}

/** A type only functions know, such as `net.IP`. */
export function opaqueType(name: string, ...of: readonly CelType[]): CelType {
  return { kind: 'opaque', name, of };
}

/** What may be missing. */
export function optionalType(of: CelType): CelType {
  return opaqueType('optional_type', of);
}

/** The type of a type. */
export function typeType(of: CelType): CelType {
  return { kind: 'type', name: 'type', of: [of] };
}

/** A type with members. */
export function structType(name: string, members: ReadonlyMap<string, CelType>): CelType {
  return { kind: 'struct', name, of: [], members };
}

/** A place any type can take. */
export function typeParameter(name: string): CelType {
  return simple('param', name);
}

/** What an optional type wraps; `undefined` for any other. */
export function unwrapped(type: CelType): CelType | undefined {
  return type.kind === 'opaque' && type.name === 'optional_type' ? type.of[0] : undefined;
}

/** Whether two types are one and the same. */
export function sameType(a: CelType, b: CelType): boolean {
  if (a === b) return true;
  return (
    a.kind === b.kind &&
    a.name === b.name &&
    a.of.length === b.of.length &&
    a.of.every((one, at) => sameType(one, b.of[at] ?? one))
  );
}

/** A type as messages write it: `list(string)`. @see google/cel-go checker/format.go */
export function showType({ name, of }: CelType): string {
  return of.length === 0 ? name : `${name}(${of.map(showType).join(', ')})`;
}
