import {
  listType,
  mapType,
  opaqueType,
  scalarTypes,
  structType,
  typeParameter,
  typeType,
  type CelType,
} from './cel-type.js';

/** One way to call a function. */
export interface Overload {
  /** By which costs are told apart, such as `index_list`. */
  readonly id: string;
  readonly name: string;
  /** Whether it is called on its first argument. */
  readonly isMember: boolean;
  readonly takes: readonly CelType[];
  readonly gives: CelType;
  /** Names of types that stand for any. */
  readonly parameters: readonly string[];
}

/** Types of Kubernetes' own that rules cannot look into. */
const structs = new Set(['kubernetes.URL', 'kubernetes.Quantity', 'kubernetes.NamedFormat']);

const noMembers: ReadonlyMap<string, CelType> = new Map();

/**
 * Reads how a function is called: `id name(types): type`, as in `string_to_int int(string): int`. A dot in front of the name
 * says that it is called on its first argument; one capital letter stands for any type.
 */
export function overloadOf(signature: string): Overload {
  const [, id = '', dot, name = '', takes = '', gives = ''] =
    /^(\S+) (\.?)([^(]+)\((.*)\): (.+)$/.exec(signature) ?? [];
  const found = new Set<string>();
  const all = takes === '' ? [] : splitTypes(takes).map((one) => readType(one, found));
  return {
    id,
    name,
    isMember: dot === '.',
    takes: all,
    gives: readType(gives, found),
    parameters: [...found],
  };
}

function splitTypes(text: string): string[] {
  const parts: string[] = [];
  let [depth, start] = [0, 0];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    else if (text[at] === ')') depth -= 1;
    else if (text[at] === ',' && depth === 0) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...parts, text.slice(start).trim()];
}

function readType(text: string, found: Set<string>): CelType {
  const [, name = '', inner] = /^([^(]+)(?:\((.*)\))?$/.exec(text) ?? [];
  if (/^[A-Z]$/.test(name)) {
    found.add(name);
    return typeParameter(name);
  }
  const of = inner === undefined ? [] : splitTypes(inner).map((one) => readType(one, found));
  const [first = scalarTypes.dyn, second = scalarTypes.dyn] = of;
  if (name === 'list') return listType(first);
  if (name === 'map') return mapType(first, second);
  if (name === 'type') return typeType(first);
  if (Object.hasOwn(scalarTypes, name)) return scalarTypes[name as keyof typeof scalarTypes];
  return structs.has(name) ? structType(name, noMembers) : opaqueType(name, ...of);
}
