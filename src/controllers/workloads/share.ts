import type { Json } from '../../core/json.js';

/** A number, or a percentage of all, rounded as the caller says; 0 for what is neither. */
export function share(value: Json | undefined, of: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? 0 : round((Number(percent) * of) / 100);
}
