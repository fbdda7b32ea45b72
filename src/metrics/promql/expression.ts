/** A condition on a label. */
export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** Series by name and labels; with a range, what they were over a time. Times in milliseconds. */
export interface Selector {
  readonly kind: 'selector';
  readonly name: string;
  readonly matchers: readonly Matcher[];
  readonly range?: number;
  readonly offset: number;
}

/** How the two sides of an operation are matched. */
export interface Matching {
  /** True: on these labels; false: on all but these. */
  readonly on: boolean;
  readonly labels: readonly string[];
  readonly group?: 'left' | 'right';
  readonly include: readonly string[];
}

/** A query of Prometheus, read. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | Selector
  | { readonly kind: 'negative'; readonly of: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly of: readonly Expression[] }
  | {
      readonly kind: 'aggregate';
      readonly name: string;
      readonly of: Expression;
      readonly parameter?: Expression;
      readonly by?: { readonly without: boolean; readonly labels: readonly string[] };
    }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
      readonly bool: boolean;
      readonly matching: Matching | undefined;
    };
