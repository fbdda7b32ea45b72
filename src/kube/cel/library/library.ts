import type { CelValue } from '../values/value.js';

/** A function of rules: how it is called, as in `ip_family .family(net.IP): int`, and what it does. */
export type CelFunction = readonly [signature: string, run: (...values: never[]) => CelValue];

/**
 * Functions that belong together.
 *
 * `dynamic` ones look at the values they are given themselves: the operators, and what the language is made of.
 */
export interface CelLibrary {
  /** Names in rules that are types no function of the language gives. */
  readonly types?: readonly string[];
  readonly functions?: readonly CelFunction[];
  readonly dynamic?: readonly {
    readonly signatures: readonly string[];
    readonly run: (...values: CelValue[]) => CelValue;
  }[];
}
