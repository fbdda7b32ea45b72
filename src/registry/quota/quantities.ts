import { isJsonObject, type Json } from '../../core/json.js';
import {
  addQuantities,
  formatQuantity,
  parseQuantity,
  zeroQuantity,
  type Quantity,
} from '../../core/quantity.js';

/** Amounts by the name of what there is that much of. */
export type Amounts = ReadonlyMap<string, Quantity>;

/** Reads amounts as objects carry them; what is no quantity is left out. */
export function readAmounts(value: Json | undefined): Map<string, Quantity> {
  const found = new Map<string, Quantity>();
  for (const [name, given] of Object.entries(isJsonObject(value) ? value : {})) {
    const quantity =
      typeof given === 'number' || typeof given === 'string' ? parseQuantity(String(given)) : undefined;
    if (quantity !== undefined) found.set(name, quantity);
  }
  return found;
}

/** A number of things. */
export function countOf(number: number): Quantity {
  return { milli: BigInt(number) * 1000n, format: 'decimal' };
}

/** Adds amounts to others, which are changed. */
export function addAmounts(to: Map<string, Quantity>, added: Amounts): void {
  for (const [name, quantity] of added) to.set(name, addQuantities(to.get(name) ?? zeroQuantity, quantity));
}

/** Amounts as objects carry them, sorted by name. */
export function writeAmounts(amounts: Amounts): Readonly<Record<string, string>> {
  const sorted = [...amounts].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, quantity]) => [name, formatQuantity(quantity)]));
}

/** Amounts as refusals show them: `cpu=1,memory=1Gi`. */
export function showAmounts(amounts: Amounts): string {
  return Object.entries(writeAmounts(amounts))
    .map(([name, quantity]) => `${name}=${quantity}`)
    .join(',');
}
