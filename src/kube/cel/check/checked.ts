import type { CelType } from '../types/cel-type.js';
import type { Overload } from '../types/signature.js';
import type { Expression } from '../syntax/expression.js';

/** What can be named and called in an expression. */
export interface Declarations {
  /** Types of what is given, by name. */
  readonly variables: ReadonlyMap<string, CelType>;
  /** Names that are types, such as `int` or `net.IP`. */
  readonly types: ReadonlyMap<string, CelType>;
  /** Ways to call a function, by its name. */
  readonly functions: ReadonlyMap<string, readonly Overload[]>;
}

/** An expression whose types are known. */
export interface Checked {
  readonly text: string;
  readonly expression: Expression;
  /** The type of every part. */
  readonly types: ReadonlyMap<Expression, CelType>;
  /** The ways a call may be meant. */
  readonly overloads: ReadonlyMap<Expression, readonly Overload[]>;
  /** Parts that name a type, and calls of functions whose names hold dots, by that name. */
  readonly resolved: ReadonlyMap<Expression, string>;
  /** Which of the variables it looks at. */
  readonly uses: ReadonlySet<string>;
}

/** The type of a part; `dyn` for what was not checked. */
export function typeIn({ types }: Checked, part: Expression): CelType {
  return types.get(part) ?? { kind: 'dyn', name: 'dyn', of: [] };
}
