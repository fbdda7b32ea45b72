import {
  mapType,
  listType,
  opaqueType,
  scalarTypes,
  structType,
  typeType,
  type CelType,
} from '../types/cel-type.js';
import { overloadOf, type Overload } from '../types/signature.js';
import type { CelValue } from '../values/value.js';
import { addresses } from './addresses.js';
import { conversions } from './conversions.js';
import { namedFormats } from './formats.js';
import type { CelLibrary } from './library.js';
import { lists, sets } from './lists.js';
import { operators } from './operators.js';
import { optionals } from './optionals.js';
import { quantities } from './quantities.js';
import { structure } from './structure.js';
import { texts } from './texts.js';
import { times } from './times.js';
import { urls } from './urls.js';

/** A way to call a function, and what it does; without that the evaluator does it. */
export interface KnownOverload extends Overload {
  readonly run?: (...values: CelValue[]) => CelValue;
  /** Whether it looks at the types of its values itself. */
  readonly isDynamic: boolean;
}

/** All that Kubernetes 1.32 offers new expressions, save the authorizer. @see kubernetes/apiserver pkg/cel/environment/base.go */
const libraries: readonly CelLibrary[] = [
  operators,
  conversions,
  times,
  urls,
  lists,
  optionals,
  quantities,
  texts,
  sets,
  addresses,
  namedFormats,
];

let functions: ReadonlyMap<string, readonly KnownOverload[]> | undefined;

/** Every function there is, by its name. */
export function knownFunctions(): ReadonlyMap<string, readonly KnownOverload[]> {
  functions ??= allFunctions();
  return functions;
}

function allFunctions(): ReadonlyMap<string, readonly KnownOverload[]> {
  const all = new Map<string, KnownOverload[]>();
  const add = (overload: KnownOverload): void => {
    const known = all.get(overload.name);
    if (known === undefined) all.set(overload.name, [overload]);
    else known.push(overload);
  };
  for (const signature of structure) add({ ...overloadOf(signature), isDynamic: true });
  for (const { functions: own = [], dynamic = [] } of libraries) {
    for (const { signatures, run } of dynamic)
      for (const signature of signatures) add({ ...overloadOf(signature), run, isDynamic: true });
    for (const [signature, run] of own)
      add({ ...overloadOf(signature), run: run as (...values: CelValue[]) => CelValue, isDynamic: false });
  }
  return all;
}

const { bool, bytes, double, duration, dyn, int, null: nothing, string, timestamp, uint } = scalarTypes;

/** Names in expressions that are types. */
export const typeNames: ReadonlyMap<string, CelType> = new Map<string, CelType>([
  ['bool', bool],
  ['bytes', bytes],
  ['double', double],
  ['google.protobuf.Duration', duration],
  ['google.protobuf.Timestamp', timestamp],
  ['int', int],
  ['list', listType(dyn)],
  ['map', mapType(dyn, dyn)],
  ['null_type', nothing],
  ['string', string],
  ['type', typeType(dyn)],
  ['uint', uint],
  ...libraries
    .flatMap(({ types = [] }) => types)
    .map((name): [string, CelType] => [
      name,
      name.startsWith('kubernetes.') ? structType(name, new Map()) : opaqueType(name),
    ]),
]);
