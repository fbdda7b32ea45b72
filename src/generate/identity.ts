import { hash } from 'node:crypto';
import { Random } from '../state/random.js';

/** The uid an object always gets: the same key gives the same v4 UUID. */
export function uidOf(key: string): string {
  return new Random(key).uuid();
}

/** Characters as Kubernetes appends them to generated names; the same key gives the same ones. */
export function suffixOf(key: string, length = 5): string {
  return new Random(key).suffix(length);
}

/** A whole number below `limit`, the same for the same key. */
export function numberOf(key: string, limit: number): number {
  return new Random(key).integer(limit);
}

/** Hexadecimal digits as container ids and digests show them. */
export function hexOf(key: string): string {
  return hash('sha256', key);
}

/** Parts as one flat string: concatenations of long strings keep all their parts alive. */
export function flat(...parts: readonly string[]): string {
  return parts.join('');
}
