import { listType, mapType, sameType, scalarTypes, typeType, opaqueType, type CelType } from './cel-type.js';

/** What type parameters were found to stand for, by their names. */
export type Bindings = ReadonlyMap<string, CelType>;

const nullable = new Set(['opaque', 'struct', 'duration', 'timestamp']);

/** Whether anything goes for a type. */
export function isOpen({ kind }: CelType): boolean {
  return kind === 'dyn' || kind === 'error';
}

/**
 * The bindings under which every type fits the one at its place; `undefined` when there are none.
 *
 * @see google/cel-go checker/types.go
 */
export function fit(
  bindings: Bindings,
  from: readonly CelType[],
  to: readonly CelType[],
): Bindings | undefined {
  const made = new Map(bindings);
  return fitAll(made, from, to) ? made : undefined;
}

function fitAll(made: Map<string, CelType>, from: readonly CelType[], to: readonly CelType[]): boolean {
  return from.length === to.length && from.every((one, at) => fits(made, one, to[at] ?? one));
}

function fits(made: Map<string, CelType>, a: CelType, b: CelType): boolean {
  if (b.kind === 'param') {
    const bound = bind(made, a, b);
    if (bound === 'bound') return true;
    if (bound === 'taken') return false;
  }
  if (a.kind === 'param') return bind(made, b, a) === 'bound';
  if (isOpen(a) || isOpen(b)) return true;
  if (a.kind === 'null') return b.kind === 'null' || nullable.has(b.kind);
  if (b.kind === 'null') return nullable.has(a.kind);
  if (a.kind !== b.kind) return false;
  if (a.kind === 'type') return true;
  return a.name === b.name && fitAll(made, a.of, b.of);
}

/** Lets a parameter stand for a type: `taken` when it already stands for another, `loop` when it occurs in the type. */
function bind(made: Map<string, CelType>, type: CelType, parameter: CelType): 'bound' | 'taken' | 'loop' {
  if (sameType(type, parameter)) return 'bound';
  const held = made.get(parameter.name);
  if (held !== undefined) {
    if (sameType(type, held)) return 'bound';
    if (!fits(made, type, held)) return 'taken';
    const general = moreGeneral(type, held);
    if (isAbsent(made, parameter, general)) made.set(parameter.name, general);
    return 'bound';
  }
  if (!isAbsent(made, parameter, type)) return 'loop';
  made.set(parameter.name, type);
  return 'bound';
}

function isAbsent(made: Map<string, CelType>, parameter: CelType, within: CelType): boolean {
  if (sameType(parameter, within)) return false;
  if (within.kind === 'param') {
    const held = made.get(within.name);
    return held === undefined || isAbsent(made, parameter, held);
  }
  return within.of.every((one) => isAbsent(made, parameter, one));
}

/** The one of two types that fit each other that says less. */
export function moreGeneral(a: CelType, b: CelType): CelType {
  return saysNoMore(a, b) ? a : b;
}

function saysNoMore(a: CelType, b: CelType): boolean {
  if (a.kind === 'dyn' || a.kind === 'param') return true;
  if (b.kind === 'dyn' || b.kind === 'param' || a.kind !== b.kind) return false;
  if (a.kind === 'type') return true;
  if (a.name !== b.name || a.of.length !== b.of.length) return false;
  return a.of.every((one, at) => saysNoMore(one, b.of[at] ?? one));
}

/** A type with its parameters replaced. @param open Whether parameters that stand for nothing become `dyn`. */
export function resolved(bindings: Bindings, type: CelType, open: boolean): CelType {
  const { kind, name, of } = type;
  if (kind === 'param') {
    const held = bindings.get(name);
    if (held !== undefined) return resolved(bindings, held, open);
    return open ? scalarTypes.dyn : type;
  }
  if (of.length === 0) return type;
  const inner = of.map((one) => resolved(bindings, one, open));
  const [first = scalarTypes.dyn, second = scalarTypes.dyn] = inner;
  if (kind === 'list') return listType(first);
  if (kind === 'map') return mapType(first, second);
  return kind === 'type' ? typeType(first) : opaqueType(name, ...inner);
}
