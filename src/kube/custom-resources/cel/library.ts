/** A function of rules: its signature, such as `ip(string): net.IP`, and what it does. */
export type CelFunction = readonly [signature: string, handler: (...values: never[]) => unknown];

/** Functions that belong together, and the types they work on. */
export interface CelLibrary {
  /** Types by their names in rules. */
  readonly types: Readonly<Record<string, new (...values: never[]) => object>>;
  /** Names that functions hang on, such as `format`, and the types of these. */
  readonly constants?: Readonly<Record<string, readonly [type: string, value: object]>>;
  readonly functions: readonly CelFunction[];
}
