import type { Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { ConditionQuery } from '../../registry/conditions.js';
import type { Reply } from '../../registry/contract.js';
import { json } from '../../registry/reply.js';

/** What comes before what, as in `Array.sort`. */
export type Order<T> = (a: T, b: T) => number;

/**
 * A page of a list, in the envelope of `v1alpha2`; a page beyond the end is empty.
 *
 * Differs from KubeSphere: `limit=-1` is all, where 3.1 and later fail.
 */
export function pageReply<T>(
  found: readonly T[],
  { limit, offset }: Pick<ConditionQuery, 'limit' | 'offset'>,
  show: (item: T) => Json,
): Reply {
  const items = limit < 0 ? found : found.slice(offset, offset + limit);
  return json({ items: items.map(show), total_count: found.length });
}

/** Items in an order, or the other way round. */
export function sorted<T>(
  items: readonly T[],
  order: Order<T>,
  { reverse }: Pick<ConditionQuery, 'reverse'>,
): T[] {
  return [...items].sort(reverse ? (a, b) => order(b, a) : order);
}

/** The values of a condition that may name several, such as `status=active|draft`; none: whatever. */
export function choicesOf({ exact }: ConditionQuery, key: string): readonly string[] {
  const text = exact.get(key) ?? '';
  return text === '' ? [] : text.split('|');
}

/** Tells whether something is among choices, where there are any. */
export function isChosen(choices: readonly string[], value: string): boolean {
  return choices.length === 0 || choices.includes(value);
}

/** The order of creation, then of what `nameOf` says. */
export function byCreation(nameOf: (object: KubeObject) => string): Order<KubeObject> {
  return (a, b) => {
    const [one, other] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
    if (one !== other) return one < other ? -1 : 1;
    const [name, otherName] = [nameOf(a), nameOf(b)];
    if (name === otherName) return 0;
    return name < otherName ? -1 : 1;
  };
}
