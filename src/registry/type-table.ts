import { readFileSync } from 'node:fs';
import { packageFile } from '../core/package-file.js';
import { bodyTypes } from './body-types.js';

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
  return new Map([...entries, ...bodyTypes()]);
}

/** The fields of a type; `undefined` for plain values and unknown types. Read from disk on first use. */
export function fieldsOf(type: string): readonly TypeField[] | undefined {
  table ??= read();
  return table.get(type);
}

/** A field of a type by its JSON name; those of embedded structs count as the type's own. */
export function findField(type: string, name: string): TypeField | undefined {
  return fieldIndex(type)?.get(name);
}

/** All fields of a type by JSON name; `undefined` for plain values and unknown types. */
export function fieldIndex(type: string): ReadonlyMap<string, TypeField> | undefined {
  const known = indexes.get(type);
  if (known !== undefined) return known;
  const fields = fieldsOf(type);
  if (fields === undefined) return undefined;
  const index = new Map<string, TypeField>();
  for (const field of fields) {
    const [name, , embedded] = field;
    if (name !== '') index.set(name, field);
    else
      for (const [inner, found] of fieldIndex(embedded) ?? []) if (!index.has(inner)) index.set(inner, found);
  }
  indexes.set(type, index);
  return index;
}

const indexes = new Map<string, ReadonlyMap<string, TypeField>>();
