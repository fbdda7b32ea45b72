import type { Answer } from '../../support/ask.js';

/** One item of a named metric. */
export interface Item {
  readonly metric?: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
  readonly sum_value?: string;
  readonly fee?: string;
}

/** A named metric of an answer. */
export interface Named {
  readonly metric_name: string;
  readonly data: { readonly resultType?: string; readonly result?: readonly Item[] };
  readonly error?: string;
}

/** The results of an answer; none when they are null. */
export function resultsOf({ json }: Answer): readonly Named[] {
  return (json['results'] as readonly Named[] | null) ?? [];
}

/** The items of one named metric. */
export function itemsOf(answer: Answer, name: string): readonly Item[] {
  return resultsOf(answer).find(({ metric_name }) => metric_name === name)?.data.result ?? [];
}

/** The figure of a metric with only one item. */
export function figureOf(answer: Answer, name: string): number {
  return Number(itemsOf(answer, name)[0]?.value?.[1]);
}
