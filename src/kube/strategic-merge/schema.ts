/** What a field's merge rules say; all absent for a plain value. */
export interface MergeRules {
  /** Type of the field, or of its items. */
  readonly type: string;
  readonly repeated: boolean;
  /** `merge`, `replace`, `retainKeys`, several joined by commas, or empty. */
  readonly strategy: string;
  /** The member that tells items of a merged list apart; empty for lists of plain values. */
  readonly mergeKey: string;
}

/** Looks a field of a type up; `undefined` when the type or field is unknown. */
export type MergeSchema = (type: string, field: string) => MergeRules | undefined;
