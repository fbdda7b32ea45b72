import { quote } from '../../core/api-error.js';
import { dig, type Json } from '../../core/json.js';

/**
 * Differs from Kubernetes: where what a pointer points at lies in memory is different in every answer there; here it is
 * always the same place.
 */
const address = '0xc000012345';

/** A pointer to a type as Go prints it: `(*string)(nil)`. */
export function goPointer(type: string, value: Json | undefined): string {
  return `(*${type})(${value === undefined || value === null ? 'nil' : address})`;
}

/** A member of a Go struct: its name there, that of its JSON and its type, with a star before those of pointers. */
export type GoMember = readonly [name: string, key: string, type: string];

/** An object the way Go prints a struct: `core.PodResourceClaim{Name:"a", ResourceClaimName:(*string)(nil)}`. */
export function goStruct(type: string, members: readonly GoMember[], value: Json | undefined): string {
  const shown = members.map(([name, key, kind]) => `${name}:${goValue(kind, dig(value, key))}`);
  return `${type}{${shown.join(', ')}}`;
}

function goValue(type: string, value: Json | undefined): string {
  if (type.startsWith('*')) return goPointer(type.slice(1), value);
  if (type === 'string') return quote(typeof value === 'string' ? value : '');
  return JSON.stringify(value ?? (type === 'bool' ? false : 0));
}
