import { readFileSync } from 'node:fs';
import { packageFile } from '../core/package-file.js';

/**
 * A field of a Go type, in the order of the struct: JSON name (empty for an embedded struct), protobuf number, type, flags
 * (`r` repeated, `m` map, `p` pointer, `o` omitempty) and how lists and maps merge
 * (`[strategy, merge key, list or map type, …list keys]`).
 */
export type TypeField = readonly [
  name: string,
  number: number,
  type: string,
  flags: string,
  rules?: readonly string[],
];

/** Fields of every known type. */
type TypeTable = ReadonlyMap<string, readonly TypeField[]>;

const files = ['types.json', 'kubesphere-types.json'];
let table: TypeTable | undefined;

function read(): TypeTable {
  const entries = files.flatMap((file) => {
    const text = readFileSync(packageFile(`fixtures/kubernetes/${file}`), 'utf8');
    return Object.entries(JSON.parse(text) as Record<string, readonly TypeField[]>);
  });
  return new Map(entries);
}

/** The fields of a type; `undefined` for plain values and unknown types. Read from disk on first use. */
export function fieldsOf(type: string): readonly TypeField[] | undefined {
  table ??= read();
  return table.get(type);
}
